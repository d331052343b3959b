import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { framed, MessageFramer } from './message-framer.ts';

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

describe('MessageFramer (RFC 1035 4.2.2, RFC 7766 8)', () => {
  it('finds the same messages however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 30 }),
        (messages, cuts) => {
          const stream = concat(messages.map(framed));
          const framer = new MessageFramer();
          const seen: Uint8Array[] = [];
          for (let at = 0, i = 0; at < stream.length; i++) {
            const next = Math.min(stream.length, at + cuts[i % cuts.length]);
            expect(framer.push(stream.subarray(at, next), (m) => seen.push(m.slice()) > 0)).toBe(true);
            at = next;
          }
          expect(seen).toEqual(messages);
          expect(framer.isBetweenMessages).toBe(true);
        },
      ),
    );
  });

  it('octet by octet, up to the longest message', () => {
    const message = Uint8Array.from({ length: 65_535 }, (_, i) => i);
    const framer = new MessageFramer();
    let seen: Uint8Array | undefined;
    for (const octet of framed(message))
      framer.push(Uint8Array.of(octet), (m) => {
        seen = m.slice();
        return true;
      });
    expect(seen).toEqual(message);
  });

  it('says whether a message is under way, and how long it is to be', () => {
    const framer = new MessageFramer();
    framer.push(Uint8Array.of(1), () => true);
    expect(framer.isBetweenMessages).toBe(false);
    framer.push(Uint8Array.of(2, 3), () => true);
    expect(framer.expectedLength).toBe(258);
  });

  it('stops when told to', () => {
    const framer = new MessageFramer();
    let calls = 0;
    const stream = concat([framed(Uint8Array.of(1)), framed(Uint8Array.of(2))]);
    expect(framer.push(stream, () => ++calls < 1)).toBe(false);
    expect(calls).toBe(1);
  });
});
