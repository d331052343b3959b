import { randomFillSync } from 'node:crypto';
import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { CLASS, decodeMessage, encodeMessage, messageId, name, TYPE, unwrap } from '@zonewire/shared-protocol';
import { FakeClock, freePort } from '@zonewire/testkit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Clock, type FillRandom, silentLog } from '../ports.ts';
import { systemClock } from '../system-clock.ts';
import { DnsClient } from './dns-client.ts';
import type { InFlightLimits } from './in-flight.ts';
import { SOCKET_EXCHANGES } from './udp-sockets.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

function newClient(more: { clock?: Clock; random?: FillRandom; limits?: Partial<InFlightLimits> } = {}): DnsClient {
  return new DnsClient({ clock: systemClock, log: silentLog, random: (out) => randomFillSync(out), ...more });
}

interface Asked {
  readonly request: Uint8Array;
  readonly from: RemoteInfo;
  readonly id: number;
}

/** Keeps what it is asked, and answers when the test says so. */
async function patientServer(port = 0) {
  const socket = createSocket('udp4');
  const asked: Asked[] = [];
  socket.on('message', (request, from) => asked.push({ request, from, id: messageId(request) }));
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  closers.push(() => socket.close());
  const to = { host: '127.0.0.1', port: socket.address().port };
  const send = (bytes: Uint8Array, { from }: Asked) => socket.send(bytes, from.port, from.address);
  return { to, asked, send, answer: (one: Asked) => send(answerTo(one), one) };
}

function answerTo({ request, id }: Asked, more: { id?: number } = {}): Uint8Array {
  const { question } = unwrap(decodeMessage(request));
  return encodeMessage({ id, qr: true, aa: true, question, ...more });
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 2 });
const soaOf = (i: number) => ({ question: [{ name: name(`z${i}.test.`), type: TYPE.SOA, class: CLASS.IN }] });
const patient = { timeout: 60_000, attempts: 1 };

