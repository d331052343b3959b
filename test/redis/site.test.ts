import { type Address, digAxfr, eventually, freePort, RedisServer, ZonewireNode } from '@zonewire/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import { askedOnItsOwn } from '../fixtures/site-metrics.ts';
import { StallingProxy } from './stalling-proxy.ts';

const ZONE = 'example.test.';
const REFRESH = 2;
/** From serial to serial one address changes. */
const zone = (serial: number, hosts = 50) => `$ORIGIN ${ZONE}
@ 300 IN SOA ns1 hostmaster ${serial} ${REFRESH} 1 60 60
@ 300 NS ns1
ns1 300 A 192.0.2.1
${Array.from({ length: hosts }, (_, i) => `host${i} 300 A 192.0.2.${i % 250}`).join('\n')}
zulu 300 A 198.51.100.${serial}
`;

/** The same with timers that never end here: what arrives was told. */
const slow = (serial: number, hosts = 50) =>
  zone(serial, hosts).replace(`${serial} ${REFRESH} 1 60 60`, `${serial} 7200 3600 86400 60`);

let nodes: ZonewireNode[] = [];
let redis: RedisServer | undefined;

afterEach(async () => {
  await Promise.all(nodes.map((node) => node.remove()));
  await redis?.remove();
  nodes = [];
  redis = undefined;
});

interface SiteOptions {
  readonly size?: number;
  /** How many of the nodes the primary notifies; default: all. */
  readonly notified?: number;
  readonly text?: string;
  readonly name?: string;
  /** Between the nodes and the primary. */
  readonly before?: (primary: ZonewireNode) => Promise<Address>;
}

/** A primary, a Redis, and the nodes of one site. */
async function site({ size = 3, notified = size, text = zone(1), name = 'fra', before }: SiteOptions = {}) {
  redis ??= await RedisServer.start();
  const ports = await Promise.all(Array.from({ length: size }, () => freePort()));
  const notify = ports.slice(0, notified).map((port) => ({ host: '127.0.0.1', port }));
  const primary = await ZonewireNode.start({
    identity: 'primary',
    startTimeout: 90_000,
    zones: [{ name: ZONE, text, notify }],
  });
  nodes.push(primary);
  const source = before === undefined ? primary : await before(primary);
  const start = async (i: number) => {
    const node = await ZonewireNode.start({
      identity: `${name}${i + 1}`,
      port: ports[i],
      startTimeout: 90_000,
      redis: { url: redis!.url, site: name },
      zones: [{ name: ZONE, primaries: [source] }],
    });
    nodes.push(node);
    return node;
  };
  const all = async () => {
    const site = await Promise.all(ports.map((_, i) => start(i)));
    await everywhere(site, 1);
    return site;
  };
  return { primary, start, all };
}

