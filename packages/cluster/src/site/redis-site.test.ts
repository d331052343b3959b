import { type Clock, silentLog, systemClock } from '@zonewire/nameserver';
import type { SiteHead } from '@zonewire/secondary';
import { name, nameToText, parseRecords, unwrap } from '@zonewire/shared-protocol';
import { eventually, RedisServer } from '@zonewire/testkit';
import { ZoneBuilder, type ZoneVersion } from '@zonewire/zone';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { RedisSite } from './redis-site.ts';

const APEX = name('example.test.');

let server: RedisServer;
const sites: RedisSite[] = [];
beforeAll(async () => {
  server = await RedisServer.start();
});
afterEach(async () => {
  await Promise.all(sites.splice(0).map((site) => site.close()));
});
afterAll(() => server?.remove());

function version(serial: number): ZoneVersion {
  const builder = new ZoneBuilder(APEX);
  const text = `@ 300 IN SOA ns1 host ${serial} 3600 600 86400 60\n@ 300 NS ns1\nns1 300 A 192.0.2.1`;
  for (const record of parseRecords(text, APEX)) builder.addRecord(record);
  return unwrap(builder.finish());
}

const headOf = ({ apex, serial }: ZoneVersion): SiteHead => ({
  zone: nameToText(apex),
  serial,
  checkedAt: Date.now(),
  expireAt: Date.now() + 3_600_000,
  nextAt: Date.now() + 60_000,
  failures: 0,
});

/** A node of a site, of which Redis is known to answer. Resolves when it hears the others: `until` so many are heard by each. */
async function node(
  site: string,
  until: number,
  { has, clock = systemClock }: { has?: ZoneVersion; clock?: Clock } = {},
) {
  const watch = { redis: 'answers' as const, known: Promise.resolve(), onLost: () => {} };
  const link = new RedisSite({ url: server.url, site, clock, log: silentLog, watch });
  sites.push(link);
  const serves = () => has && { head: headOf(has), version: has };
  link.start({ news: () => {}, serves, zones: () => [] });
  const heard = async () => (await server.command('pubsub', 'numsub', `zonewire:{${site}}:news`)).includes(`${until}`);
  await eventually(`${until} nodes of ${site} hear each other`, heard);
  return link;
}

const request = (version: ZoneVersion) => ({
  apex: APEX,
  head: headOf(version),
  held: undefined,
  maxSize: 1_000_000,
  signal: new AbortController().signal,
});

test('a node held up for longer than another one takes finds what was put there for it meanwhile', async () => {
  const latest = version(7);
  await node('held-up', 1, { has: latest });
  // Looks again after two seconds instead of 50 ms.
  const slow: Clock = { ...systemClock, setTimeout: (fn, ms) => systemClock.setTimeout(fn, Math.max(ms, 2_000)) };
  const joining = await node('held-up', 2, { clock: slow });
  expect(await joining.fetch(request(latest))).toMatchObject({ kind: 'zone', version: { serial: 7 } });
  expect(joining.counters).toMatchObject({ taken: 1, unanswered: 0 });
  // What it asked for can be asked for again.
  await server.command('flushall');
  expect(await joining.fetch(request(latest))).toMatchObject({ kind: 'zone' });
});

test('the head of a zone that only another node has in memory', async () => {
  const latest = version(3);
  await node('head', 1, { has: latest });
  const joining = await node('head', 2);
  expect(await joining.head('example.test.')).toMatchObject({ serial: 3 });
});

test('alone at its site it waits for nobody', async () => {
  const alone = await node('alone', 1);
  expect(await alone.head('example.test.')).toBeUndefined();
  expect(await alone.fetch(request(version(1)))).toMatchObject({ kind: 'none' });
  expect(alone.counters).toMatchObject({ unanswered: 0, failed: 0 });
});
