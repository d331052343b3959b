import { name, TYPE, unwrap } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { ZoneBuilder } from '../builder.ts';
import { collidingLabels } from '../fixtures/colliding-names.ts';
import { ask, dump, records, soa, zone } from '../fixtures/zone-text.ts';
import { Layer } from '../image/layer.ts';
import { compact, needsCompaction, replaceBase } from '../layers/compact.ts';
import { MAX_OVERLAYS } from '../layers/policy.ts';
import { ZoneVersion } from '../version.ts';
import { applyDiff, applyWithPolicy } from './apply.ts';
import { ZoneDiff } from './zone-diff.ts';

const APEX = name('example.');

function diff(from: number, removed: string, added: string, to = from + 1): ZoneDiff {
  return ZoneDiff.build(APEX, [soa(from), ...records(removed)], [soa(to), ...records(added)]);
}

/** Hosts 1 to `count`, each with an address; large enough not to be merged into its base at once. */
function hosts(count: number): ZoneVersion {
  let text = '';
  for (let i = 1; i <= count; i++) text += `host${i} A 10.0.${i >>> 8}.${i & 255}\n`;
  return zone(text);
}

describe('applyDiff', () => {
  const version = zone('a A 192.0.2.1\na A 192.0.2.2\na TXT x\nb A 192.0.2.3');

  it('removes, adds and takes the new SOA', () => {
    const after = unwrap(applyDiff(version, diff(1, 'a A 192.0.2.1\nb A 192.0.2.3', 'a A 192.0.2.9\nc TXT y')));
    expect(dump(after)).toEqual([
      'example. 3600 IN SOA ns.example. hostmaster.example. 2 7200 600 86400 60',
      'a.example. 300 IN A 192.0.2.2',
      'a.example. 300 IN A 192.0.2.9',
      'a.example. 300 IN TXT "x"',
      'c.example. 300 IN TXT "y"',
    ]);
    expect(after).toMatchObject({ serial: 2, recordCount: 5, nameCount: 3 });
    expect(version).toMatchObject({ serial: 1, recordCount: 5, nameCount: 3 });
    expect(dump(version)).toContain('b.example. 300 IN A 192.0.2.3');
  });

  it.each([
    ['diff-serial-mismatch', diff(2, '', '')],
    ['diff-removes-missing', diff(1, 'a A 192.0.2.77', '')],
    ['diff-removes-missing', diff(1, 'nowhere A 192.0.2.1', '')],
    ['diff-removes-missing', diff(1, 'a A 192.0.2.1\na A 192.0.2.1', '')],
    ['diff-removes-missing', diff(1, 'a MX 10 b', '')],
    ['diff-adds-existing', diff(1, '', 'a A 192.0.2.1')],
    ['diff-adds-existing', diff(1, '', 'A.EXAMPLE. A 192.0.2.1')],
    ['diff-adds-existing', diff(1, '', 'n A 192.0.2.1\nn A 192.0.2.1')],
    ['diff-mixed-ttl', diff(1, '', 'a 60 A 192.0.2.9')],
    ['diff-mixed-ttl', diff(1, '', 'n 60 A 192.0.2.9\nn 61 A 192.0.2.8')],
    ['zone-owner-outside', diff(1, '', 'a.test. A 192.0.2.1')],
    ['zone-soa-not-at-apex', diff(1, '', 'n SOA ns h 1 2 3 4 5')],
    ['zone-meta-type', ZoneDiff.build(APEX, [soa(1)], [soa(2), { ...records('n A 192.0.2.1')[0], type: TYPE.ANY }])],
    ['rrsig-malformed', ZoneDiff.build(APEX, [soa(1)], [soa(2), { ...records('n A 192.0.2.1')[0], type: TYPE.RRSIG }])],
    ['diff-removes-missing', ZoneDiff.build(APEX, records('@ 3600 SOA ns. other. 1 7200 600 86400 60'), [soa(2)])],
  ])('%s: refused whole (RFC 1995 4)', (code, wrong) => {
    expect(applyDiff(version, wrong)).toMatchObject({ ok: false, error: { code } });
  });

  it('says which record it is about', () => {
    const result = applyDiff(version, diff(1, 'b A 192.0.2.3\na MX 10 b', 'b TXT z'));
    expect(result).toMatchObject({
      error: { message: 'the diff removes a.example. MX, which the zone does not have' },
    });
  });

  it('a diff of another zone is refused', () => {
    const other = { ...soa(1), name: name('test.') };
    const wrong = ZoneDiff.build(name('test.'), [other], [{ ...other, rdata: soa(2).rdata }]);
    expect(applyDiff(version, wrong)).toMatchObject({ ok: false, error: { code: 'diff-other-zone' } });
  });

  it('the TTL of a removed record is not compared: it may have been lowered at the load (RFC 2181 5.2)', () => {
    expect(unwrap(applyDiff(version, diff(1, 'b 77 A 192.0.2.3', ''))).hasName(name('b.example.'))).toBe(false);
  });

  it('a changed TTL of an RRset goes in one diff, with all its records', () => {
    const after = unwrap(
      applyDiff(version, diff(1, 'a A 192.0.2.1\na A 192.0.2.2', 'a 60 A 192.0.2.1\na 60 A 192.0.2.2')),
    );
    expect(after.rrset(name('a.example.'), TYPE.A)?.ttl).toBe(60);
  });

  it('a name keeps its case while it has records, and takes a new one with the first after', () => {
    const kept = unwrap(applyDiff(version, diff(1, 'a TXT x', 'A A 192.0.2.9')));
    expect(dump(kept)[1]).toBe('a.example. 300 IN A 192.0.2.1');
    const changed = unwrap(applyDiff(version, diff(1, 'b A 192.0.2.3', 'B A 192.0.2.3')));
    expect(dump(changed).at(-1)).toBe('B.example. 300 IN A 192.0.2.3');
  });

  it('a diff may keep the serial’s distance whatever it is, and the serial may wrap (RFC 1982)', () => {
    const late = unwrap(applyDiff(version, diff(1, '', '', 0xffff_ffff)));
    expect(late.serial).toBe(0xffff_ffff);
    expect(unwrap(applyDiff(late, diff(0xffff_ffff, '', '', 0))).serial).toBe(0);
  });
});

