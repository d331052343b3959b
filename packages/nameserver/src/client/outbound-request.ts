import {
  decodeMessage,
  encodeMessage,
  fail,
  type MessageDraft,
  messageId,
  messageOpcode,
  ok,
  type Question,
  type Result,
  signMessage,
  type TsigKey,
} from '@zonewire/shared-protocol';

/** What to ask: a draft, or an encoded unsigned message. Its ID is chosen here, for each exchange anew. */
export type OutboundRequest = Omit<MessageDraft, 'id'> | Uint8Array;

/** A request as it goes out, and what its reply is checked against. */
export interface PreparedRequest {
  readonly id: number;
  readonly opcode: number;
  readonly questions: readonly Question[];
  /** Signed, when there is a key. */
  readonly bytes: Uint8Array;
  readonly signed: { readonly key: TsigKey; readonly mac: Uint8Array } | undefined;
}

/** Gives `request` the ID `id` and signs it. Fails only for encoded requests that are no messages. */
export function prepareRequest(
  request: OutboundRequest,
  id: number,
  key: TsigKey | undefined,
  nowSeconds: number,
): Result<PreparedRequest> {
  if (!(request instanceof Uint8Array))
    return ok(prepared(encodeMessage({ ...request, id }), request.question ?? [], key, nowSeconds));
  const unsigned = request.slice();
  unsigned[0] = id >>> 8;
  unsigned[1] = id;
  const decoded = decodeMessage(unsigned);
  if (!decoded.ok) return fail('request-malformed', `the request to be sent is malformed: ${decoded.error.message}`);
  return ok(prepared(unsigned, decoded.value.question, key, nowSeconds));
}

function prepared(
  unsigned: Uint8Array,
  questions: readonly Question[],
  key: TsigKey | undefined,
  nowSeconds: number,
): PreparedRequest {
  const signed = key === undefined ? undefined : signMessage(unsigned, key, nowSeconds);
  return {
    id: messageId(unsigned),
    opcode: messageOpcode(unsigned),
    questions,
    bytes: signed === undefined ? unsigned : signed.bytes,
    signed: signed === undefined || key === undefined ? undefined : { key, mac: signed.mac },
  };
}
