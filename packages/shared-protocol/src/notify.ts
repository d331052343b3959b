import { fail, ok, type Problem, type Result } from './errors.ts';
import { encodeMessage } from './message/encode.ts';
import type { Message, MessageDraft } from './message/message.ts';
import { type Name, namesEqual } from './name/name.ts';
import { CLASS, OPCODE, RCODE } from './record/constants.ts';
import type { ResourceRecord } from './record/record.ts';
import { readSoa } from './record/soa.ts';
import { TYPE } from './record/types.ts';

/** A NOTIFY that cannot be taken; `rcode` is the answer. */
export interface NotifyProblem extends Problem {
  readonly rcode: number;
}

export interface NotifyRequest {
  readonly zone: Name;
  /** From the SOA in the answer section: a hint that anybody can forge, never a version to trust (RFC 1996 3.11). */
  readonly serialHint: number | undefined;
}

/** A NOTIFY request, unsigned (RFC 1996 3.6, 3.7): the zone's SOA as question, AA set, the new SOA as a hint. */
export function buildNotify(zone: Name, soa: ResourceRecord | undefined, id: number): Uint8Array {
  return encodeMessage({
    id,
    opcode: OPCODE.NOTIFY,
    aa: true,
    question: [{ name: zone, type: TYPE.SOA, class: CLASS.IN }],
    answer: soa === undefined ? [] : [soa],
  });
}

/** Reads a decoded NOTIFY request (opcode already known). A hint that does not fit the question is ignored, not an error. */
export function readNotify(message: Message): Result<NotifyRequest, NotifyProblem> {
  if (message.qr) return refuse('notify-is-a-response', 'the NOTIFY is an answer', RCODE.FORMERR);
  if (message.question.length !== 1)
    return refuse('notify-question-count', `a NOTIFY with ${message.question.length} questions`, RCODE.FORMERR);
  const [{ name: zone, type, class: qclass }] = message.question;
  // RFC 1996 3.3 leaves other types to the future. FORMERR is what BIND and Knot say.
  if (type !== TYPE.SOA) return refuse('notify-not-soa', `a NOTIFY for type ${type}, not SOA`, RCODE.FORMERR);
  if (qclass !== CLASS.IN) return refuse('notify-class', `a NOTIFY for class ${qclass}, not IN`, RCODE.NOTAUTH);
  const soa = message.answer.find(
    (record) => record.type === TYPE.SOA && record.class === CLASS.IN && namesEqual(record.name, zone),
  );
  const read = soa === undefined ? undefined : readSoa(soa.rdata);
  return ok({ zone, serialHint: read?.ok ? read.value.serial : undefined });
}

/** The answer to a NOTIFY (RFC 1996 4.7): its ID, opcode and question, AA unless refused. */
export function notifyResponse(request: Message, rcode: number): MessageDraft {
  return {
    id: request.id,
    qr: true,
    opcode: OPCODE.NOTIFY,
    aa: rcode === RCODE.NOERROR,
    rcode,
    question: request.question,
  };
}

function refuse(code: string, message: string, rcode: number): { ok: false; error: NotifyProblem } {
  return { ok: false, error: { ...fail(code, message).error, rcode } };
}
