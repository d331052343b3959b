import { digSerial } from '@zonewire/testkit';
import { describe, expect, it } from 'vitest';
import { hostsZone } from '../fixtures/zones.ts';
import { change, sameEverywhere } from './changes.ts';
import { topologies } from './topology-test.ts';

const ZONE = 'example.test.';

describe('topologies in containers', () => {
  const { start } = topologies();

  it('a chain: primary -> hub -> two leaves, changes pass through it as differences', async () => {
    const topology = await start({
      primary: { zones: [{ name: ZONE, text: hostsZone(ZONE, 1, 200), notify: ['hub'] }] },
      hub: { zones: [{ name: ZONE, primaries: ['primary'], notify: ['leaf1', 'leaf2'] }] },
      leaf1: { zones: [{ name: ZONE, primaries: ['hub'] }] },
      leaf2: { zones: [{ name: ZONE, primaries: ['hub'] }] },
    });
    await sameEverywhere(topology, ZONE, ['primary', 'hub', 'leaf1', 'leaf2'], 1);
    const serial = await change(topology.node('primary'), ZONE, 20);
    await sameEverywhere(topology, ZONE, ['primary', 'hub', 'leaf1', 'leaf2'], serial);
    for (const leaf of ['hub', 'leaf1', 'leaf2'])
      expect(await topology.node(leaf).status(ZONE)).toMatchObject({ lastTransfer: { type: 'ixfr' } });
  });

  it('a hidden primary that is cut off: its secondaries feed each other what one of them has got', async () => {
    const topology = await start({
      hidden: { zones: [{ name: ZONE, text: hostsZone(ZONE, 1, 50, '2 1 3600 60'), notify: ['ns1'] }] },
      ns1: { zones: [{ name: ZONE, primaries: ['hidden'], notify: ['ns2'] }] },
      ns2: { zones: [{ name: ZONE, primaries: ['hidden', 'ns1'] }] },
    });
    await sameEverywhere(topology, ZONE, ['hidden', 'ns1', 'ns2'], 1);
    await topology.cut('ns2');
    const serial = await change(topology.node('hidden'), ZONE, 5);
    await sameEverywhere(topology, ZONE, ['hidden', 'ns1'], serial);
    await topology.cut('hidden');
    await topology.heal('ns2');
    await sameEverywhere(topology, ZONE, ['ns1', 'ns2'], serial);
  });

  it('two primaries: the newer serial wins, and the loss of one is no loss', async () => {
    const topology = await start({
      a: { zones: [{ name: ZONE, text: hostsZone(ZONE, 5, 50, '2 1 3600 60'), notify: ['fra1'] }] },
      b: { zones: [{ name: ZONE, primaries: ['a'], notify: ['fra1'] }] },
      fra1: { zones: [{ name: ZONE, primaries: ['b', 'a'] }] },
    });
    await sameEverywhere(topology, ZONE, ['a', 'b', 'fra1'], 5);
    await topology.node('b').kill();
    const serial = await change(topology.node('a'), ZONE, 3);
    await sameEverywhere(topology, ZONE, ['a', 'fra1'], serial);
  });

  it('a partition while changes go on, and a node replaced with an empty disk: all converge once healed', async () => {
    const topology = await start({
      primary: { zones: [{ name: ZONE, text: hostsZone(ZONE, 1, 200), notify: ['fra1', 'sin1', 'iad1'] }] },
      fra1: { zones: [{ name: ZONE, primaries: ['primary'] }] },
      sin1: { zones: [{ name: ZONE, primaries: ['primary'] }] },
      iad1: { zones: [{ name: ZONE, primaries: ['primary'] }] },
    });
    await sameEverywhere(topology, ZONE, ['primary', 'fra1', 'sin1', 'iad1'], 1);
    await topology.cut('sin1');
    await topology.node('iad1').remove();
    const serial = await change(topology.node('primary'), ZONE, 50);
    await sameEverywhere(topology, ZONE, ['primary', 'fra1'], serial);
    expect(await digSerial(topology.node('fra1'), ZONE)).toBe(serial);
    await topology.heal('sin1');
    await topology.node('iad1').start();
    await sameEverywhere(topology, ZONE, ['primary', 'fra1', 'sin1', 'iad1'], serial);
  });
});
