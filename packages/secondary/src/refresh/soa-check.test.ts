import { type DnsExchange, RunningTransfers } from '@zonewire/nameserver';
import { decodeMessage, encodeMessage, name, ok, RCODE, unwrap } from '@zonewire/shared-protocol';
import { expect, test } from 'vitest';
import { DEFAULT_SECONDARY_LIMITS } from '../config.ts';
import { FakePrimary } from '../fixtures/fake-primary.ts';
import { checkSoa } from './soa-check.ts';
import { transferIn } from './transfer-in.ts';

const zone = name('example.test.');
const primary = { key: 'hub@192.0.2.1:53', id: 'hub', host: '192.0.2.1', port: 53 };
const { signal } = new AbortController();

/** A client whose primary answers as `answer` says; undefined: silence. Notes what it was asked. */
function client(answer: (request: Uint8Array, transport: string) => Uint8Array | undefined) {
  const asked: string[] = [];
  const note = (request: Uint8Array, transport: string) => {
    const { edns } = unwrap(decodeMessage(request));
    asked.push(`${transport}${edns ? ` edns ${edns.options.map(({ code }) => code)}` : ''}`);
    return answer(request, transport);
  };
  const port = {
    async exchange(request, _to, { transport }) {
      const bytes = encodeMessage({ ...(request as object), id: 5 });
      const reply = note(bytes, transport ?? 'udp');
      if (reply === undefined) return { ok: false, error: { code: 'timeout', message: 'no reply' } };
      return ok({ message: unwrap(decodeMessage(reply)), bytes: reply, ms: 1, transport: transport ?? 'udp' });
    },
    async openTransfer(request, _to, { onMessage }) {
      const reply = note(request, 'transfer');
      if (reply !== undefined) onMessage(reply);
      return ok({ bytes: 1, messages: 1, ms: 1 });
    },
  } as Pick<DnsExchange, 'exchange' | 'openTransfer'> as DnsExchange;
  return { port, asked };
}

const check = (port: DnsExchange) => checkSoa({ client: port, zone, primary, timeout: 1000, signal });

test('RFC 7314 3.1: EXPIRE is asked for, and read', async () => {
  const hub = new FakePrimary(zone, 42);
  hub.expire = 1234;
  const { port, asked } = client((request) => hub.answer(request));
  expect(await check(port)).toEqual({ ok: true, serial: 42, expire: 1234 });
  expect(asked).toEqual(['udp edns 9']);
});

test('RFC 7766 5: where UDP is not let through, TCP is tried', async () => {
  const hub = new FakePrimary(zone, 42);
  const { port, asked } = client((request, transport) => (transport === 'tcp' ? hub.answer(request) : undefined));
  expect(await check(port)).toMatchObject({ ok: true, serial: 42 });
  expect(asked).toEqual(['udp edns 9', 'tcp edns 9']);
  const silent = client(() => undefined);
  expect(await check(silent.port)).toMatchObject({ ok: false, failure: 'unreachable', code: 'timeout' });
});

test.each([
  ['FORMERR', RCODE.FORMERR],
  ['NOTIMP', RCODE.NOTIMP],
])('RFC 6891 7: a server that refuses EDNS with %s is asked for a transfer without it', async (_, rcode) => {
  const old = new FakePrimary(zone, 42);
  const running = new RunningTransfers({ now: () => 1 });
  const told: string[] = [];
  running.events(({ step, records }) => told.push(`${step} ${records}`));
  const refuse = (request: Uint8Array) => {
    const { id, question, edns } = unwrap(decodeMessage(request));
    return edns === undefined ? undefined : encodeMessage({ id, qr: true, question, rcode });
  };
  const transfer = client((request) => refuse(request) ?? old.transfer(request)[0]);
  const came = await transferIn({
    client: transfer.port,
    zone,
    primary,
    type: 'axfr',
    held: undefined,
    id: 7,
    limits: DEFAULT_SECONDARY_LIMITS,
    zoneMaxSize: 1_000_000,
    signal,
    running,
  });
  expect(came).toMatchObject({ ok: true, outcome: 'zone', serial: 42, records: 4 });
  expect(transfer.asked).toEqual(['transfer edns 9', 'transfer']);
  expect(told).toEqual(['begin 0', 'end 0', 'begin 0', 'end 4']);
});

test.each([
  [RCODE.SERVFAIL, 'SOA query to hub (192.0.2.1:53) refused: SERVFAIL; the primary has the zone and cannot serve it'],
  [RCODE.REFUSED, 'SOA query to hub (192.0.2.1:53) refused: REFUSED; check that the primary has the zone'],
  [RCODE.NOTAUTH, 'SOA query to hub (192.0.2.1:53) refused: NOTAUTH; the primary does not know the zone'],
  [15, 'SOA query to hub (192.0.2.1:53) refused: RCODE 15; look into'],
])('RCODE %i in words', async (rcode, words) => {
  const hub = new FakePrimary(zone);
  hub.rcode = rcode;
  const answer = await check(client((request) => hub.answer(request)).port);
  expect(answer).toMatchObject({ ok: false, failure: 'refused', message: expect.stringContaining(words) });
});

test.each([
  ['an answer without AA', (hub: FakePrimary) => Object.assign(hub, { authoritative: false })],
  ['the SOA of another zone', (hub: FakePrimary) => Object.assign(hub, { zone: name('other.test.') })],
])('%s is no answer', async (_what, spoil) => {
  const hub = spoil(new FakePrimary(zone));
  const answer = await check(client((request) => hub.answer(request)).port);
  expect(answer).toMatchObject({ ok: false, code: 'not-authoritative' });
});
