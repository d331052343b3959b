import { Worker } from 'node:worker_threads';
import { name, TYPE, unwrap } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { applyWithPolicy } from './diff/apply.ts';
import { ZoneDiff } from './diff/zone-diff.ts';
import { records, soa, zone } from './fixtures/zone-text.ts';
import { compact } from './layers/compact.ts';
import { ZoneVersion } from './version.ts';

const diff = ZoneDiff.build(name('example.'), [soa(1)], [soa(2), ...records('www A 192.0.2.9')]);

describe('ZoneVersion', () => {
  it('tells its SOA', () => {
    const version = zone('a A 192.0.2.1');
    expect(version).toMatchObject({ serial: 1, soaTtl: 3600, negativeTtl: 60, apex: name('example.') });
    expect(version.soa).toMatchObject({ serial: 1, refresh: 7200, retry: 600, expire: 86_400, minimum: 60 });
    expect(version.soaRecord).toEqual(soa(1));
  });

  it('finds RRsets whatever the case of the name asked for (RFC 4343)', () => {
    const version = zone('Www.A A 192.0.2.1');
    expect(version.rrset(name('wWW.a.eXAMPLE.'), TYPE.A)).toMatchObject({ name: name('Www.A.example.'), ttl: 300 });
    expect(version.rrset(name('wWW.a.eXAMPLE.'), TYPE.TXT)).toBeUndefined();
    const has = ([owner, type]: [string, number]) => version.hasRRset(name(owner), type);
    expect(
      (
        [
          ['wWW.a.eXAMPLE.', TYPE.A],
          ['www.a.example.', TYPE.TXT],
          ['a.example.', TYPE.A],
          ['other.example.', TYPE.A],
        ] as [string, number][]
      ).map(has),
    ).toEqual([true, false, false, false]);
    expect(version.rrsets(name('other.example.'))).toEqual([]);
    expect(version.rrsets(name('www.a.test.'))).toEqual([]);
    expect(version.hasName(name('www.a.test.'))).toBe(false);
  });

  it('opens in another thread from its layers alone, without copying', async () => {
    const version = unwrap(applyWithPolicy(zone('a A 192.0.2.1'), diff, () => 1));
    const worker = new Worker(new URL('./fixtures/digest-worker.ts', import.meta.url), { workerData: version.layers });
    const said = await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    await worker.terminate();
    expect(said).toEqual({ digest: version.digest(), serial: 2, answer: [0, 4, 192, 0, 2, 9] });
  });

  it('takes a change without copying the zone: the base is the same memory, what is new is as small as the change', () => {
    const before = zone(Array.from({ length: 20_000 }, (_, i) => `host${i} A 192.0.2.${i % 256}`).join('\n'));
    const after = unwrap(applyWithPolicy(before, diff, () => 1));
    expect(after.rrset(name('www.example.'), TYPE.A)?.rdatas).toHaveLength(1);
    expect(after.layers.at(-1)).toBe(before.layers[0]);
    expect(before.layers[0].byteLength).toBeGreaterThan(500_000);
    expect(after.layers.slice(0, -1).reduce((sum, layer) => sum + layer.byteLength, 0)).toBeLessThan(1_000);
  });

  it('opens from octets that were stored in a file', () => {
    const version = unwrap(applyWithPolicy(zone('a A 192.0.2.1'), diff, () => 1));
    const stored = version.layers.map((layer) => Buffer.from(new Uint8Array(layer)));
    const read = stored.map((bytes) => {
      const buffer = new SharedArrayBuffer(bytes.length);
      new Uint8Array(buffer).set(bytes);
      return buffer;
    });
    expect(unwrap(ZoneVersion.open(read)).digest()).toBe(version.digest());
  });

  it('versions of a zone share one name, also over a change and a merge; a name of other case is not theirs', () => {
    const first = zone('a A 192.0.2.1');
    const { apex, layers } = first;
    const after = unwrap(applyWithPolicy(first, diff, () => 1));
    expect(after.apex).toBe(apex);
    expect(compact(after).apex).toBe(apex);
    const equal = name('example.');
    expect(unwrap(ZoneVersion.open(layers, equal)).apex).toBe(equal);
    for (const other of [name('eXample.'), name('example.test.'), name('examplf.')])
      expect(unwrap(ZoneVersion.open(layers, other)).apex).toEqual(name('example.'));
  });
});
