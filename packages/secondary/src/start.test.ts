import { name, unwrap } from '@zonewire/shared-protocol';
import { ZoneBuilder } from '@zonewire/zone';
import { describe, expect, test } from 'vitest';
import { FakePrimary } from './fixtures/fake-primary.ts';
import { ADDRESSES, DAY, HOUR, MINUTE, Site, storeWith, ZONE } from './fixtures/site.ts';

describe('start', () => {
  test('the last good version is served before the network is asked', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    await site.secondary.stop();
    site.network.close(ADDRESSES[0]);
    await site.clock.advance(HOUR * 3);
    await site.boot();
    expect(site.servedSerial).toBe(1);
    expect(site.status.served).toEqual({ serial: 1, at: site.clock.now() });
    await site.secondary.stop();
  });

  test('expired while the program was down: SERVFAIL from the first moment', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    await site.secondary.stop();
    await site.clock.advance(2 * DAY);
    site.network.faults(ADDRESSES[0], { down: true });
    await site.boot();
    expect(site.servedSerial).toBeUndefined();
    expect(site.entry.state).toBe('expired');
    site.network.faults(ADDRESSES[0]);
    await site.clock.advance(2 * MINUTE);
    expect(site.servedSerial).toBe(1);
    await site.secondary.stop();
  });

  test('a damaged version: the zone is fetched anew, the reason is on its status until then', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    await site.secondary.stop();
    site.store = storeWith(site.store, {
      load: () => Promise.reject(new Error('checksum of layer 3 is wrong')),
    });
    await site.boot();
    expect(site.servedSerial).toBeUndefined();
    expect(site.status.lastError?.message).toContain('checksum of layer 3 is wrong');
    await site.clock.advance(1000);
    expect(site.servedSerial).toBe(1);
    expect(site.status.lastError).toBeUndefined();
    await site.secondary.stop();
  });

  test('never loaded: about 1, 2, 4 … s, at most bootstrap-max-interval', async () => {
    const site = new Site();
    site.network.close(ADDRESSES[0]);
    await site.boot();
    const sentAfter = async (ms: number) => {
      await site.clock.advance(ms);
      return site.network.sent.length;
    };
    expect(await sentAfter(500)).toBe(1);
    expect(await sentAfter(30_000)).toBeLessThanOrEqual(7);
    const before = await sentAfter(30 * MINUTE);
    const after = await sentAfter(20 * MINUTE);
    expect(after - before).toBeGreaterThanOrEqual(10);
    expect(after - before).toBeLessThanOrEqual(14);
    expect(site.status).toMatchObject({ state: 'loading' });
    expect(site.status.lastError?.message).toContain('nothing listens at');
    await site.secondary.stop();
  });

  test('a NOTIFY missed while the program was down: the primary is asked at once, not at the next REFRESH', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    await site.secondary.stop();
    site.primary.change((hosts) => hosts.set('new', 5));
    site.primary.asked.length = 0;
    await site.boot();
    await site.clock.advance(1000);
    expect(site.servedSerial).toBe(2);
    expect(site.primary.asked).toEqual(['SOA', 'IXFR 1']);
    await site.clock.advance(MINUTE);
    expect(site.primary.asked).toHaveLength(2);
    await site.secondary.stop();
  });

  test('no zone asks its primary before those beside it are most likely loaded', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    const { store, secondary } = site;
    const { facts } = (await store.load(ZONE))!;
    const zones = Array.from({ length: 1000 }, (_, i) => name(`zone${i}.test.`));
    for (const zone of zones) {
      const builder = new ZoneBuilder(zone);
      builder.addRecord(new FakePrimary(zone).soa());
      await store.commitImage(zone, unwrap(builder.finish()), { facts });
    }
    for (const domain of zones) secondary.takeOn({ ...site.config, domain });
    const before = site.network.sent.length;
    for (const zone of zones) await secondary.load(zone);
    await site.clock.advance(150);
    expect(site.network.sent.length).toBe(before);
    await site.clock.advance(150);
    expect(site.network.sent.length).toBeGreaterThan(before);
    await secondary.stop();
  });

  test.each([
    ['overdue', 2 * HOUR],
    ['not due yet', 0],
  ])('a thousand zones %s leave at a bounded pace, and are served meanwhile', async (_, down) => {
    const site = await Site.start({ limits: { startsPerSecond: 100 } });
    const zones = Array.from({ length: 1000 }, (_, i) => name(`zone${i}.test.`));
    const { store, secondary } = site;
    await site.clock.advance(1000);
    const { facts } = (await store.load(ZONE))!;
    for (const zone of zones) {
      const builder = new ZoneBuilder(zone);
      builder.addRecord(new FakePrimary(zone).soa());
      await store.commitImage(zone, unwrap(builder.finish()), { facts });
    }
    await site.clock.advance(down);
    for (const domain of zones) await secondary.addZone({ ...site.config, domain });
    expect([...secondary.glances()].filter(({ state }) => state === 'serving')).toHaveLength(1001);
    const before = site.network.sent.length;
    await site.clock.advance(2000);
    const sent = site.network.sent.length - before;
    expect(sent).toBeGreaterThan(150);
    expect(sent).toBeLessThan(450);
    await secondary.stop();
  });
});
