import { optRdata, optTtl } from '../edns/opt.ts';
import { ZonewireError } from '../errors.ts';
import { isName, type Name, ROOT } from '../name/name.ts';
import { OPCODE, RCODE } from '../record/constants.ts';
import type { ResourceRecord } from '../record/record.ts';
import { TYPE } from '../record/types.ts';
import { FLAG, MAX_MESSAGE } from './header.ts';
import type { MessageDraft } from './message.ts';
import { MessageWriter } from './writer.ts';

/** Encoding is synchronous, so one writer serves every call. */
const writer = new MessageWriter(new Uint8Array(MAX_MESSAGE));

/** The header's flag word for a message. */
export function encodeFlags(message: Omit<MessageDraft, 'id'>): number {
  return (
    (message.qr ? FLAG.QR : 0) |
    ((message.opcode ?? OPCODE.QUERY) << 11) |
    (message.aa ? FLAG.AA : 0) |
    (message.tc ? FLAG.TC : 0) |
    (message.rd ? FLAG.RD : 0) |
    (message.ra ? FLAG.RA : 0) |
    (message.ad ? FLAG.AD : 0) |
    (message.cd ? FLAG.CD : 0) |
    ((message.rcode ?? RCODE.NOERROR) & 0x0f)
  );
}

/**
 * Encodes a message with name compression, as a fresh array. Records that do not fit into `maxSize` octets (default 65,535)
 * are left out from the first such on, and TC is set when one of the answer or authority section is missing (RFC 2181 9).
 * Throws a ZonewireError when not even question and OPT fit (`message-too-large`), when a name is not a well-formed wire
 * name (`name-malformed`), or when an RCODE above 15 has no OPT record to carry it (`rcode-needs-edns`).
 */
export function encodeMessage(message: MessageDraft, limits: { readonly maxSize?: number } = {}): Uint8Array {
  const { edns } = message;
  const rcode = message.rcode ?? RCODE.NOERROR;
  if (rcode > 15 && edns === undefined)
    throw new ZonewireError('rcode-needs-edns', `RCODE ${rcode} can only be sent with an OPT record (RFC 6891 6.1.3)`);
  const maxSize = Math.min(limits.maxSize ?? MAX_MESSAGE, MAX_MESSAGE);
  const optData = edns === undefined ? undefined : optRdata(edns.options);
  const optLength = optData === undefined ? 0 : 11 + optData.length;

  writer.begin(message.id, encodeFlags(message));
  writer.limit = maxSize - optLength;
  for (const { name, type, class: qclass } of message.question ?? []) {
    checkName(name);
    if (!writer.question(name, type, qclass, true))
      throw new ZonewireError('message-too-large', `the question does not fit into ${maxSize} octets`);
  }
  const complete = writeSection(1, message.answer) && writeSection(2, message.authority);
  if (complete) writeSection(3, message.additional);
  else writer.setFlags(writer.flags | FLAG.TC);
  if (edns !== undefined && optData !== undefined) {
    writer.limit = maxSize;
    const ttl = optTtl(rcode, edns.version, edns.dnssecOk);
    if (!writer.record(3, ROOT, 0, 1, TYPE.OPT, edns.udpSize, ttl, optData, 0, optData.length))
      throw new ZonewireError('message-too-large', `the OPT record does not fit into ${maxSize} octets`);
  }
  return writer.buffer.slice(0, writer.finish());
}

function writeSection(section: 1 | 2 | 3, records: readonly ResourceRecord[] = []): boolean {
  for (const { name, type, class: rclass, ttl, rdata } of records) {
    checkName(name);
    if (!writer.record(section, name, 0, name.length, type, rclass, ttl, rdata, 0, rdata.length)) return false;
  }
  return true;
}

function checkName(name: Name): void {
  if (!isName(name))
    throw new ZonewireError('name-malformed', `${name.length} octets that are no wire name were given as a name`);
}