describe('layers', () => {
  it('stay few and small while thousands of diffs are applied, and the base is shared', () => {
    let version = hosts(5000);
    const base = version.layers[0];
    for (let i = 1; i <= 3000; i++) {
      version = unwrap(applyDiff(version, diff(i, `host${i} A 10.0.${i >>> 8}.${i & 255}`, `host${i} A 192.0.2.1`)));
      expect(version.layers.length).toBeLessThanOrEqual(MAX_OVERLAYS + 1);
    }
    expect(version.layers.at(-1)).toBe(base);
    expect(needsCompaction(version)).toBe(true);
    // The SOA and every changed host once, with what is not merged yet.
    expect(version.byteLength - base.byteLength).toBeLessThan(base.byteLength * (3000 / 5000) * 1.2);
    const compacted = compact(version);
    expect(compacted.layers).toHaveLength(1);
    expect(compacted.digest()).toBe(version.digest());
    expect(needsCompaction(compacted)).toBe(false);
    expect(compact(compacted)).toBe(compacted);
  });

  it('a small zone is one layer again at once', () => {
    let version = zone('a A 192.0.2.1');
    for (let i = 1; i < 50; i++) version = unwrap(applyDiff(version, diff(i, '', `n${i} A 192.0.2.1`)));
    expect(version.layers.length).toBeLessThanOrEqual(2);
    expect(needsCompaction(version)).toBe(false);
  });

  it('a compacted base comes under the overlays that came up meanwhile', () => {
    let version = hosts(3000);
    for (let i = 1; i <= 40; i++) version = unwrap(applyDiff(version, diff(i, '', `n${i} A 192.0.2.1`)));
    const from = version;
    for (let i = 41; i <= 60; i++)
      version = unwrap(applyDiff(version, diff(i, `n${i - 40} A 192.0.2.1`, `m${i} TXT x`)));
    const compacted = compact(from);
    const replaced = replaceBase(version, from, compacted);
    expect(replaced.layers.at(-1)).toBe(compacted.layers[0]);
    expect(replaced.digest()).toBe(version.digest());
    expect(replaced).toMatchObject({ serial: 61, recordCount: version.recordCount, nameCount: version.nameCount });
    expect(ask(replaced, 'n7.example. A').rcode).toBe('NXDOMAIN');
    expect(ask(replaced, 'n27.example. A').answer).toHaveLength(1);
    // Nothing happened meanwhile: the compacted version itself.
    expect(replaceBase(from, from, compacted).layers).toEqual(compacted.layers);
  });

  it('a compacted base is not put under another zone content', () => {
    const before = hosts(3000);
    const transferred = hosts(2000);
    expect(replaceBase(transferred, before, compact(unwrap(applyDiff(before, diff(1, '', 'x A 192.0.2.1')))))).toBe(
      transferred,
    );
  });

  it('colliding names in an overlay, whose seed is fixed, get more slots', () => {
    const builder = new ZoneBuilder(APEX, { seed: 4711 });
    builder.addRecord(soa(1));
    const version = unwrap(builder.finish());
    const added = collidingLabels(4711, 600).flatMap((label) => records(`${label} A 192.0.2.1`));
    const after = unwrap(applyWithPolicy(version, ZoneDiff.build(APEX, [soa(1)], [soa(2), ...added]), () => 1));
    expect(unwrap(Layer.open(after.layers[0])).seed).toBe(4711);
    for (const record of added) expect(after.hasName(record.name)).toBe(true);
  });
});

describe('opening', () => {
  it('layers that do not belong together are refused', () => {
    const one = unwrap(applyWithPolicy(zone('a A 192.0.2.1'), diff(1, '', 'b A 192.0.2.2'), () => 1));
    const test = zone('a A 192.0.2.1', 'test.');
    const wrong: SharedArrayBuffer[][] = [
      [],
      [one.layers[0]],
      [one.layers[1], one.layers[0]],
      [one.layers[1], one.layers[1]],
      [one.layers[0], test.layers[0]],
      Array.from({ length: 9 }, () => one.layers[0]),
    ];
    for (const layers of wrong)
      expect(ZoneVersion.open(layers)).toMatchObject({ ok: false, error: { code: 'image-damaged' } });
    expect(unwrap(ZoneVersion.open(one.layers)).digest()).toBe(one.digest());
  });
});
