import { buildZonewireImage, digAxfr, eventually, feed, run, Topology } from '@zonewire/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostsZone } from '../fixtures/zones.ts';

const ZONE = 'example.test.';

describe('the image of deploy/Dockerfile: a primary and two secondaries in containers', () => {
  let topology: Topology;

  beforeAll(async () => {
    topology = await Topology.start(await buildZonewireImage(), {
      primary: { zones: [{ name: ZONE, text: hostsZone(ZONE, 1, 50), notify: ['fra1', 'sin1'] }] },
      fra1: { zones: [{ name: ZONE, primaries: ['primary'] }] },
      sin1: { zones: [{ name: ZONE, primaries: ['primary'] }] },
    });
  }, 600_000);

  afterAll(() => topology?.remove());

  it('all serve the zone, none as root, none with a file system that can be written but its data', async () => {
    for (const node of topology.nodes.values()) {
      await node.untilSerial(ZONE, 1);
      const { stdout } = await run('docker', ['exec', node.id, 'node', '-p', 'process.getuid()']);
      expect(stdout.trim()).toBe('1000');
      const write = ['exec', node.id, 'node', '-e', "require('fs').writeFileSync('/zonewire/x', '')"];
      expect((await run('docker', write, true)).stderr).toMatch(/EROFS/);
    }
  });

  it('Docker finds them healthy through /health/ready', async () => {
    for (const node of topology.nodes.values())
      await eventually(`${node.name} healthy`, async () => (await node.health()) === 'healthy', 60_000);
  });

  it('a change reaches both secondaries; one that is killed comes back with its data while the primary is away', async () => {
    const primary = topology.node('primary');
    const script = `server ${primary.host} ${primary.port}\nzone ${ZONE}\nupdate add new.${ZONE} 60 A 192.0.2.77\nsend\n`;
    expect(await feed('nsupdate', [], script)).toEqual({ output: '', code: 0 });
    const secondaries = [topology.node('fra1'), topology.node('sin1')];
    for (const node of secondaries) await node.untilSerial(ZONE, 2);
    for (const node of secondaries) expect(await digAxfr(node, ZONE)).toEqual(await digAxfr(primary, ZONE));

    await primary.kill();
    const [fra1] = secondaries;
    await fra1.kill();
    await fra1.again();
    await fra1.untilSerial(ZONE, 2);
    await primary.again();
    await primary.untilSerial(ZONE, 2);
  });

  it('a cable that is out and in again: the secondary catches up by itself', async () => {
    const primary = topology.node('primary');
    await topology.cut('sin1');
    const script = `server ${primary.host} ${primary.port}\nzone ${ZONE}\nupdate add later.${ZONE} 60 A 192.0.2.78\nsend\n`;
    expect(await feed('nsupdate', [], script)).toEqual({ output: '', code: 0 });
    await topology.node('fra1').untilSerial(ZONE, 3);
    await topology.heal('sin1');
    await topology.node('sin1').untilSerial(ZONE, 3, 60_000);
  });
});
