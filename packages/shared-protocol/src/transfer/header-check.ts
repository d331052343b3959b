import { isResponse, isTruncated, messageId, messageOpcode, messageRcode, sectionCount } from '../message/header.ts';
import { OPCODE, RCODE } from '../record/constants.ts';

/** Why the header of a transfer answer rules the message out, or undefined. The message has a whole header. */
export function checkHeader(
  message: Uint8Array,
  id: number,
  udp: boolean,
): { readonly code: string; readonly message: string; readonly rcode?: number } | undefined {
  if (messageId(message) !== id)
    return { code: 'transfer-wrong-id', message: `message ID ${messageId(message)} instead of ${id}` };
  if (!isResponse(message)) return { code: 'transfer-not-a-response', message: 'the message is a request' };
  if (messageOpcode(message) !== OPCODE.QUERY)
    return { code: 'transfer-wrong-opcode', message: `opcode ${messageOpcode(message)} instead of QUERY` };
  const rcode = messageRcode(message);
  if (rcode !== RCODE.NOERROR)
    return { code: 'transfer-error-rcode', message: `the primary answered with RCODE ${rcode}`, rcode };
  if (isTruncated(message)) {
    // Over UDP it says "ask over TCP"; over TCP there is no room to run out of (RFC 5936 2.2).
    if (udp) return undefined;
    return { code: 'transfer-truncated', message: 'the TC bit is set in a message over TCP' };
  }
  if (sectionCount(message, 1) === 0)
    return { code: 'transfer-empty-answer', message: 'a message without answer records' };
  return undefined;
}
