import { unwrap } from '@zonewire/shared-protocol';
import { ZoneBuilder } from '@zonewire/zone';
import { describe, expect, test } from 'vitest';
import { TIMERS } from './fixtures/fake-primary.ts';
import { HOUR, Site, ZONE } from './fixtures/site.ts';

describe('the disk', () => {
  test('full: the old version stays served, the reason is on the status, later it is tried again', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    const { store } = site;
    const commitDiff = store.commitDiff.bind(store);
    let full = true;
    store.commitDiff = (...args) => (full ? Promise.reject(new Error('ENOSPC: no space left')) : commitDiff(...args));
    site.primary.change((hosts) => hosts.set('a', 1));
    await site.notify();
    await site.clock.advance(1000);
    expect(site.servedSerial).toBe(1);
    expect(site.status.lastError?.message).toContain('the old one stays served: ENOSPC');
    expect(site.status.primaries?.[0].state).toBe('ok');
    full = false;
    await site.clock.advance(TIMERS.retry * 1000);
    expect(site.servedSerial).toBe(2);
    await site.secondary.stop();
  });

  test('another version stored than held (a commit failed half-way): the whole version is stored', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    site.primary.change((hosts) => hosts.set('a', 1));
    await site.notify();
    await site.clock.advance(1000);
    const builder = new ZoneBuilder(ZONE);
    builder.addRecord(site.primary.soa({ ...site.primary.content, serial: 99 }));
    await site.store.commitImage(ZONE, unwrap(builder.finish()));
    site.primary.change((hosts) => hosts.set('b', 1));
    await site.notify();
    await site.clock.advance(1000);
    expect(site.servedSerial).toBe(3);
    expect((await site.store.load(ZONE))!.version!.serial).toBe(3);
    await site.secondary.stop();
  });

  test('facts that cannot be stored change nothing for the zone', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    site.store.saveFacts = () => Promise.reject(new Error('ENOSPC'));
    await site.clock.advance(5 * HOUR);
    expect(site.status.state).toBe('serving');
    expect(site.status.expireAt! - site.clock.now()).toBeGreaterThan(22 * HOUR);
    await site.secondary.stop();
  });
});
