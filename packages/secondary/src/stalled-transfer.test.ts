import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { decodeMessage, name, TYPE, unwrap } from '@zonewire/shared-protocol';
import { eventually } from '@zonewire/testkit';
import { afterEach, expect, test } from 'vitest';
import type { SecondaryEvent } from './events.ts';
import { FakePrimary } from './fixtures/fake-primary.ts';
import { onSockets } from './fixtures/on-sockets.ts';

/** Primaries on loopback that stop in the middle of a transfer and leave the connection open, or are just slow. */

const ZONE = name('example.test.');
const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** Sends a message every `pause` ms, and of a transfer no more than `most` octets. */
interface Feeder {
  readonly primary: FakePrimary;
  most: number;
  pause: number;
}

async function feeder(most = Number.POSITIVE_INFINITY, pause = 0): Promise<Feeder & { port: number }> {
  const primary = new FakePrimary(ZONE);
  primary.messageRecords = 5;
  primary.change((hosts) => {
    for (let i = 0; i < 100; i++) hosts.set(`host${i}`, i);
  });
  const fed: Feeder = { primary, most, pause };
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (data: Buffer) => {
      const request = new Uint8Array(data.subarray(2));
      if (unwrap(decodeMessage(request)).question[0].type === TYPE.SOA)
        return socket.write(frame(primary.answer(request)!));
      const frames = primary.transfer(request).map(frame);
      const octets = Buffer.concat(frames).subarray(0, fed.most);
      if (fed.pause === 0) return socket.write(octets);
      const timer = setInterval(() => {
        const next = frames.shift();
        if (next === undefined) clearInterval(timer);
        else socket.write(next);
      }, fed.pause);
      timers.add(timer);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endings.push(() => {
    for (const timer of timers) clearInterval(timer);
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return Object.assign(fed, { port: (server.address() as AddressInfo).port });
}

function frame(message: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([message.length >>> 8, message.length & 255]), message]);
}

async function secondaryOf(ports: number[], idleTimeout: number) {
  const { secondary, served } = onSockets(ZONE, { idleTimeout, checkTimeout: 20_000 });
  endings.push(() => secondary.stop());
  const events: SecondaryEvent[] = [];
  secondary.events((event) => events.push(event));
  const primaries = ports.map((port, i) => ({ id: `p${i + 1}`, addresses: [{ host: '127.0.0.1', port }] }));
  await secondary.addZone({ domain: ZONE, primaries, notify: [], acl: [] });
  return { secondary, events, served, status: () => secondary.status(ZONE)! };
}

test('a transfer cut in the middle over a connection that stays open: given up soon, the next primary has the zone', async () => {
  const stalling = await feeder(1000);
  const whole = await feeder();
  const node = await secondaryOf([stalling.port, whole.port], 500);
  await eventually('the zone', () => node.served() === 2);
  expect(node.events.filter(({ kind }) => kind === 'transfer-failed')).toMatchObject([
    { type: 'axfr', code: 'transfer-stalled', failure: 'stalled' },
  ]);
  expect(node.secondary.counters).toMatchObject({ transfersStalled: 1, transfersAxfr: 1, roundsFailed: 0 });
  const [first] = node.status().primaries!;
  expect(first).toMatchObject({ id: 'p1', state: 'failing' });
  expect(first.lastError?.message).toMatch(
    new RegExp(
      `^AXFR from p1 \\(127\\.0\\.0\\.1:${stalling.port}\\) has stalled and was given up: 127\\.0\\.0\\.1 port ${stalling.port} sent ` +
        'nothing for 500 ms, after \\d+ messages and 1000 octets, in the middle of a message, and the connection stayed open; ' +
        "look into the primary's log, or at the path to it; if it only needs longer, set tcp-remote-io-timeout$",
    ),
  );
  expect(stalling.primary.asked).toEqual(['AXFR']);
});

test('the only primary takes the request and says nothing: the reason is told, it is asked again, and has the zone then', async () => {
  const only = await feeder(0);
  const node = await secondaryOf([only.port], 300);
  await eventually('the reason', () => node.status().lastError?.code === 'transfer-unanswered');
  expect(node.status().lastError?.message).toContain('after 0 messages and 0 octets');
  only.most = Number.POSITIVE_INFINITY;
  await eventually('the zone', () => node.served() === 2);
  expect(node.status().lastError).toBeUndefined();
});

test('a slow transfer, message by message for much longer than the limit, is let come', async () => {
  const slow = await feeder(undefined, 100);
  const node = await secondaryOf([slow.port], 1_000);
  await eventually('the zone', () => node.served() === 2);
  expect(node.status().lastTransfer?.ms).toBeGreaterThan(1_500);
  expect(node.secondary.counters.transfersStalled).toBe(0);
});
