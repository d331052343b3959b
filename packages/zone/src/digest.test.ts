import { name, unwrap } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { applyWithPolicy } from './diff/apply.ts';
import { ZoneDiff } from './diff/zone-diff.ts';
import { records, soa, zone } from './fixtures/zone-text.ts';

describe('digest', () => {
  it('is the one of the simple example zone without its ZONEMD (RFC 8976 A.1)', () => {
    const version = zone(`
      @   86400 SOA  ns1 admin 2018031900 1800 900 604800 86400
      @   86400 NS   ns1
      @   86400 NS   ns2
      ns1 3600  A    203.0.113.63
      ns2 3600  AAAA 2001:db8::63
    `);
    expect(version.digest()).toBe(
      'c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3a1ddc0b9a87153b9a9713b3c9ae5cc27777f98b8e730044c',
    );
  });

  it('does not depend on the case of owners, nor of names in rdata (RFC 4034 6.2)', () => {
    const lower = zone('a.b NS x.y\na.b NS b.\nm MX 5 host');
    const upper = zone('A.B NS X.Y\nA.B NS B.\nM MX 5 HOST');
    expect(upper.digest()).toBe(lower.digest());
  });

  it('depends on the case of other rdata', () => {
    expect(zone('t TXT abc').digest()).not.toBe(zone('t TXT Abc').digest());
  });

  it('lower case may change the order of rdata', () => {
    // As stored: "B" before "a"; in canonical form "a" before "b".
    expect(zone('n NS B.\nn NS a.').digest()).toBe(zone('n NS b.\nn NS a.').digest());
  });

  it('records that are the same in canonical form count once (RFC 8976 3.3.1.1)', () => {
    expect(zone('n NS A.\nn NS a.').digest()).toBe(zone('n NS a.').digest());
  });

  it.each([
    ['a TTL', 'a 60 A 192.0.2.1'],
    ['an address', 'a A 192.0.2.2'],
    ['a name', 'b A 192.0.2.1'],
    ['a type', 'a TYPE65280 \\# 4 C0000201'],
    ['a record more', 'a A 192.0.2.1\na A 192.0.2.2'],
  ])('depends on %s', (_what, other) => {
    expect(zone(other).digest()).not.toBe(zone('a A 192.0.2.1').digest());
  });

  it('does not depend on layers, tombstones or empty non-terminals', () => {
    const from = zone('x.y.z A 192.0.2.1\na A 192.0.2.1');
    const diff = ZoneDiff.build(
      name('example.'),
      [soa(1), ...records('x.y.z A 192.0.2.1')],
      [soa(2), ...records('b TXT b')],
    );
    const layered = unwrap(applyWithPolicy(from, diff, () => 1));
    expect(layered.layers).toHaveLength(2);
    expect(layered.digest()).toBe(
      zone(`${'@ 3600 SOA ns.example. hostmaster.example. 2 7200 600 86400 60'}\na A 192.0.2.1\nb TXT b`).digest(),
    );
  });

  it('a zone larger than one piece of input', () => {
    let text = '';
    for (let i = 0; i < 60; i++) text += `t${i} TXT ${'"x'.padEnd(250, 'y')}" ${'"x'.padEnd(250, 'z')}"\n`.repeat(1);
    for (let i = 0; i < 3; i++) text += `big${i} TYPE65280 \\# 60000 ${'ab'.repeat(60_000)}\n`;
    expect(zone(text).digest()).toMatch(/^[0-9a-f]{96}$/);
    expect(zone(text).digest()).toBe(zone(text.split('\n').reverse().join('\n')).digest());
  });
});
