import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digSerial, eventually, freePort, RedisServer, ZonewireNode } from '@zonewire/testkit';
import { afterEach, describe, expect, test } from 'vitest';

const ZONE = 'example.test.';
const zone = (serial: number) => `$ORIGIN ${ZONE}
@ 300 IN SOA ns1 hostmaster ${serial} 2 1 60 60
@ 300 NS ns1
ns1 300 A 192.0.2.1
`;

interface Redis {
  state: string;
  trouble?: string;
  url: string;
  site: string;
  lost: number;
}

let nodes: ZonewireNode[] = [];
let redis: RedisServer | undefined;

afterEach(async () => {
  for (const node of nodes) await node.remove();
  await redis?.remove();
  nodes = [];
  redis = undefined;
});

async function primaryAndSecondary(settings: (folder: string) => Record<string, unknown>) {
  const port = await freePort();
  const primary = await ZonewireNode.start({
    identity: 'primary',
    startTimeout: 90_000,
    zones: [{ name: ZONE, text: zone(1), notify: [{ host: '127.0.0.1', port }] }],
  });
  nodes.push(primary);
  const options = { identity: 'fra1', port, startTimeout: 90_000, zones: [{ name: ZONE, primaries: [primary] }] };
  const secondary = await ZonewireNode.prepare(options);
  nodes.push(secondary);
  secondary.configure({ ...options, redis: settings(secondary.folder) });
  return { primary, secondary };
}

const status = async (node: ZonewireNode) => (await node.api<{ redis: Redis }>('/api/v1/node')).redis;
const lostBy = async (node: ZonewireNode, trouble: RegExp) => {
  const now = await status(node);
  return now.state === 'lost' && trouble.test(now.trouble ?? '') ? now : undefined;
};
const metric = async (node: ZonewireNode, name: string) => {
  const text = await (await fetch(`${node.controlUrl}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
};

describe('a node with Redis configured', () => {
  test('starts and works while Redis is unreachable; uses it when it comes; its jobs can be read', async () => {
    const port = await freePort();
    const { primary, secondary } = await primaryAndSecondary(() => ({ url: `redis://127.0.0.1:${port}`, site: 'fra' }));
    await secondary.run();
    await secondary.untilSerial(ZONE, 1);
    await eventually('lost', async () => (await status(secondary)).state === 'lost');
    expect(await status(secondary)).toMatchObject({
      trouble: expect.stringMatching(/ECONNREFUSED|not reached within/),
      site: 'fra',
    });
    expect(await metric(secondary, 'zonewire_redis_up')).toBe(0);
    await primary.rewrite(ZONE, zone(2));
    await secondary.untilSerial(ZONE, 2);

    redis = await RedisServer.start({ port });
    await eventually('found', async () => (await status(secondary)).state === 'answers');
    expect(await metric(secondary, 'zonewire_redis_up')).toBe(1);
    const job = await eventually('a readable job', async () => {
      const [id] = (await redis!.command('--scan', '--pattern', 'zonewire:{fra}:refresh:z*')).split('\n');
      return JSON.parse((await redis!.command('hget', id, 'data')) || 'null');
    });
    expect(job).toEqual({ zone: ZONE, reason: 'refresh', serial: 2, attempt: 1, change: false });
    const shown = (await secondary.cli('node', 'status')).output;
    expect(shown).toMatch(/redis +answers for .*site fra, redis:\/\/127\.0\.0\.1/);
  });

  test('password from a file; never shown', async () => {
    redis = await RedisServer.start();
    await redis.command('config', 'set', 'requirepass', 's3cret');
    const { url } = redis;
    const { secondary } = await primaryAndSecondary((folder) => {
      writeFileSync(join(folder, 'redis.password'), 's3cret\n', { mode: 0o600 });
      return { url, 'password-file': 'redis.password', site: 'fra' };
    });
    await secondary.run();
    await eventually('answers', async () => (await status(secondary)).state === 'answers');
    await secondary.stop();
    secondary.configure({ identity: 'fra1', zones: [], redis: { url: url.replace('//', '//:wrong@'), site: 'fra' } });
    await secondary.run();
    await eventually('lost, and why', () => lostBy(secondary, /WRONGPASS|NOAUTH/));
    const { output } = await secondary.cli('node', 'status');
    expect(output + secondary.process.output).not.toMatch(/s3cret|wrong@/);
  });

  test('stopped: its jobs stay in Redis for the next start', async () => {
    redis = await RedisServer.start();
    const { url } = redis;
    const { primary, secondary } = await primaryAndSecondary(() => ({ url, site: 'fra' }));
    await secondary.run();
    await secondary.untilSerial(ZONE, 1);
    const delayed = () => redis!.command('zcard', 'zonewire:{fra}:refresh:delayed');
    await eventually('a job', async () => (await delayed()) === '1');
    expect(await secondary.stop()).toBe(0);
    expect(await delayed()).toBe('1');
    await primary.rewrite(ZONE, zone(2));
    await secondary.run();
    await eventually('refreshed', async () => (await digSerial(secondary, ZONE)) === 2);
    await eventually('one job', async () => (await delayed()) === '1');
  });
});
