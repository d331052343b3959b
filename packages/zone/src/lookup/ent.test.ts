import { name, unwrap } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { applyDiff } from '../diff/apply.ts';
import { ZoneDiff } from '../diff/zone-diff.ts';
import { ask, NEGATIVE_SOA, records, soa, zone } from '../fixtures/zone-text.ts';

describe('empty non-terminals', () => {
  const version = zone('a.b.c A 192.0.2.1\n_sip._tcp SRV 1 2 3 a.b.c');

  it.each(['b.c.example. A', 'c.example. A', '_tcp.example. SRV', 'C.EXAMPLE. TXT'])(
    '%s is NODATA, not NXDOMAIN (RFC 4592 2.2.2, RFC 8020)',
    (question) => {
      expect(ask(version, question)).toMatchObject({ rcode: 'NOERROR', answer: [] });
      expect(ask(version, question).authority).toHaveLength(1);
    },
  );

  it('a name beside an empty non-terminal does not exist', () => {
    expect(ask(version, 'd.example. A')).toMatchObject({ rcode: 'NXDOMAIN', authority: [NEGATIVE_SOA] });
    expect(ask(version, 'x.b.c.example. A').rcode).toBe('NXDOMAIN');
  });

  it('ANY at an empty non-terminal is NODATA', () => {
    expect(ask(version, 'b.c.example. ANY')).toMatchObject({ rcode: 'NOERROR', answer: [], authority: [NEGATIVE_SOA] });
  });

  it('they exist for hasName, have no RRsets, and count as names', () => {
    expect(version.hasName(name('b.c.example.'))).toBe(true);
    expect(version.rrsets(name('b.c.example.'))).toEqual([]);
    // example. c b.c a.b.c _tcp _sip._tcp
    expect(version.nameCount).toBe(6);
  });

  it('they vanish with the last name below them, and only then', () => {
    const two = zone('a.b.c A 192.0.2.1\nd.b.c A 192.0.2.2');
    const first = unwrap(applyDiff(two, diff(1, 'a.b.c A 192.0.2.1', '')));
    expect(ask(first, 'b.c.example. A').rcode).toBe('NOERROR');
    expect(first.nameCount).toBe(4);
    const second = unwrap(applyDiff(first, diff(2, 'd.b.c A 192.0.2.2', '')));
    expect(ask(second, 'b.c.example. A').rcode).toBe('NXDOMAIN');
    expect(ask(second, 'c.example. A').rcode).toBe('NXDOMAIN');
    expect(second.nameCount).toBe(1);
  });

  it('they come with the first name below them, and turn into names with records and back', () => {
    const none = zone('x A 192.0.2.1');
    const first = unwrap(applyDiff(none, diff(1, '', 'a.b.c A 192.0.2.1')));
    expect(first.nameCount).toBe(5);
    const second = unwrap(applyDiff(first, diff(2, 'a.b.c A 192.0.2.1', 'b.c A 192.0.2.9')));
    expect(second.nameCount).toBe(4);
    expect(ask(second, 'b.c.example. A').answer).toEqual(['b.c.example. 300 IN A 192.0.2.9']);
    expect(ask(second, 'a.b.c.example. A').rcode).toBe('NXDOMAIN');
  });
});

function diff(from: number, removed: string, added: string): ZoneDiff {
  return ZoneDiff.build(name('example.'), [soa(from), ...records(removed)], [soa(from + 1), ...records(added)]);
}
