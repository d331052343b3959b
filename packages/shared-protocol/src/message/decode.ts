import { copyBytes } from '../bytes.ts';
import { readOpt } from '../edns/opt.ts';
import { fail, ok, type Result } from '../errors.ts';
import { CLASS } from '../record/constants.ts';
import { TYPE } from '../record/types.ts';
import { readTsigRdata } from '../tsig/record.ts';
import { RecordCursor } from './cursor.ts';
import { FLAG, messageFlags, messageId, messageOpcode, messageRcode } from './header.ts';
import type { Message } from './message.ts';

/** Decoding is synchronous, so one cursor serves every call. */
const cursor = new RecordCursor();

/**
 * Decodes a whole message; everything is copied out of `bytes`. Strict, for what is refused here is answered with FORMERR:
 * octets behind the last record, an OPT record outside the additional section, with an owner other than the root or a
 * second one (RFC 6891 6.1.1), a TSIG record that is not the very last one (RFC 8945 5.1) or not of class ANY.
 */
export function decodeMessage(bytes: Uint8Array): Result<Message> {
  if (!cursor.start(bytes)) return { ok: false, error: cursor.error! };
  const flags = messageFlags(bytes);
  const message: Message = {
    id: messageId(bytes),
    qr: (flags & FLAG.QR) !== 0,
    opcode: messageOpcode(bytes),
    aa: (flags & FLAG.AA) !== 0,
    tc: (flags & FLAG.TC) !== 0,
    rd: (flags & FLAG.RD) !== 0,
    ra: (flags & FLAG.RA) !== 0,
    ad: (flags & FLAG.AD) !== 0,
    cd: (flags & FLAG.CD) !== 0,
    rcode: messageRcode(bytes),
    question: [],
    answer: [],
    authority: [],
    additional: [],
  };
  while (cursor.nextQuestion())
    message.question.push({ name: cursor.owner.toName(), type: cursor.type, class: cursor.class });
  while (cursor.next()) {
    if (message.tsig !== undefined)
      return fail('tsig-misplaced', 'a TSIG record is not the last record of the message (RFC 8945 5.1)');
    if (cursor.type === TYPE.OPT || cursor.type === TYPE.TSIG) {
      const problem = cursor.type === TYPE.OPT ? takeOpt(message) : takeTsig(message);
      if (!problem.ok) return problem;
      continue;
    }
    const section =
      cursor.section === 1 ? message.answer : cursor.section === 2 ? message.authority : message.additional;
    section.push({
      name: cursor.owner.toName(),
      type: cursor.type,
      class: cursor.class,
      ttl: cursor.ttl,
      rdata: copyBytes(cursor.rdata, cursor.rdataStart, cursor.rdataEnd),
    });
  }
  return cursor.error === undefined ? ok(message) : { ok: false, error: cursor.error };
}

function takeOpt(message: Message): Result<void> {
  if (cursor.section !== 3) return fail('opt-misplaced', 'an OPT record stands outside the additional section');
  if (message.edns !== undefined) return fail('opt-twice', 'the message has two OPT records (RFC 6891 6.1.1)');
  if (cursor.owner.length !== 1)
    return fail('opt-owner', 'the owner of the OPT record is not the root (RFC 6891 6.1.2)');
  const edns = readOpt(cursor.class, cursor.ttl, cursor.rdata, cursor.rdataStart, cursor.rdataEnd);
  if (!edns.ok) return edns;
  message.edns = edns.value;
  message.rcode |= edns.value.extendedRcode << 4;
  return ok(undefined);
}

function takeTsig(message: Message): Result<void> {
  if (cursor.section !== 3) return fail('tsig-misplaced', 'a TSIG record stands outside the additional section');
  if (cursor.class !== CLASS.ANY) return fail('tsig-class', 'the class of the TSIG record is not ANY (RFC 8945 4.2)');
  const rdata = cursor.rdata.subarray(cursor.rdataStart, cursor.rdataEnd);
  const tsig = readTsigRdata(cursor.owner.toName(), rdata, cursor.recordStart);
  if (!tsig.ok) return tsig;
  message.tsig = tsig.value;
  return ok(undefined);
}
