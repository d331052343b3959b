import { describe, expect, test } from 'vitest';
import { ADDRESSES, DAY, HOUR, Site, ZONE } from './fixtures/site.ts';

describe('operation', () => {
  test('a multi-step IXFR keeps its steps, so that a hub can serve them', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    for (let i = 0; i < 5; i++) site.primary.change((hosts) => hosts.set(`h${i}`, i));
    await site.ask('refresh');
    expect(site.servedSerial).toBe(6);
    expect(site.store.diffsFrom(ZONE, 3)).toHaveLength(3);
    expect(site.status.journal).toMatchObject({ depth: 5, oldestSerial: 1 });
    await site.secondary.stop();
  });

  test('a hub turns a whole zone into a difference; others do not spend time on it', async () => {
    for (const notify of [[], [{ id: 'down', addresses: [{ host: '192.0.2.99', port: 53 }] }]]) {
      const site = await Site.start({ config: { notify } });
      await site.clock.advance(1000);
      site.primary.ixfr = 'whole';
      site.primary.change((hosts) => hosts.set('a', 1));
      await site.ask('refresh');
      expect(site.servedSerial).toBe(2);
      expect(site.store.diffsFrom(ZONE, 1)?.length).toBe(notify.length === 0 ? undefined : 1);
      await site.secondary.stop();
    }
  });

  test('changed intervals and primaries take effect at once', async () => {
    const site = await Site.start({ primaries: 2 });
    await site.clock.advance(1000);
    site.secondary.updateConfig({ ...site.config, refreshMaxInterval: 60 });
    expect(site.status.refreshAt! - site.clock.now()).toBeLessThanOrEqual(60_000);
    for (const primary of site.primaries) primary.asked.length = 0;
    site.secondary.updateConfig({ ...site.config, primaries: [site.config.primaries[1]] });
    await site.clock.advance(1000);
    expect(site.primaries[0].asked).toEqual([]);
    expect(site.primaries[1].asked).toEqual(['SOA']);
    await site.secondary.stop();
  });

  test('a removed zone is given up in the middle of a transfer; its data stays for when it comes back', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    site.primary.change((hosts) => hosts.set('a', 1));
    await site.notify();
    await site.clock.advance(1);
    await site.secondary.removeZone(ZONE);
    await site.clock.advance(10_000);
    expect(site.table.get(ZONE)).toBeUndefined();
    expect(site.clock.pending).toBe(0);
    await site.secondary.addZone(site.config);
    expect(site.servedSerial).toBe(1);
    await site.secondary.removeZone(ZONE, { drop: true });
    expect(await site.store.load(ZONE)).toBeUndefined();
    await site.secondary.stop();
  });

  test('stop gives up what is under way, answers those who wait, and leaves no timer', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    site.network.faults(ADDRESSES[0], { hang: 1 });
    site.primary.change((hosts) => hosts.set('a', 1));
    const asked = site.secondary.retransfer(ZONE);
    await site.clock.advance(500);
    await site.secondary.stop();
    expect(await asked).toMatchObject({ outcome: 'failed' });
    expect(site.clock.pending).toBe(0);
    const { facts } = (await site.store.load(ZONE))!;
    expect(facts.expireAt).toBe(site.status.expireAt);
  });

  test('a transfer that hangs is given up, and does not keep the zone from expiring', async () => {
    const site = await Site.start({ limits: { idleTimeout: 2 * DAY, transferTimeout: 3 * DAY } });
    await site.clock.advance(1000);
    site.primary.change((hosts) => hosts.set('a', 1));
    site.network.faults(ADDRESSES[0], { hang: 1 });
    await site.notify();
    await site.clock.advance(DAY + HOUR);
    expect(site.status.refreshing).toBe(true);
    expect(site.servedSerial).toBeUndefined();
    await site.secondary.stop();
  });
});