const metricsOf = async (node: ZonewireNode) => (await node.open('/metrics')).text();
async function counted(node: ZonewireNode, line: RegExp): Promise<number> {
  const text = await metricsOf(node);
  return text.split('\n').reduce((sum, l) => (line.test(l) ? sum + Number(l.split(' ').at(-1)) : sum), 0);
}
const checksAt = (primary: ZonewireNode) => counted(primary, /^zonewire_queries_total\{.*type="SOA"/);
const transfersAt = (primary: ZonewireNode) =>
  counted(primary, /^zonewire_xfr_requests_total\{xfrtype="(axfr|ixfr|axfr-style-ixfr)",direction="out",result="ok"/);

const everywhere = (site: ZonewireNode[], serial: number) =>
  Promise.all(site.map((node) => node.untilSerial(ZONE, serial)));

const sameRecords = async (site: ZonewireNode[], primary: ZonewireNode) => {
  const expected = await digAxfr(primary, ZONE);
  for (const node of site) expect(await digAxfr(node, ZONE)).toEqual(expected);
};
/** See askedOnItsOwn. */
const onTheirOwn = async (site: ZonewireNode[]) => {
  const counts = await Promise.all(site.map(async (node) => askedOnItsOwn(await metricsOf(node))));
  return counts.reduce((sum, count) => sum + count, 0);
};
/** What each of them has said, for a failure that shows on other machines only. */
const logsOf = (site: ZonewireNode[]) => site.map((node) => node.process.output).join('\n');
const taken = (node: ZonewireNode) => counted(node, /^zonewire_site_versions_total\{result="taken"/);

describe('a site of three nodes on one Redis', () => {
  test('the primary sees one SOA check a REFRESH and one transfer a version', async () => {
    const { primary, all } = await site();
    const three = await all();
    for (let serial = 2; serial <= 6; serial++) {
      await primary.rewrite(ZONE, zone(serial));
      await everywhere(three, serial);
      expect(await transfersAt(primary)).toBeGreaterThanOrEqual(serial);
      expect(await transfersAt(primary), logsOf(three)).toBeLessThanOrEqual(serial + (await onTheirOwn(three)));
    }
    await sameRecords(three, primary);
    const [checks, own, began] = [await checksAt(primary), await onTheirOwn(three), Date.now()];
    await eventually('five more checks', async () => (await checksAt(primary)) >= checks + 5, 60_000);
    // One node alone would ask as often: REFRESH, up to a tenth earlier.
    const rounds = (Date.now() - began) / (REFRESH * 900);
    expect((await checksAt(primary)) - checks).toBeLessThanOrEqual(
      Math.ceil(rounds) + 1 + (await onTheirOwn(three)) - own,
    );
    // Each node has the good checks of the others: none is nearer to its expiry (60 s) than a few rounds.
    for (const node of three)
      await eventually('a fresh check', async () => {
        const { expireAt } = await node.status<{ expireAt: number }>(ZONE);
        return expireAt - Date.now() > 50_000;
      });
  });

  test('a NOTIFY to one node is enough for all', async () => {
    const { primary, all } = await site({ notified: 1, text: slow(1) });
    const three = await all();
    await primary.rewrite(ZONE, slow(2));
    // No timer of this zone ends within the hour.
    await everywhere(three, 2);
    expect(await transfersAt(primary)).toBeLessThanOrEqual(2 + (await onTheirOwn(three)));
  });

  test('a node that joins with an empty disk, the primary gone and Redis emptied: it has the zone of another node', async () => {
    const { primary, start } = await site({ text: slow(1, 30_000) });
    const two = [await start(0), await start(1)];
    await everywhere(two, 1);
    await primary.stop('SIGKILL');
    await redis!.command('flushall');
    const third = await start(2);
    await third.untilSerial(ZONE, 1);
    expect(await taken(third)).toBe(1);
    await sameRecords([third], two[0]);
  });

  test('a node that was away catches up by differences from Redis, the primary gone', async () => {
    const { primary, all } = await site({ text: slow(1) });
    const three = await all();
    await three[2].stop();
    for (let serial = 2; serial <= 4; serial++) {
      await primary.rewrite(ZONE, slow(serial));
      await everywhere(three.slice(0, 2), serial);
    }
    await primary.stop('SIGKILL');
    await three[2].run();
    await three[2].untilSerial(ZONE, 4);
    const { lastTransfer } = await three[2].status<{ lastTransfer: object }>(ZONE);
    expect(lastTransfer).toMatchObject({ type: 'ixfr', from: 'site', fromSerial: 1, toSerial: 4 });
    await sameRecords([three[2]], three[0]);
  });

  test.each(['another octet', 'rubbish', 'nothing'])(
    'content altered in Redis (%s) is refused and fetched again',
    async (how) => {
      const { primary, all } = await site({ text: slow(1) });
      const three = await all();
      await three[2].stop();
      await primary.rewrite(ZONE, slow(2));
      await everywhere(three.slice(0, 2), 2);
      const [key] = (await redis!.command('--scan', '--pattern', 'zonewire:{fra}:diff:*')).split('\n');
      if (how === 'another octet') {
        // The last octet of the difference: of the address of a host.
        const end = Number(await redis!.command('strlen', key)) - 1;
        await redis!.command('setrange', key, String(end), 'X');
      } else await redis!.command('set', key, how === 'rubbish' ? 'rubbish' : '');
      await three[2].run();
      await three[2].untilSerial(ZONE, 2);
      expect(await counted(three[2], /^zonewire_site_versions_total\{result="refused"/)).toBe(1);
      await sameRecords(three, primary);
    },
  );

  test('the node that fetches is killed in the middle of its transfer: another one fetches', async () => {
    let proxy: StallingProxy | undefined;
    const before = async (primary: ZonewireNode) => {
      proxy = await StallingProxy.start(primary);
      return proxy;
    };
    const { primary, all } = await site({ notified: 1, text: slow(1), before });
    try {
      const three = await all();
      proxy!.stalled = true;
      await primary.rewrite(ZONE, slow(2));
      await eventually('a transfer under way', () => proxy!.held.size > 0);
      const fetching = await eventually('who fetches', async () => {
        for (const node of three) if ((await node.status<{ refreshing: boolean }>(ZONE)).refreshing) return node;
        return undefined;
      });
      await fetching.stop('SIGKILL');
      proxy!.stalled = false;
      await everywhere(
        three.filter((node) => node !== fetching),
        2,
      );
    } finally {
      proxy?.close();
    }
  });

  test('Redis lost: each node on its own; found: one schedule and one transfer a version again', async () => {
    const { primary, all } = await site();
    const three = await all();
    await redis!.stop('SIGKILL');
    const states = () =>
      Promise.all(
        three.map(async (node) => (await node.api<{ redis: { state: string } }>('/api/v1/node')).redis.state),
      );
    await eventually('lost', async () => (await states()).every((state) => state === 'lost'));
    await primary.rewrite(ZONE, zone(2));
    await everywhere(three, 2);
    await redis!.run({ empty: true });
    await eventually('found', async () => (await states()).every((state) => state === 'answers'));
    const [before, own] = [await transfersAt(primary), await onTheirOwn(three)];
    for (let serial = 3; serial <= 5; serial++) {
      await primary.rewrite(ZONE, zone(serial));
      await everywhere(three, serial);
    }
    expect((await transfersAt(primary)) - before).toBeLessThanOrEqual(3 + (await onTheirOwn(three)) - own);
    const jobs = (await redis!.command('--scan', '--pattern', 'zonewire:{fra}:refresh:z*')).split('\n');
    expect(jobs.filter((key) => !key.endsWith(':lock'))).toHaveLength(1);
  });

  test('two sites on one Redis with the same zone from different primaries: nothing of one comes to the other', async () => {
    const fra = await site({ size: 2, text: slow(1, 50) });
    const sin = await site({ size: 2, text: slow(1, 70), name: 'sin' });
    const [fraNodes, sinNodes] = [await fra.all(), await sin.all()];
    await fra.primary.rewrite(ZONE, slow(2, 60));
    await everywhere(fraNodes, 2);
    await sin.primary.rewrite(ZONE, slow(3, 80));
    await everywhere(sinNodes, 3);
    await sameRecords(fraNodes, fra.primary);
    await sameRecords(sinNodes, sin.primary);
  });
});