describe('exchanges over UDP share sockets', () => {
  it('a thousand under way: few sockets, one timer; each has an ID of its own at its port, and its own answer (RFC 5452 9.2)', async () => {
    const clock = new FakeClock();
    const client = newClient({ clock, limits: { perPeer: 1_000 } });
    const server = await patientServer();
    const all = Array.from({ length: 1_000 }, (_, i) => client.exchange(soaOf(i), server.to, patient));
    // The kernel may lose some of a burst: what matters is what arrived.
    await until(() => expect(server.asked.length).toBeGreaterThan(200));
    expect(clock.pending).toBe(1);
    expect(client.counters.socketsOpened).toBe(Math.ceil(1_000 / SOCKET_EXCHANGES));
    const ports = Map.groupBy(server.asked, ({ from }) => from.port);
    expect(ports.size).toBeGreaterThan(10);
    for (const here of ports.values()) {
      expect(here.length).toBeLessThanOrEqual(SOCKET_EXCHANGES);
      expect(new Set(here.map(({ id }) => id)).size).toBe(here.length);
    }
    for (const one of server.asked.toReversed()) server.answer(one);
    let answered = 0;
    for (const [i, exchange] of all.entries())
      void exchange.then((result) => {
        if (!result.ok) return;
        expect(result.value.message.question).toEqual(soaOf(i).question);
        answered++;
      });
    await until(() => expect(answered).toBeGreaterThan(200));
    await clock.advance(61_000);
    await Promise.all(all);
    expect(clock.pending).toBe(0);
    expect(client.counters.timeouts).toBe(1_000 - answered);
  });

  it('a forged answer needs port, ID and question of one exchange: an ID of the one beside it is not enough (RFC 5452 9.1)', async () => {
    const client = newClient();
    const server = await patientServer();
    const both = [1, 2].map((i) => client.exchange(soaOf(i), server.to, patient));
    await until(() => expect(server.asked).toHaveLength(2));
    const [one, other] = server.asked;
    expect(one.from.port).toBe(other.from.port);
    const unused = [...Array(3).keys()].find((id) => id !== one.id && id !== other.id)!;
    server.send(answerTo(one, { id: other.id }), one);
    server.send(answerTo(other, { id: one.id }), one);
    server.send(answerTo(one, { id: unused }), one);
    server.send(Uint8Array.of(1), one);
    const elsewhere = createSocket('udp4');
    closers.push(() => elsewhere.close());
    elsewhere.send(answerTo(one), one.from.port, one.from.address);
    await until(() => expect(client.counters.ignoredReplies).toBe(4));
    for (const asked of server.asked) server.answer(asked);
    for (const [i, result] of (await Promise.all(both)).entries())
      expect(unwrap(result).message.question).toEqual(soaOf(i + 1).question);
  });

  it('an ID is not used again at a socket, whatever the random octets say: a late answer belongs to nobody', async () => {
    const client = newClient({ random: (out) => out.fill(7) });
    const server = await patientServer();
    const ids = new Map<number, Set<number>>();
    for (let i = 0; i < 2 * SOCKET_EXCHANGES; i++) {
      const exchange = client.exchange(soaOf(i), server.to, patient);
      await until(() => expect(server.asked).toHaveLength(i + 1));
      const asked = server.asked[i];
      const used = ids.get(asked.from.port) ?? new Set();
      expect(used).not.toContain(asked.id);
      ids.set(asked.from.port, used.add(asked.id));
      // The one before answers again, to the port of this one.
      if (i > 0) server.send(answerTo(server.asked[i - 1]), asked);
      server.answer(asked);
      expect(unwrap(await exchange).message.question).toEqual(soaOf(i).question);
    }
  });

  it('after a second sending both answers may come: one is taken, the socket goes on', async () => {
    const client = newClient();
    const server = await patientServer();
    const first = client.exchange(soaOf(1), server.to, { timeout: 300, attempts: 2 });
    await until(() => expect(server.asked).toHaveLength(2));
    for (const asked of server.asked) server.answer(asked);
    unwrap(await first);
    const second = client.exchange(soaOf(2), server.to, patient);
    await until(() => expect(server.asked).toHaveLength(3));
    server.answer(server.asked[2]);
    expect(unwrap(await second).message.question).toEqual(soaOf(2).question);
    await until(() => expect(client.counters.ignoredReplies).toBe(1));
  });

  it('nobody listens: all under way know at once, and the next one has a new socket', async () => {
    const client = newClient();
    const port = await freePort();
    const to = { host: '127.0.0.1', port };
    const all = await Promise.all(Array.from({ length: 100 }, (_, i) => client.exchange(soaOf(i), to, patient)));
    for (const result of all) expect(result).toMatchObject({ ok: false, error: { code: 'connection-refused' } });
    const server = await patientServer(port);
    const next = client.exchange(soaOf(1), to, patient);
    await until(() => expect(server.asked).toHaveLength(1));
    server.answer(server.asked[0]);
    unwrap(await next);
  });

  it('at the limit of a peer more wait: their time begins with their turn, and who is given up takes none', async () => {
    const clock = new FakeClock();
    const client = newClient({ clock, limits: { perPeer: 2 } });
    const server = await patientServer();
    const given = new AbortController();
    const ask = (i: number, signal?: AbortSignal) =>
      client.exchange(soaOf(i), server.to, { timeout: 1_000, attempts: 1, signal });
    const silent = [ask(1), ask(2)];
    const up = ask(3, given.signal);
    const waiting = ask(4);
    await until(() => expect(server.asked).toHaveLength(2));
    expect(client.counters.waited).toBe(2);
    given.abort();
    expect(await up).toMatchObject({ ok: false, error: { code: 'aborted' } });
    await clock.advance(1_010);
    for (const result of await Promise.all(silent)) expect(result).toMatchObject({ error: { code: 'timeout' } });
    await until(() => expect(server.asked).toHaveLength(3));
    await clock.advance(900);
    server.answer(server.asked[2]);
    expect(unwrap(await waiting).message.question).toEqual(soaOf(4).question);
  });

  it('one signal ends all that were begun with it', async () => {
    const client = newClient();
    const server = await patientServer();
    const stop = new AbortController();
    const all = Array.from({ length: 50 }, (_, i) =>
      client.exchange(soaOf(i), server.to, { ...patient, signal: stop.signal }),
    );
    await until(() => expect(server.asked).toHaveLength(50));
    stop.abort();
    for (const result of await Promise.all(all)) expect(result).toMatchObject({ error: { code: 'aborted' } });
  });
});
