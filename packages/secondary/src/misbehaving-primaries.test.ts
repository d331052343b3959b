import { name, RCODE, type TsigKey } from '@zonewire/shared-protocol';
import { describe, expect, test } from 'vitest';
import { HOUR, Site, ZONE } from './fixtures/site.ts';

describe('primaries that misbehave', () => {
  test('IXFR refused: AXFR at once from the same primary, and IXFR is not tried again for a while', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    site.primary.ixfr = 'refused';
    site.primary.change((hosts) => hosts.set('a', 1));
    await site.notify();
    await site.clock.advance(100);
    expect(site.servedSerial).toBe(2);
    expect(site.primary.asked.slice(-2)).toEqual(['IXFR 1', 'AXFR']);
    expect(site.status.primaries?.[0].state).toBe('axfr-only');
    // The round did what it was for: only the transfer counts as failed.
    const failed = { transfersFailedIxfr: 1, transfersFailedAxfr: 0, roundsFailed: 0, transfersAxfr: 2 };
    expect(site.secondary.counters).toMatchObject(failed);
    site.primary.change((hosts) => hosts.set('b', 1));
    await site.notify();
    await site.clock.advance(100);
    expect(site.servedSerial).toBe(3);
    expect(site.primary.asked.slice(-2)).toEqual(['SOA', 'AXFR']);
    await site.secondary.stop();
  });

  test.each(['wrong-removal', 'wrong-chain', 'silent'] as const)(
    'IXFR %s: refused whole, AXFR instead',
    async (kind) => {
      const site = await Site.start();
      await site.clock.advance(1000);
      site.primary.change((hosts) => hosts.set('a', 1));
      site.primary.change((hosts) => hosts.set('b', 1));
      site.primary.ixfr = kind;
      await site.notify();
      await site.clock.advance(1000);
      expect(site.servedSerial).toBe(3);
      expect(site.hosts).toEqual(['a', 'b', 'www']);
      expect(site.primary.asked.slice(-2)).toEqual(['IXFR 1', 'AXFR']);
      await site.secondary.stop();
    },
  );

  test('an IXFR answered with the whole zone (RFC 1995 4) is taken as such', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    site.primary.ixfr = 'whole';
    site.primary.change((hosts) => hosts.set('a', 1));
    await site.notify();
    await site.clock.advance(100);
    expect(site.servedSerial).toBe(2);
    expect(site.lastType).toBe('axfr-style-ixfr');
    await site.secondary.stop();
  });

  test.each(['refused', 'no-ns', 'wrong-end', 'out-of-zone', 'two-soas', 'cut'] as const)(
    'AXFR %s: refused whole, the old version stays, the next primary is asked (RFC 5936 6)',
    async (kind) => {
      const site = await Site.start({ primaries: 2 });
      await site.clock.advance(1000);
      site.primary.messageRecords = 2;
      site.primary.axfr = kind;
      site.primary.ixfr = 'refused';
      for (const primary of site.primaries) primary.change((hosts) => hosts.set('a', 1).set('b', 2));
      site.primaries[1].axfr = kind;
      site.primaries[1].ixfr = 'refused';
      await site.notify();
      await site.clock.advance(5000);
      expect(site.servedSerial).toBe(1);
      expect(site.status.lastError?.message).toMatch(/^AXFR from p2 \(192\.0\.2\.2:53\)/);
      site.primaries[1].axfr = 'whole';
      await site.ask('refresh');
      expect(site.servedSerial).toBe(2);
      expect(site.hosts).toEqual(['a', 'b', 'www']);
      expect(site.status.primaries?.[0]).toMatchObject({ id: 'p1', address: '192.0.2.1:53', state: 'failing' });
      await site.secondary.stop();
    },
  );

  test('refused: the words say what to do', async () => {
    const key: TsigKey = { name: name('xfr.example.'), algorithm: 'hmac-sha256', secret: new Uint8Array(32) };
    const site = new Site();
    site.config = { ...site.config, primaries: [{ id: 'hub', addresses: [{ host: '127.0.0.1', port: 5300 }], key }] };
    site.network.listen({ host: '127.0.0.1', port: 5300 }, site.primary);
    site.primary.rcode = RCODE.REFUSED;
    await site.boot();
    await site.clock.advance(500);
    expect(site.status.lastError?.message).toBe(
      "AXFR from hub (127.0.0.1:5300) refused: REFUSED; check that the primary's acl lets 127.0.0.1 transfer with key xfr.example.",
    );
    await site.secondary.stop();
  });

  test('a resolver instead of a primary', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    site.primary.authoritative = false;
    const outcome = await site.ask('refresh');
    expect(outcome).toMatchObject({ outcome: 'failed', serial: 1 });
    expect(outcome.message).toContain('is it a resolver');
    await site.secondary.stop();
  });

  test('an older serial is not taken and does not extend expiry; retransfer takes it', async () => {
    const site = await Site.start({ primaries: 2 });
    for (const primary of site.primaries) primary.change((hosts) => hosts.set('a', 1), 10);
    await site.clock.advance(1000);
    expect(site.servedSerial).toBe(10);
    for (const primary of site.primaries) primary.reset(5, new Map([['old', 1]]));
    const { expireAt } = site.status;
    await site.clock.advance(2 * HOUR);
    expect(site.servedSerial).toBe(10);
    expect(site.status.expireAt).toBe(expireAt);
    expect(site.status.warnings?.[0]).toContain('zonewire zone retransfer');
    expect(await site.ask('retransfer')).toEqual({ outcome: 'installed', serial: 5 });
    expect(site.servedSerial).toBe(5);
    expect(site.hosts).toEqual(['old']);
    expect(site.store.diffsFrom(ZONE, 10)).toBeUndefined();
    await site.secondary.stop();
  });

  test('too large: refused with the limit in words', async () => {
    const site = new Site({ config: { zoneMaxSize: 2000 } });
    site.primary.change((hosts) => {
      for (let i = 0; i < 200; i++) hosts.set(`host${i}`, i);
    });
    await site.boot();
    await site.clock.advance(500);
    expect(site.servedSerial).toBeUndefined();
    expect(site.status.lastError?.message).toContain('zone-max-size');
    await site.secondary.stop();
  });

  test('RFC 7314: EXPIRE of a hub shortens what its copy is good for here', async () => {
    const site = new Site();
    site.primary.expire = 1800;
    await site.boot();
    await site.clock.advance(500);
    expect(site.status.expireAt! - site.clock.now()).toBeLessThanOrEqual(1800_000);
    site.primary.expire = 0;
    await site.clock.advance(HOUR);
    expect(site.servedSerial).toBeUndefined();
    site.primary.expire = undefined;
    await site.clock.advance(HOUR);
    expect(site.servedSerial).toBe(1);
    await site.secondary.stop();
  });
});
