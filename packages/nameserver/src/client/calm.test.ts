import { randomFillSync } from 'node:crypto';
import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { CLASS, decodeMessage, encodeMessage, messageId, name, TYPE, unwrap } from '@zonewire/shared-protocol';
import { FakeClock } from '@zonewire/testkit';
import { afterEach, expect, it, vi } from 'vitest';
import { silentLog } from '../ports.ts';
import { DnsClient } from './dns-client.ts';
import { CALM_EXCHANGES, CALM_MS } from './udp-exchange.ts';

/** Exchanges whose reply nobody waits for: it is looked at a moment after it came. */

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const question = [{ name: name('example.test.'), type: TYPE.SOA, class: CLASS.IN }];
const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 2 });

async function setUp() {
  const clock = new FakeClock();
  const client = new DnsClient({ clock, log: silentLog, random: (out) => randomFillSync(out) });
  const socket = createSocket('udp4');
  const asked: { request: Uint8Array; from: RemoteInfo }[] = [];
  socket.on('message', (request, from) => asked.push({ request, from }));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  closers.push(() => socket.close());
  const to = { host: '127.0.0.1', port: socket.address().port };
  const ask = (timeout = 1_000) => client.exchange({ question }, to, { timeout, attempts: 1, isCalm: true });
  /** Answers the `i`-th request, with another ID where that is said. */
  const answer = (i: number, id?: number) => {
    const { request, from } = asked[i];
    const reply = {
      id: id ?? messageId(request),
      qr: true,
      aa: true,
      question: unwrap(decodeMessage(request)).question,
    };
    socket.send(encodeMessage(reply), from.port, from.address);
  };
  return { clock, client, asked, ask, answer };
}

it(`is settled ${CALM_MS} ms after the reply came, and says when that was (CALM_MS)`, async () => {
  const { clock, asked, ask, answer } = await setUp();
  const settled = vi.fn();
  const exchange = ask().finally(settled);
  await until(() => expect(asked).toHaveLength(1));
  await clock.advance(7);
  answer(0);
  // The time limit, and the reply.
  await until(() => expect(clock.pending).toBe(2));
  await turn();
  expect(settled).not.toHaveBeenCalled();
  await clock.advance(CALM_MS);
  expect(unwrap(await exchange).ms).toBe(7);
  expect(clock.pending).toBe(0);
});

it('a reply that came in time counts, also when the time is over before it is looked at', async () => {
  const { clock, client, asked, ask, answer } = await setUp();
  const exchange = ask(1_000);
  await until(() => expect(asked).toHaveLength(1));
  await clock.advance(999);
  answer(0);
  await until(() => expect(clock.pending).toBe(2));
  await clock.advance(CALM_MS);
  expect((await exchange).ok).toBe(true);
  expect([client.counters.timeouts, clock.pending]).toEqual([0, 0]);
});

it('a second reply is not waited with: what came first is looked at, then it', async () => {
  const { clock, client, asked, ask, answer } = await setUp();
  const exchange = ask();
  await until(() => expect(asked).toHaveLength(1));
  const { request, from } = asked[0];
  const forged = encodeMessage({ id: messageId(request), qr: true, question: [{ ...question[0], type: TYPE.A }] });
  asked.push({ request: forged, from });
  answer(1);
  await until(() => expect(clock.pending).toBe(2));
  answer(0);
  expect((await exchange).ok).toBe(true);
  expect([client.counters.ignoredReplies, clock.pending]).toEqual([1, 0]);
});

it('with many under way there is no calm (CALM_EXCHANGES)', async () => {
  const { clock, asked, ask, answer } = await setUp();
  const all = Array.from({ length: CALM_EXCHANGES + 1 }, () => ask());
  await until(() => expect(asked).toHaveLength(all.length));
  for (let i = 0; i < all.length; i++) answer(i);
  const settled = await Promise.race(all);
  expect(settled.ok).toBe(true);
  await clock.advance(CALM_MS);
  expect((await Promise.all(all)).every(({ ok }) => ok)).toBe(true);
});
