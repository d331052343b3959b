import { eventually, freePort, RedisServer, ZonewireNode } from '@zonewire/testkit';
import { afterEach, describe, expect, test } from 'vitest';

const TOKEN = 'board-token';
const ZONES = 300;

let redis: RedisServer;
let node: ZonewireNode | undefined;

afterEach(async () => {
  await node?.remove();
  await redis?.remove();
});

/** A node with more zones than a page may show; their primary is away. */
async function start(control: Record<string, unknown>) {
  redis = await RedisServer.start();
  const nobody = { host: '127.0.0.1', port: await freePort() };
  node = await ZonewireNode.start({
    startTimeout: 90_000,
    redis: { url: redis.url, site: 'fra' },
    control,
    zones: Array.from({ length: ZONES }, (_, i) => ({ name: `zone${i}.test.`, primaries: [nobody] })),
  });
  return (path: string, init?: RequestInit) => fetch(`${node!.controlUrl}/bull-board${path}`, init);
}

const basic = (password: string) => ({ headers: { authorization: `Basic ${btoa(`operator:${password}`)}` } });

describe('Bull Board at the control address', () => {
  test('for who has the token: its pages, jobs that say what they are, never more than 100 of them', async () => {
    const board = await start({ token: TOKEN });
    const page = await board('/', basic(TOKEN));
    expect(page.status).toBe(200);
    const html = await page.text();
    const script = /static\/[\w./-]+\.js/.exec(html)?.[0];
    expect((await board(`/${script}`, basic(TOKEN))).status).toBe(200);
    interface Queue {
      name: string;
      counts: Record<string, number>;
      jobs: { data: Record<string, unknown> }[];
      readOnlyMode: boolean;
    }
    const queue = async (query: string) => {
      const answer = await board(`/api/queues?activeQueue=refresh&${query}`, basic(TOKEN));
      expect(answer.status).toBe(200);
      return ((await answer.json()) as { queues: Queue[] }).queues[0];
    };
    await eventually(
      'all zones wait for their retry',
      async () => (await queue('status=delayed')).counts.delayed > 250,
      90_000,
    );
    const first = await queue('status=delayed&page=1&jobsPerPage=20');
    expect(first).toMatchObject({ name: 'refresh', readOnlyMode: true });
    expect(first.jobs).toHaveLength(20);
    expect(first.jobs[0].data).toMatchObject({ zone: expect.stringMatching(/^zone\d+\.test\.$/), reason: 'bootstrap' });
    for (const query of ['status=delayed&page=1&jobsPerPage=100000', 'status=latest&jobsPerPage=100000', '']) {
      const answer = await board(`/api/queues?activeQueue=refresh&${query}`, basic(TOKEN));
      if (answer.status !== 200) continue;
      const { queues } = (await answer.json()) as { queues: Queue[] };
      expect(queues[0].jobs.length).toBeLessThanOrEqual(100);
    }
  });

  test('nobody else; and it changes nothing', async () => {
    const board = await start({ token: TOKEN });
    const asked = await board('/');
    expect(asked.status).toBe(401);
    expect(asked.headers.get('www-authenticate')).toMatch(/^Basic/);
    for (const path of ['/', '/api/queues', '/static/favicon-32x32.png', '//api/queues', '/%61pi/queues'])
      expect((await board(path, basic('wrong'))).status, path).toBe(401);
    expect((await board('/api/queues', { headers: { 'x-api-key': TOKEN } })).status).toBe(200);
    for (const method of ['PUT', 'POST', 'PATCH', 'DELETE'])
      expect((await board('/api/queues/refresh/empty', { method, ...basic(TOKEN) })).status).toBe(405);
  });

  test('not without a token in the configuration', async () => {
    const board = await start({});
    expect((await board('/')).status).toBe(404);
  });
});
