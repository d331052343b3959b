import {
  decodeMessage,
  isResponse,
  type Message,
  messageId,
  messageOpcode,
  namesEqual,
  type Problem,
  RCODE,
  verifyResponse,
} from '@zonewire/shared-protocol';
import { problem } from './failure.ts';
import type { PreparedRequest } from './outbound-request.ts';

export type CheckedReply =
  | { readonly kind: 'reply'; readonly message: Message; readonly bytes: Uint8Array }
  /** Not a reply to this request: anybody may have sent it. Over UDP the right one may still come. */
  | { readonly kind: 'foreign'; readonly problem: Problem }
  /** A reply to this request that cannot be trusted. */
  | { readonly kind: 'refused'; readonly problem: Problem };

/** Checks ID, QR, opcode, question and signature of what came in. `bytes` of a reply are without the TSIG. */
export function checkReply(request: PreparedRequest, received: Uint8Array, nowSeconds: number): CheckedReply {
  if (received.length < 12) return foreign('reply-too-short', `${received.length} octets are no message`);
  if (messageId(received) !== request.id) return foreign('reply-wrong-id', 'the ID is not the one of the request');
  if (!isResponse(received)) return foreign('reply-not-a-response', 'the message is a request');
  if (messageOpcode(received) !== request.opcode)
    return foreign('reply-wrong-opcode', `opcode ${messageOpcode(received)} instead of ${request.opcode}`);
  const decoded = decodeMessage(received);
  if (!decoded.ok) return foreign('reply-malformed', `the reply is malformed: ${decoded.error.message}`);
  const message = decoded.value;
  if (!answersQuestion(request, message))
    return foreign('reply-wrong-question', 'the question of the reply is not the one that was asked');
  if (request.signed === undefined) return { kind: 'reply', message, bytes: received };
  const verified = verifyResponse(received, request.signed.key, request.signed.mac, nowSeconds);
  if (!verified.ok) return { kind: 'refused', problem: verified.error };
  return { kind: 'reply', message, bytes: verified.value.message };
}

/** Servers that cannot or will not read a request may answer without its question. */
function answersQuestion(request: PreparedRequest, reply: Message): boolean {
  if (reply.question.length === 0) return reply.rcode !== RCODE.NOERROR || request.questions.length === 0;
  return (
    reply.question.length === request.questions.length &&
    reply.question.every((question, i) => {
      const asked = request.questions[i];
      return question.type === asked.type && question.class === asked.class && namesEqual(question.name, asked.name);
    })
  );
}

function foreign(code: string, message: string): CheckedReply {
  return { kind: 'foreign', problem: problem(code, message) };
}
