import { fail, ok, type Result } from '../errors.ts';
import { HEADER_LENGTH, sectionCount } from '../message/header.ts';
import { NameBuffer, readName } from '../name/name.ts';
import { CLASS } from '../record/constants.ts';
import { TYPE } from '../record/types.ts';
import { readTsigRdata, type TsigRecord } from './record.ts';

const keyName = new NameBuffer();
const TRUNCATED = fail('message-truncated', 'the message ends before the last record its header counts');

/**
 * The TSIG record of a message, or undefined when it has none. It must be the last record, alone, in the additional
 * section (RFC 8945 5.1), and the last octets of the message. Records before it are only stepped over, not checked.
 */
export function findTsig(message: Uint8Array): Result<TsigRecord | undefined> {
  const end = message.length;
  if (end < HEADER_LENGTH) return fail('message-too-short', `${end} octets are no message: its header alone has 12`);
  let at = HEADER_LENGTH;
  for (let left = sectionCount(message, 0); left > 0; left--) {
    at = skipName(message, at, end) + 4;
    if (at < HEADER_LENGTH || at > end) return TRUNCATED;
  }
  const additional = sectionCount(message, 3);
  const records = sectionCount(message, 1) + sectionCount(message, 2) + additional;
  for (let left = records; left > 0; left--) {
    const start = at;
    const fixed = skipName(message, at, end);
    if (fixed < 0 || fixed + 10 > end) return TRUNCATED;
    const rdata = fixed + 10;
    at = rdata + ((message[fixed + 8] << 8) | message[fixed + 9]);
    if (at > end) return TRUNCATED;
    if (message[fixed] === 0 && message[fixed + 1] === TYPE.TSIG) {
      if (left > 1 || additional === 0)
        return fail('tsig-misplaced', 'the TSIG record is not the last of the additional section (RFC 8945 5.1)');
      return readTsig(message, start, fixed, rdata, at);
    }
  }
  return at === end ? ok(undefined) : trailing(end - at);
}

function readTsig(message: Uint8Array, start: number, fixed: number, rdata: number, at: number): Result<TsigRecord> {
  if (at !== message.length) return trailing(message.length - at);
  if (((message[fixed + 2] << 8) | message[fixed + 3]) !== CLASS.ANY)
    return fail('tsig-class', 'the class of the TSIG record is not ANY (RFC 8945 4.2)');
  if (readName(message, start, keyName) < 0) return fail('tsig-malformed', 'the name of the TSIG record is malformed');
  return readTsigRdata(keyName.toName(), message.subarray(rdata, at), start);
}

function trailing(count: number) {
  return fail('message-trailing-bytes', `${count} octets follow the last record the header counts`);
}

/** The offset behind the name at `at` without following its pointer, or -1024 (so that adding to it stays negative). */
function skipName(message: Uint8Array, at: number, end: number): number {
  while (at < end) {
    const c = message[at];
    if (c === 0) return at + 1;
    if (c >= 0xc0) return at + 2;
    if (c > 63) return -1024;
    at += c + 1;
  }
  return -1024;
}
