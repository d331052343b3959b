import { NOTHING_VERIFIED, type Verification } from '@zonewire/nameserver';
import type { ZoneVersion } from '@zonewire/zone';
import { describe, expect, test } from 'vitest';
import { ADDRESSES, DAY, HOUR, MINUTE, Site, ZONE } from './fixtures/site.ts';

/** What verifying a version does to the refreshing of its zone. The verdict is given by serial. */

const refused = (serial: number): Verification => ({
  ...NOTHING_VERIFIED,
  refusal: { code: 'zonemd-mismatch', message: `serial ${serial} is not the zone its ZONEMD was made for` },
});

const served = ({ serial }: ZoneVersion, at: number): Verification => ({
  status: { at, serial, ms: 3, zonemd: 'verified', dnssec: 'valid', signaturesExpireAt: at + DAY, findings: [] },
  refusal: undefined,
  vouches: true,
});

describe('a version that is refused', () => {
  test('is not served, whatever asks for it; retried every SOA RETRY, until the zone expires', async () => {
    const site = await Site.start({
      verify: async (version, { now }) => (version.serial === 2 ? refused(2) : served(version, now)),
    });
    const { clock, primary } = site;
    await clock.advance(1000);
    expect(site.servedSerial).toBe(1);
    primary.change((hosts) => hosts.set('bad', 1));
    await site.notify();
    await clock.advance(1000);
    expect(site.servedSerial).toBe(1);
    expect(site.status.lastError).toMatchObject({
      code: 'zonemd-mismatch',
      message: 'AXFR from p1 (192.0.2.1:53) failed: serial 2 is not the zone its ZONEMD was made for',
    });
    expect(site.status.verification).toMatchObject({ serial: 1, zonemd: 'verified' });
    expect((await site.ask('refresh')).outcome).toBe('failed');
    expect((await site.ask('retransfer')).outcome).toBe('failed');

    primary.asked.length = 0;
    await clock.advance(3 * HOUR);
    // RETRY is 600 s here; every round an SOA query, the differences, and once the whole zone.
    const count = (what: RegExp) => primary.asked.filter((asked) => what.test(asked)).length;
    expect(count(/^SOA/)).toBeGreaterThan(10);
    expect(count(/^SOA/)).toBeLessThan(30);
    expect(count(/^IXFR/)).toBe(count(/^SOA/));
    expect(count(/^AXFR/)).toBe(count(/^SOA/));
    expect(site.servedSerial).toBe(1);

    await clock.advance(2 * DAY);
    expect(site.servedSerial).toBeUndefined();
    expect(site.status.state).toBe('expired');
    primary.change((hosts) => hosts.delete('bad'));
    await clock.advance(HOUR);
    expect(site.servedSerial).toBe(3);
    expect(site.status).toMatchObject({ state: 'serving', verification: { serial: 3 } });
    expect(site.status.lastError).toBeUndefined();
  });

  test('by one primary is asked of the next, which has the right one', async () => {
    const isBad = (version: ZoneVersion) => version.rrset(Uint8Array.from([3, 98, 97, 100, ...ZONE]), 1) !== undefined;
    const site = await Site.start({
      primaries: 2,
      verify: async (version, { now }) => (isBad(version) ? refused(version.serial) : served(version, now)),
    });
    await site.clock.advance(1000);
    site.primaries[0].change((hosts) => hosts.set('bad', 1));
    site.primaries[1].change((hosts) => hosts.set('good', 1));
    await site.notify();
    await site.clock.advance(MINUTE);
    expect(site.servedSerial).toBe(2);
    expect(site.hosts).toEqual(['good', 'www']);
    expect(site.status.primaries).toMatchObject([{ state: 'failing' }, { state: 'ok' }]);
  });
});

describe('while a version is looked at', () => {
  test('the one before is served, a NOTIFY makes one round more, and the zone expires in time', async () => {
    const waiting: (() => void)[] = [];
    const site = await Site.start({
      verify: async (version, { now }) => {
        if (version.serial > 1) await new Promise<void>((resolve) => waiting.push(resolve));
        return served(version, now);
      },
    });
    const { clock, primary } = site;
    await clock.advance(1000);
    primary.change((hosts) => hosts.set('a', 1));
    await site.notify();
    await clock.advance(HOUR);
    expect(waiting).toHaveLength(1);
    expect(site.servedSerial).toBe(1);
    expect(site.status.refreshing).toBe(true);
    primary.change((hosts) => hosts.set('b', 1));
    await site.notify();
    await clock.advance(HOUR);
    expect(waiting).toHaveLength(1);
    await clock.advance(2 * DAY);
    expect(site.servedSerial).toBeUndefined();
    waiting[0]();
    await clock.advance(1000);
    expect(site.servedSerial).toBe(2);
    expect(waiting).toHaveLength(2);
    waiting[1]();
    await clock.advance(1000);
    expect(site.servedSerial).toBe(3);
  });

  test('a zone that goes is not published again; what is under way is told to end', async () => {
    let signal: AbortSignal | undefined;
    let finish = () => {};
    const site = await Site.start({
      verify: async (version, request) => {
        signal = request.signal;
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        return served(version, request.now);
      },
    });
    await site.clock.advance(1000);
    expect(signal?.aborted).toBe(false);
    await site.secondary.removeZone(ZONE);
    expect(signal?.aborted).toBe(true);
    finish();
    await site.clock.advance(MINUTE);
    expect(site.table.get(ZONE)).toBeUndefined();
    expect((await site.store.load(ZONE))?.version).toBeUndefined();
  });
});

describe('what was found', () => {
  test('is known after a restart, and warns once the first signatures have expired', async () => {
    const site = await Site.start({ verify: async (version, { now }) => served(version, now) });
    await site.clock.advance(1000);
    await site.crash();
    expect(site.status).toMatchObject({ verification: { serial: 1, dnssec: 'valid' } });
    expect(site.status.warnings ?? []).toEqual([]);
    await site.clock.advance(DAY + 2 * HOUR);
    expect(site.servedSerial).toBe(1);
    expect(site.status.warnings).toEqual([expect.stringMatching(/^DNSSEC: the first signatures expired at /)]);
  });

  test('a version that vouches is handed on to the next look, one that does not is not', async () => {
    const seen: (number | undefined)[] = [];
    const site = await Site.start({
      verify: async (version, { now, checked }) => {
        seen.push(checked?.serial);
        return { ...served(version, now), vouches: version.serial !== 2 };
      },
    });
    await site.clock.advance(1000);
    for (let i = 0; i < 3; i++) {
      site.primary.change((hosts) => hosts.set(`h${i}`, i));
      await site.notify(ADDRESSES[0].host);
      await site.clock.advance(MINUTE);
    }
    expect(seen).toEqual([undefined, 1, undefined, 3]);
  });
});
