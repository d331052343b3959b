import { CLASS, name, TYPE } from '@zonewire/shared-protocol';
import { eventually, run, type Topology } from '@zonewire/testkit';
import { describe, expect, it } from 'vitest';
import { askedOnItsOwn } from '../fixtures/site-metrics.ts';
import { hostsZone } from '../fixtures/zones.ts';
import { change, sameEverywhere } from './changes.ts';
import { SteadyLoad } from './steady-load.ts';
import { topologies } from './topology-test.ts';

const ZONE = 'example.test.';
const NODES = ['fra1', 'fra2', 'fra3'];

describe('a site of three nodes on one Redis', () => {
  const { start } = topologies();
  let topology: Topology;

  async function site(timers?: string): Promise<Topology> {
    const node = { zones: [{ name: ZONE, primaries: ['primary'] }], site: { name: 'fra', redis: 'redis' } };
    topology = await start({
      redis: { runs: 'redis' },
      primary: { zones: [{ name: ZONE, text: hostsZone(ZONE, 1, 500, timers), notify: NODES }] },
      ...Object.fromEntries(NODES.map((name) => [name, node])),
    });
    await same(1);
    return topology;
  }

  const same = (serial: number) => sameEverywhere(topology, ZONE, ['primary', ...NODES], serial);

  const redisState = async (name: string) => {
    const { redis } = (await topology.node(name).api('/api/v1/node')) as { redis: { state: string } };
    return redis.state;
  };

  /** Transfers that the primary has served, of any type. */
  async function transfersOut(): Promise<number> {
    const metrics = await topology.node('primary').metrics();
    const served = metrics.matchAll(/^zonewire_xfr_requests_total\{[^}]*direction="out",result="ok"[^}]*\} (\d+)/gm);
    return [...served].reduce((sum, [, count]) => sum + Number(count), 0);
  }

  it('the primary serves one transfer a version, however many nodes; a node replaced with an empty disk needs none', async () => {
    await site();
    // The whole zones compared above were transfers as well: one from the primary.
    expect(await transfersOut()).toBe(2);
    for (let version = 2; version <= 6; version++) {
      const before = await transfersOut();
      const serial = await change(topology.node('primary'), ZONE, 1);
      for (const name of NODES) await topology.node(name).untilSerial(ZONE, serial);
      expect((await transfersOut()) - before).toBe(1);
    }
    await same(6);
    const before = await transfersOut();
    await topology.node('fra2').remove();
    await topology.node('fra2').start();
    await topology.node('fra2').untilSerial(ZONE, 6, 30_000);
    const allowed = before + askedOnItsOwn(await topology.node('fra2').metrics());
    expect(await transfersOut(), await topology.node('fra2').log()).toBeLessThanOrEqual(allowed);
    await same(6);
  });

  it('Redis killed: changes arrive all the same, and every node says so; back again, it is used again', async () => {
    await site('2 1 3600 60');
    await topology.node('redis').kill();
    for (const name of NODES)
      await eventually(`${name} has lost Redis`, async () => (await redisState(name)) === 'lost', 30_000);
    await same(await change(topology.node('primary'), ZONE, 5));
    await topology.node('redis').again();
    for (const name of NODES)
      await eventually(`${name} has Redis again`, async () => (await redisState(name)) === 'answers', 30_000);
    await same(await change(topology.node('primary'), ZONE, 5));
  });

  it('all nodes restarted one after the other under 1,000 queries/s: no query is lost at the site', async () => {
    await site();
    const servers = NODES.map((name) => topology.node(name));
    const load = new SteadyLoad(servers, { name: name(`host1.${ZONE}`), type: TYPE.A, class: CLASS.IN });
    load.start(1_000);
    for (const node of servers) {
      await run('docker', ['restart', '--time', '15', node.id], false, 60_000);
      await node.untilSerial(ZONE, 1);
    }
    await load.stop();
    const { asked, answered, lost, wrong } = load.counters;
    const counted = JSON.stringify(load.counters);
    expect({ lost, wrong, unanswered: asked - answered }, counted).toEqual({ lost: 0, wrong: 0, unanswered: 0 });
    expect(asked).toBeGreaterThan(3_000);
  });
});
