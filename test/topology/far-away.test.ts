import { buildZonewireImage, dig, digAxfr, eventually, Topology } from '@zonewire/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostsZone } from '../fixtures/zones.ts';
import { change } from './changes.ts';

const ZONE = 'example.test.';

describe('a secondary on another continent: 75 ms each way, 5 % of the packets lost', () => {
  let topology: Topology;

  beforeAll(async () => {
    topology = await Topology.start(await buildZonewireImage(), {
      primary: { zones: [{ name: ZONE, text: hostsZone(ZONE, 1, 20_000), notify: ['near', 'far'] }] },
      near: { zones: [{ name: ZONE, primaries: ['primary'] }] },
      far: { zones: [{ name: ZONE, primaries: ['primary'] }] },
    });
    for (const name of ['near', 'far']) await topology.node(name).untilSerial(ZONE, 1);
    await topology.slow('far', { delayMs: 75, loss: 0.05 });
  }, 600_000);

  afterAll(() => topology?.remove());

  /** Datagrams of the test itself are lost as well: it asks again. */
  async function serialOf(name: string): Promise<number> {
    const answer = await dig(topology.node(name), ZONE, 'SOA', '+short', '+tries=10', '+time=1');
    return Number(answer.trim().split(' ')[2]);
  }

  it('the wire is as long as said', async () => {
    const times = await Promise.all(
      Array.from({ length: 10 }, async () =>
        Number(/Query time: (\d+)/.exec(await dig(topology.node('far'), ZONE, 'SOA', '+tries=10', '+time=1'))![1]),
      ),
    );
    expect(Math.min(...times)).toBeGreaterThanOrEqual(145);
  });

  it('every change arrives, as a difference, soon; nothing waits for REFRESH', async () => {
    for (let round = 0; round < 5; round++) {
      const serial = await change(topology.node('primary'), ZONE, 10);
      // An hour is REFRESH: what comes within seconds came by NOTIFY, whose loss is made good.
      await eventually(`far has ${serial}`, async () => (await serialOf('far')) === serial, 20_000);
      await topology.node('near').untilSerial(ZONE, serial);
    }
    expect(await topology.node('far').status(ZONE)).toMatchObject({ lastTransfer: { type: 'ixfr' } });
    const [primary, far] = await Promise.all(['primary', 'far'].map((name) => digAxfr(topology.node(name), ZONE)));
    expect(far).toEqual(primary);
  });
});
