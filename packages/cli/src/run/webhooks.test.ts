import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentLog, systemClock } from '@zonewire/nameserver';
import { type HealthState, Webhooks } from '@zonewire/replicas';
import { eventually, freePort } from '@zonewire/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { postWebhook } from './webhooks.ts';

const SECRET = 'thirty-two octets of a secret !!';

interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let behave: (response: ServerResponse) => void;
const received: Received[] = [];
const receiver = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  received.push({ headers: request.headers, body });
  behave(response);
});
let url = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
});

afterAll(() => {
  receiver.closeAllConnections();
  receiver.close();
});

beforeEach(() => {
  received.length = 0;
  behave = (response) => response.writeHead(204).end();
});

const post = (to = url, timeout = 5_000, signal = new AbortController().signal) =>
  postWebhook({ url: to, headers: { 'X-Test': 'yes' }, body: '{}', timeout, signal });

describe('one POST to a real server', () => {
  it('takes it', async () => {
    expect(await post()).toEqual({ status: 204 });
    expect(received).toMatchObject([{ body: '{}', headers: { 'x-test': 'yes' } }]);
  });

  it('answers 500, or sends it elsewhere: the status, and nobody is followed', async () => {
    behave = (response) => response.writeHead(500).end('oops');
    expect(await post()).toEqual({ status: 500 });
    behave = (response) => response.writeHead(307, { Location: url }).end();
    expect(await post()).toEqual({ status: 307 });
    expect(received).toHaveLength(2);
  });

  it('hangs: given up in time', async () => {
    behave = () => {};
    expect(await post(url, 100)).toEqual({ trouble: 'no answer within 0.1 s' });
  });

  it('sends a body without end: the status is enough', async () => {
    let ended = false;
    behave = (response) => {
      response.on('close', () => {
        ended = true;
      });
      response.writeHead(200).write('a');
    };
    expect(await post()).toEqual({ status: 200 });
    await eventually('the connection is let go', () => ended);
  });

  it('cuts the connection; is not there', async () => {
    behave = (response) => response.destroy();
    expect(await post()).toHaveProperty('trouble');
    expect(await post(`http://127.0.0.1:${await freePort()}/`)).toEqual({ trouble: 'ECONNREFUSED' });
  });

  it('ends when the node does', async () => {
    behave = () => {};
    const stop = new AbortController();
    const waiting = post(url, 60_000, stop.signal);
    await eventually('it is there', () => received.length === 1);
    stop.abort();
    expect(await waiting).toHaveProperty('trouble');
  });
});

/** What docs/replication.md tells receivers to do. */
function verify({ headers, body }: Received, secret: string, now: number): boolean {
  const timestamp = headers['zonewire-timestamp'];
  const expected = `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
  const given = Buffer.from(String(headers['zonewire-signature']));
  const fresh = Math.abs(now / 1000 - Number(timestamp)) < 300;
  return fresh && given.length === expected.length && timingSafeEqual(given, Buffer.from(expected));
}

it('slow, failing, then well again: every alert in order, and once by its delivery', async () => {
  const webhooks = new Webhooks({
    node: 'primary-1',
    clock: systemClock,
    log: silentLog,
    post: postWebhook,
    unique: randomUUID,
    limits: { timeout: 300, batch: 1 },
  });
  const secret = new Uint8Array(Buffer.from(SECRET));
  webhooks.configure([{ id: 'hook', url, secret, on: ['expired', 'diverged', 'recovered'], hold: 0 }]);
  const health = (state: HealthState, secondary: string) =>
    webhooks.event({
      kind: 'health',
      zone: 'example.test.',
      secondary,
      at: Date.now(),
      from: 'unknown',
      to: { state, since: Date.now(), reason: 'ä reason', next: 'a step' },
    });
  // The first attempt hangs, the second fails; what comes after is slow.
  behave = (response) => {
    if (received.length === 1) return;
    if (received.length === 2) response.writeHead(503).end();
    else setTimeout(() => response.writeHead(200).end('thank you'), 50);
  };
  health('expired', 'fra1');
  health('diverged', 'sin1');
  health('in-sync', 'fra1');
  await eventually('all delivered', () => webhooks.status()[0].counters.delivered === 3);
  expect(received.every((one) => verify(one, SECRET, Date.now()))).toBe(true);
  expect(verify(received[0], 'another secret', Date.now())).toBe(false);
  expect(verify(received[0], SECRET, Date.now() + 600_000)).toBe(false);
  const events = received.map(({ body }) => JSON.parse(body).events[0]);
  expect(events.map(({ event, secondary }) => `${secondary} ${event}`)).toEqual([
    'fra1 expired',
    'fra1 expired',
    'fra1 expired',
    'sin1 diverged',
    'fra1 recovered',
  ]);
  const deliveries = received.map(({ headers }) => headers['zonewire-delivery']);
  expect(new Set(deliveries.slice(0, 3)).size).toBe(1);
  expect(new Set(deliveries).size).toBe(3);
  expect(webhooks.status()).toMatchObject([{ waiting: 0, counters: { accepted: 3, failed: 2, dropped: 0 } }]);
  webhooks.stop();
});
