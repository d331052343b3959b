import { setTimeout as sleep } from 'node:timers/promises';
import { buildZonewireImage, dig, digSerial, Topology } from '@zonewire/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostsZone } from '../fixtures/zones.ts';

const ZONE = 'example.test.';
/** SOA refresh 2 s, retry 1 s, expire 6 s. */
const TIMERS = '2 1 6 60';

describe('SOA timers on real networks', () => {
  let topology: Topology;

  beforeAll(async () => {
    topology = await Topology.start(await buildZonewireImage(), {
      primary: { zones: [{ name: ZONE, text: hostsZone(ZONE, 1, 10, TIMERS), notify: ['fra1'] }] },
      fra1: {
        zones: [
          {
            name: ZONE,
            primaries: ['primary'],
            settings: { 'refresh-min-interval': 1, 'retry-min-interval': 1, 'expire-min-interval': 1 },
          },
        ],
      },
    });
    await topology.node('fra1').untilSerial(ZONE, 1);
  }, 600_000);

  afterAll(() => topology?.remove());

  it('answers until EXPIRE after the last good check, SERVFAIL after, and comes back with the primary (RFC 1034 4.3.5)', async () => {
    const fra1 = topology.node('fra1');
    // Longer than EXPIRE: each check that succeeds extends it.
    await sleep(7_000);
    expect(await digSerial(fra1, ZONE)).toBe(1);

    await topology.cut('primary');
    const cutAt = Date.now();
    let lastServed = cutAt;
    let failedAt: number | undefined;
    while (failedAt === undefined && Date.now() - cutAt < 12_000) {
      if ((await digSerial(fra1, ZONE)) === 1) lastServed = Date.now();
      else failedAt = Date.now();
      await sleep(50);
    }
    expect(failedAt, 'still served after EXPIRE').toBeDefined();
    // The last good check was at most REFRESH before the cut.
    expect(lastServed - cutAt).toBeGreaterThan(6_000 - 2_000 - 500);
    expect(failedAt! - cutAt).toBeLessThan(6_000 + 1_000);
    const answer = await dig(fra1, ZONE, 'SOA');
    expect(answer).toMatch(/status: SERVFAIL/);
    expect(answer).toMatch(/EDE/);

    await topology.heal('primary');
    await fra1.untilSerial(ZONE, 1, 5_000);
  });
});
