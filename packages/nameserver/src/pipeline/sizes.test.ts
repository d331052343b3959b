import { TYPE } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { answered, ask, server } from '../fixtures/asking.ts';
import { edns, query } from '../fixtures/queries.ts';
import { contextOf } from '../fixtures/zones.ts';

describe('sizes and truncation', () => {
  const lengthOf = (request: Uint8Array, context = contextOf()) => (server.ask(request, context) as Uint8Array).length;
  const many = (udpSize?: number) =>
    query('many.example.test.', 'A', udpSize === undefined ? {} : { edns: edns({ udpSize }) });
  const big = (udpSize?: number) =>
    query('big.example.test.', 'TXT', udpSize === undefined ? {} : { edns: edns({ udpSize }) });

  it('512 octets without EDNS (RFC 1035 4.2.1), the smaller of both sizes with it (RFC 6891 6.2.5)', () => {
    expect(answered(many())).toMatchObject({ tc: true });
    expect(lengthOf(many())).toBeLessThanOrEqual(512);
    expect(answered(many(800))).toMatchObject({ tc: false });
    expect(answered(big(1232))).toMatchObject({ tc: true });
    expect(lengthOf(big(1232))).toBeLessThanOrEqual(1232);
    // Our limit is lower than theirs.
    expect(answered(big(4096))).toMatchObject({ tc: true });
  });

  it('sizes below 512 mean 512 (RFC 6891 6.2.3)', () => {
    const record = ask('alias.example.test.', 'A', { edns: edns({ udpSize: 12 }) });
    expect(record.tc).toBe(false);
    expect(record.answer.length).toBe(2);
  });

  it('over TCP nothing is truncated, whatever the OPT record says', () => {
    const message = answered(big(512), contextOf('tcp'));
    expect(message.tc).toBe(false);
    expect(message.answer[0].rdata.length).toBe(8 * 251);
  });

  it('a truncated answer keeps question and OPT, and no part of an RRset (RFC 2181 9)', () => {
    const message = answered(many(512));
    expect(message).toMatchObject({ tc: true, answer: [], question: [{ type: TYPE.A }], edns: { udpSize: 1232 } });
  });

  it('counts them', () => {
    const before = server.counters.truncated;
    answered(many());
    answered(big(), contextOf('tcp'));
    expect(server.counters.truncated - before).toBe(1);
  });
});
