import { EDE, type Message, name, RCODE } from '@zonewire/shared-protocol';
import { describe, expect, test } from 'vitest';
import { history, request, soa, stream, tcp, transferOut, udp } from '../fixtures/transfers.ts';
import { type Log, silentLog } from '../ports.ts';
import type { RequestContext } from '../zone-handler.ts';

describe('what gets no transfer', () => {
  const { source } = history(10, []);

  test.each<[string, Message, RequestContext, number]>([
    ['RFC 5936 4.2: AXFR over UDP', request('axfr'), udp, RCODE.NOTIMP],
    ['RFC 1995 3: IXFR without SOA', request('ixfr'), tcp, RCODE.FORMERR],
    ['RFC 1995 3: IXFR with two SOAs', request('ixfr', 1, { authority: [soa(1), soa(2)] }), tcp, RCODE.FORMERR],
    [
      'RFC 1995 3: IXFR with the SOA of another zone',
      request('ixfr', 1, { authority: [{ ...soa(1), name: name('other.') }] }),
      tcp,
      RCODE.FORMERR,
    ],
    [
      'RFC 1995 3: IXFR with a malformed SOA',
      request('ixfr', 1, { authority: [{ ...soa(1), rdata: new Uint8Array(3) }] }),
      tcp,
      RCODE.FORMERR,
    ],
    [
      'two questions',
      request('axfr', undefined, { question: [...request('axfr').question, ...request('axfr').question] }),
      tcp,
      RCODE.FORMERR,
    ],
  ])('%s', (_, message, context, rcode) => {
    const out = transferOut();
    expect(out.answer(message, context, source())).toMatchObject({ rcode });
    expect(out.counters.malformed).toBe(1);
    expect(out.slots.active).toBe(0);
  });

  test('a zone that is not loaded: SERVFAIL, Not Ready', () => {
    const out = transferOut();
    expect(out.answer(request('axfr'), tcp, undefined)).toMatchObject({
      rcode: RCODE.SERVFAIL,
      ede: { infoCode: EDE.NOT_READY },
    });
    expect(out.counters.notLoaded).toBe(1);
  });
});

describe('limits', () => {
  const { source } = history(5_000, []);
  const from = (peerAddress: string): RequestContext => ({ ...tcp, peerAddress });
  const refused = { rcode: RCODE.SERVFAIL, ede: { infoCode: EDE.OTHER } };

  test('transfers in all, and to one client: refused with SERVFAIL, EDE and a log line; room again when one ends', () => {
    const lines: string[] = [];
    const log = { ...silentLog, warn: (_: object, line: string) => lines.push(line) } as Log;
    const out = transferOut({ transfers: 3, perClient: 2 }, log);
    const first = out.answer(request('axfr'), from('192.0.2.1'), source());
    out.answer(request('axfr'), from('192.0.2.1'), source());
    expect(out.answer(request('axfr'), from('192.0.2.1'), source())).toMatchObject(refused);
    out.answer(request('axfr'), from('192.0.2.2'), source());
    expect(out.answer(request('axfr'), from('192.0.2.3'), source())).toMatchObject(refused);
    expect(out.counters.refused).toBe(2);
    expect(lines).toEqual([
      expect.stringContaining('to this address'),
      expect.stringContaining('too many transfers are under way here'),
    ]);
    stream(first);
    expect(out.slots.active).toBe(2);
    expect(out.answer(request('axfr'), from('192.0.2.3'), source())).toHaveProperty('messages');
    expect(out.slots.peak).toBe(3);
  });

  test('IXFR over UDP takes no place', () => {
    const out = transferOut({ transfers: 0 });
    expect(out.answer(request('ixfr', 1), udp, source())).toHaveProperty('single');
  });

  test('a client that stopped reading loses its place to another, and its stream ends with an error', () => {
    let now = 0;
    const out = transferOut({ transfers: 1, stallTime: 60_000 }, silentLog, () => now);
    const stalled = (
      out.answer(request('axfr'), from('192.0.2.1'), source()) as { messages: IterableIterator<Uint8Array> }
    ).messages;
    stalled.next();
    now = 59_000;
    expect(out.answer(request('axfr'), from('192.0.2.2'), source())).toMatchObject(refused);
    now = 61_000;
    const other = out.answer(request('axfr'), from('192.0.2.2'), source());
    expect(() => stalled.next()).toThrow(/stopped reading/);
    expect(stalled.next().done).toBe(true);
    expect(out.slots.active).toBe(1);
    stream(other);
    expect(out.slots.active).toBe(0);
    expect(out.counters).toMatchObject({ aborted: 1, axfr: 1 });
  });

  test('a stream given up before its first message gives its place back, once', () => {
    const out = transferOut({ transfers: 1 });
    const answer = out.answer(request('axfr'), tcp, source()) as { messages: IterableIterator<Uint8Array> };
    answer.messages.return?.();
    answer.messages.return?.();
    expect(out.slots.active).toBe(0);
    expect(out.counters.aborted).toBe(1);
  });
});
