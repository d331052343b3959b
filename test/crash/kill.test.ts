import { setTimeout as sleep } from 'node:timers/promises';
import { CLASS, name, TYPE } from '@zonewire/shared-protocol';
import { dig, digAxfr, digSerial, eventually, freePort, UpdateStream, ZonewireNode } from '@zonewire/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { hostsZone } from '../fixtures/zones.ts';

const ZONE = 'example.test.';

describe('kill -9', () => {
  const nodes: ZonewireNode[] = [];

  afterEach(async () => {
    for (const node of nodes.splice(0)) await node.remove();
  });

  it('of the primary in the middle of commits loses nothing acknowledged, and the secondary converges', async () => {
    const port = await freePort();
    const primary = await ZonewireNode.start({
      zones: [{ name: ZONE, text: hostsZone(ZONE, 1, 50), notify: [{ host: '127.0.0.1', port }] }],
    });
    const secondary = await ZonewireNode.start({ port, zones: [{ name: ZONE, primaries: [primary] }] });
    nodes.push(primary, secondary);
    await secondary.untilSerial(ZONE, 1);

    const acknowledged = new Set<string>();
    let number = 0;
    for (let round = 0; round < 8; round++) {
      const stream = await UpdateStream.open(primary, name(ZONE));
      const killAt = Date.now() + 100 + Math.random() * 200;
      let dead = false;
      // Eight updates in flight: they share journal syncs, so a kill falls in the middle of a group.
      const sender = async () => {
        while (!dead) {
          const owner = `u${number++}.${ZONE}`;
          const rdata = Uint8Array.from([10, 0, (number >> 8) & 255, number & 255]);
          const rcode = await stream.send([{ name: name(owner), type: TYPE.A, class: CLASS.IN, ttl: 60, rdata }], 500);
          if (rcode === 0) acknowledged.add(owner);
        }
      };
      const senders = Array.from({ length: 8 }, sender);
      await sleep(killAt - Date.now());
      await primary.stop('SIGKILL');
      dead = true;
      stream.close();
      await Promise.all(senders);
      await primary.run();
      const served = new Set((await digAxfr(primary, ZONE)).map((line) => line.split(' ')[0]));
      const lost = [...acknowledged].filter((owner) => !served.has(owner));
      expect(lost, `round ${round}: acknowledged but gone`).toEqual([]);
    }
    expect(acknowledged.size).toBeGreaterThan(100);
    const serial = (await digSerial(primary, ZONE))!;
    await secondary.untilSerial(ZONE, serial);
    expect(await digAxfr(secondary, ZONE)).toEqual(await digAxfr(primary, ZONE));
  });

  it('of the secondary in the middle of transfers: it serves its last good version at once, with the primary down', async () => {
    const port = await freePort();
    const hosts = 60_000;
    const primary = await ZonewireNode.start({
      zones: [{ name: ZONE, text: hostsZone(ZONE, 1, hosts), notify: [{ host: '127.0.0.1', port }] }],
    });
    const secondary = await ZonewireNode.start({ port, zones: [{ name: ZONE, primaries: [primary] }] });
    nodes.push(primary, secondary);
    await secondary.untilSerial(ZONE, 1);
    let lastSeen = 1;
    for (let round = 0; round < 6; round++) {
      // Each new version moves every address: a large IXFR is under way when the kill comes.
      const text = hostsZone(ZONE, round + 2, hosts).replaceAll(' 10.', ` 1${round + 1}.`);
      await primary.rewrite(ZONE, text);
      await sleep(20 + Math.random() * 250);
      lastSeen = (await digSerial(secondary, ZONE)) ?? lastSeen;
      await secondary.stop('SIGKILL');
      await primary.stop('SIGKILL');
      await secondary.run();
      const serial = await digSerial(secondary, ZONE);
      expect(serial, `round ${round}: never behind what it had served`).toBeGreaterThanOrEqual(lastSeen);
      const octet = serial === 1 ? 10 : 10 + serial! - 1;
      const answer = await dig(secondary, '+short', `host${hosts - 1}.${ZONE}`, 'A');
      expect(answer.trim(), `round ${round}: content of serial ${serial}`).toMatch(new RegExp(`^${octet}\\.0\\.`));
      expect((await digAxfr(secondary, ZONE)).length).toBe(hosts + 3);
      await primary.run();
      await secondary.untilSerial(ZONE, round + 2);
      lastSeen = round + 2;
    }
    await eventually('both equal', async () => {
      const [mine, theirs] = [await digAxfr(secondary, ZONE), await digAxfr(primary, ZONE)];
      return mine.length === theirs.length && mine.every((line, index) => line === theirs[index]);
    });
  });
});
