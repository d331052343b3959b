import { digSerial, eventually, freePort, RedisServer, ZonewireNode } from '@zonewire/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AddressOfRedis } from './address-of-redis.ts';

const ZONE = 'example.test.';
const zone = (serial: number) => `$ORIGIN ${ZONE}
@ 300 IN SOA ns1 hostmaster ${serial} 2 1 30 60
@ 300 NS ns1
ns1 300 A 192.0.2.1
`;

let redis: RedisServer;
let replica: RedisServer;
let address: AddressOfRedis;
let primary: ZonewireNode;
let secondary: ZonewireNode;
let serial = 1;

/** Asked all the time: whatever happens to Redis, each query has to be answered. */
const queries = { asked: 0, unanswered: [] as string[], ended: false, over: Promise.resolve() };

beforeAll(async () => {
  redis = await RedisServer.start();
  replica = await RedisServer.start();
  await replica.command('replicaof', redis.host, String(redis.port));
  address = await AddressOfRedis.of(redis);
  const port = await freePort();
  const text = zone(serial);
  const notify = [{ host: '127.0.0.1', port }];
  primary = await ZonewireNode.start({
    identity: 'primary',
    startTimeout: 90_000,
    zones: [{ name: ZONE, text, notify }],
  });
  secondary = await ZonewireNode.start({
    identity: 'fra1',
    port,
    startTimeout: 90_000,
    redis: { url: address.url, site: 'fra' },
    zones: [{ name: ZONE, primaries: [primary] }],
  });
  await secondary.untilSerial(ZONE, serial);
  queries.over = askAllTheTime();
}, 240_000);

afterAll(async () => {
  queries.ended = true;
  await queries.over;
  for (const node of [secondary, primary]) await node?.remove();
  address?.close();
  for (const server of [redis, replica]) await server?.remove();
});

async function askAllTheTime(): Promise<void> {
  while (!queries.ended) {
    queries.asked++;
    const answer = await digSerial(secondary, ZONE).catch(() => undefined);
    if (answer === undefined) queries.unanswered.push(new Date().toISOString());
  }
}

const state = async () => (await secondary.api<{ redis: { state: string; trouble?: string } }>('/api/v1/node')).redis;

async function metric(node: ZonewireNode, start: string): Promise<number> {
  const text = await (await fetch(`${node.controlUrl}/metrics`)).text();
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(start))
      ?.split(' ')
      .at(-1) ?? 0,
  );
}

/** Timers and NOTIFY do what they should: four more good checks, and a change arrives. */
async function refreshes(): Promise<void> {
  const checks = () => metric(secondary, 'zonewire_soa_checks_total{result="answered"}');
  const before = await checks();
  await eventually('four more checks', async () => (await checks()) >= before + 4, 60_000);
  await primary.rewrite(ZONE, zone(++serial));
  await secondary.untilSerial(ZONE, serial);
}

const ways: [way: string, trouble: RegExp, lose: () => Promise<unknown>, heal: () => Promise<unknown>][] = [
  ['killed, and restarted empty', /./, () => redis.stop('SIGKILL'), () => redis.run({ empty: true })],
  ['paused', /no answer/, async () => redis.pause(), async () => redis.resume()],
  ['cut off', /no answer/, async () => address.cut(), async () => address.heal()],
  [
    'full',
    /OOM/,
    () => redis.command('config', 'set', 'maxmemory', '1'),
    () => redis.command('config', 'set', 'maxmemory', '0'),
  ],
  [
    'replaced by its replica, which takes no writes before it is promoted',
    /READONLY|replica|NOREPLICAS/,
    async () => {
      await replica.command('replicaof', redis.host, String(redis.port));
      await eventually('a copy', async () =>
        /master_link_status:up/.test(await replica.command('info', 'replication')),
      );
      address.moveTo(replica);
      await redis.stop('SIGKILL');
    },
    () => replica.command('replicaof', 'no', 'one'),
  ],
];

describe('a node whose Redis is lost answers and refreshes as before', () => {
  test.each(ways)('%s', { timeout: 240_000 }, async (way, trouble, lose, heal) => {
    await eventually('answers before', async () => (await state()).state === 'answers');
    const unanswered = queries.unanswered.length;
    await lose();
    await eventually('lost', async () => (await state()).state === 'lost');
    // A connection that ends comes before what the other server says.
    await eventually(`lost: ${trouble}`, async () => trouble.test((await state()).trouble ?? ''));
    expect((await secondary.cli('node', 'status')).output).toMatch(/redis +lost for .*timers run in this node/);
    expect(await metric(secondary, 'zonewire_redis_up ')).toBe(0);
    await refreshes();
    expect((await state()).state).toBe('lost');
    await heal();
    await eventually('found', async () => (await state()).state === 'answers', 60_000);
    expect(await metric(secondary, 'zonewire_redis_up ')).toBe(1);
    await refreshes();
    const server = way.startsWith('replaced') ? replica : redis;
    const jobs = (await server.command('--scan', '--pattern', 'zonewire:{fra}:refresh:z*')).split('\n');
    expect(jobs.filter((key) => !key.endsWith(':lock'))).toHaveLength(1);
    expect(queries.unanswered.slice(unanswered)).toEqual([]);
    expect(queries.asked).toBeGreaterThan(0);
  });
});
