import { describe, expect, it } from 'vitest';
import { hostsZone } from '../fixtures/zones.ts';
import { change, sameEverywhere } from './changes.ts';
import { topologies } from './topology-test.ts';

const ZONE = 'example.test.';

describe('topologies with servers of others', () => {
  const { start } = topologies();

  it('our primary, secondaries of BIND, Knot and NSD: one is cut off and comes back', async () => {
    const vendors = ['bind', 'knot', 'nsd'] as const;
    const topology = await start({
      primary: { zones: [{ name: ZONE, text: hostsZone(ZONE, 1, 100, '2 1 3600 60'), notify: vendors }] },
      ...Object.fromEntries(vendors.map((runs) => [runs, { runs, zones: [{ name: ZONE, primaries: ['primary'] }] }])),
    });
    await sameEverywhere(topology, ZONE, ['primary', ...vendors], 1);
    await topology.cut('nsd');
    const serial = await change(topology.node('primary'), ZONE, 10);
    await sameEverywhere(topology, ZONE, ['primary', 'bind', 'knot'], serial);
    await topology.heal('nsd');
    await sameEverywhere(topology, ZONE, ['primary', ...vendors], serial);
  });

  it("BIND's primary, a site of ours: one transfer a version for both nodes; the primary may go", async () => {
    const site = { name: 'fra', redis: 'redis' };
    const topology = await start({
      bind: {
        runs: 'bind',
        zones: [{ name: ZONE, text: hostsZone(ZONE, 1, 100, '2 1 3600 60'), notify: ['fra1', 'fra2'] }],
      },
      redis: { runs: 'redis' },
      fra1: { zones: [{ name: ZONE, primaries: ['bind'] }], site },
      fra2: { zones: [{ name: ZONE, primaries: ['bind'] }], site },
    });
    await sameEverywhere(topology, ZONE, ['bind', 'fra1', 'fra2'], 1);
    const serial = await change(topology.node('bind'), ZONE, 10);
    await sameEverywhere(topology, ZONE, ['bind', 'fra1', 'fra2'], serial);
    // named logs each transfer it has served; the comparisons above were transfers from this machine.
    const log = await topology.node('bind').log();
    const served = log.match(
      new RegExp(`client @\\S+ (${topology.node('fra1').host}|${topology.node('fra2').host})#.*(AXFR|IXFR) ended`, 'g'),
    );
    expect(served?.length, log).toBeGreaterThan(0);
    expect(served!.length).toBeLessThanOrEqual(serial);
    await topology.node('bind').kill();
    await sameEverywhere(topology, ZONE, ['fra1', 'fra2'], serial);
  });
});
