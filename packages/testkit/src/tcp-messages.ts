import type { Socket } from 'node:net';

/** A message as it goes over TCP: its length before it (RFC 1035 4.2.2). */
export function withLength(message: Uint8Array): Uint8Array {
  return Uint8Array.of(message.length >>> 8, message.length, ...message);
}

/** The messages of a connection, without their lengths, until its end. */
export async function* messagesOf(socket: Socket): AsyncGenerator<Uint8Array, undefined> {
  let rest = Buffer.alloc(0);
  for await (const chunk of socket) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE()) {
      const end = 2 + rest.readUInt16BE();
      yield new Uint8Array(rest.subarray(2, end));
      rest = rest.subarray(end);
    }
  }
  return undefined;
}
