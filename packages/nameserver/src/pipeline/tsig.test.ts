import { encodeMessage, name, nameToText, OPCODE, signMessage, verifyResponse } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { answered, server } from '../fixtures/asking.ts';
import { decode, edns, query, rcodeText } from '../fixtures/queries.ts';
import { exampleTable, KEY, offline } from '../fixtures/zones.ts';

describe('TSIG (RFC 8945)', () => {
  const now = () => Date.now() / 1000;

  it('a signed query gets a signed answer, within the size limit', () => {
    const { bytes, mac } = signMessage(query('many.example.test.', 'A'), KEY, now());
    const reply = server.ask(bytes) as Uint8Array;
    expect(reply.length).toBeLessThanOrEqual(512);
    const verified = verifyResponse(reply, KEY, mac, now());
    expect(verified.ok && decode(verified.value.message)).toMatchObject({ tc: true, aa: true });
  });

  it('errors are signed too: REFUSED, FORMERR, BADVERS, NOTIMP', () => {
    for (const [request, rcode] of [
      [query('elsewhere.', 'A'), 5],
      [encodeMessage({ id: 1 }), 1],
      [query('example.test.', 'A', { edns: edns({ version: 7 }) }), 16],
      [query('example.test.', 'A', { opcode: OPCODE.STATUS }), 4],
    ] as const) {
      const { bytes, mac } = signMessage(request, KEY, now());
      const verified = verifyResponse(server.ask(bytes) as Uint8Array, KEY, mac, now());
      expect(verified.ok && decode(verified.value.message).rcode).toBe(rcode);
    }
  });

  it.each([
    ['BADKEY for an unknown key', { ...KEY, name: name('nobody.') }, 0, 17],
    ['BADKEY for another algorithm', { ...KEY, algorithm: 'hmac-sha512' as const }, 0, 17],
    ['BADSIG', { ...KEY, secret: new Uint8Array(32) }, 0, 16],
    ['BADTIME', KEY, -400, 18],
  ])('%s comes before anything else: NOTAUTH', (_what, key, shift, error) => {
    const before = server.counters.tsigErrors[error];
    const message = answered(signMessage(query('elsewhere.', 'A'), key, now() + shift).bytes);
    expect(rcodeText(message)).toBe('NOTAUTH');
    expect(message.tsig?.error).toBe(error);
    expect(server.counters.tsigErrors[error]).toBe(before + 1);
  });

  it('a question that leaves no room beside the signature: TC, and nothing that points at it', () => {
    const long = (last: string) => name(`${`${'k'.repeat(60)}.`.repeat(4)}${last}.`);
    const key = { ...KEY, name: long('key'), algorithm: 'hmac-sha512' as const };
    const fresh = offline(exampleTable(), { keys: [key] });
    const { bytes, mac } = signMessage(query(nameToText(long('x')), 'A'), key, now());
    const reply = fresh.ask(bytes) as Uint8Array;
    expect(reply.length).toBeLessThanOrEqual(512);
    const verified = verifyResponse(reply, key, mac, now());
    expect(verified.ok && decode(verified.value.message)).toMatchObject({ tc: true, question: [], answer: [] });
  });

  it('a TSIG that is not the last record: FORMERR (5.1)', () => {
    const { bytes } = signMessage(query('example.test.', 'A'), KEY, now());
    const more = Uint8Array.from([...bytes, 0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0]);
    more[11] = 2;
    expect(rcodeText(answered(more))).toBe('FORMERR');
  });
});
