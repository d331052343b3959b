import { encodeRun, name, recordToText, unwrap } from '@zonewire/shared-protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dump, records, soa, zone } from '../fixtures/zone-text.ts';
import { applyDiff } from './apply.ts';
import { condenseDiffs } from './condense.ts';
import { ZoneDiffBuilder } from './diff-builder.ts';
import { diffVersions } from './diff-versions.ts';
import { RunReader } from './run-reader.ts';
import { ZoneDiff } from './zone-diff.ts';

const APEX = name('example.');

function diff(from: number, removed: string, added: string): ZoneDiff {
  return ZoneDiff.build(APEX, [soa(from), ...records(removed)], [soa(from + 1), ...records(added)]);
}

function lines(one: ZoneDiff): string[] {
  return [
    ...[...one.removed()].map((r) => `- ${recordToText(r)}`),
    ...[...one.added()].map((r) => `+ ${recordToText(r)}`),
  ];
}

describe('ZoneDiff', () => {
  const one = diff(1, 'a A 192.0.2.1', 'a A 192.0.2.2\nb A 192.0.2.3');

  it('is one IXFR sequence: old SOA, removed, new SOA, added (RFC 1995 4)', () => {
    expect(one).toMatchObject({ fromSerial: 1, toSerial: 2, removedCount: 2, addedCount: 3 });
    expect(lines(one)).toEqual([
      '- example. 3600 IN SOA ns.example. hostmaster.example. 1 7200 600 86400 60',
      '- a.example. 300 IN A 192.0.2.1',
      '+ example. 3600 IN SOA ns.example. hostmaster.example. 2 7200 600 86400 60',
      '+ a.example. 300 IN A 192.0.2.2',
      '+ b.example. 300 IN A 192.0.2.3',
    ]);
  });

  it('reads back from its octets', () => {
    const again = unwrap(ZoneDiff.fromBytes(APEX, one.bytes.slice()));
    expect(lines(again)).toEqual(lines(one));
    expect(again.removedEnd).toBe(one.removedEnd);
  });

  it('the builder makes the same', () => {
    const builder = new ZoneDiffBuilder(APEX);
    for (const record of one.removed()) builder.removeRecord(record);
    for (const record of one.added()) builder.addRecord(record);
    expect(builder.bytes).toBe(one.bytes.length);
    expect(unwrap(builder.finish()).bytes).toEqual(one.bytes);
    expect(builder.bytes).toBe(0);
    expect(builder.finish()).toMatchObject({ ok: false, error: { code: 'diff-damaged' } });
  });

  it.each([
    ['nothing', []],
    ['no second SOA', [soa(1)]],
    ['no SOA first', [...records('a A 192.0.2.1'), soa(1), soa(2)]],
    ['three SOAs', [soa(1), soa(2), soa(3)]],
    ['another class', [soa(1), { ...soa(2), class: 3 }]],
    ['the SOA of another zone', [{ ...soa(1), name: name('test.') }, soa(2)]],
  ])('refuses %s', (_what, list) => {
    expect(ZoneDiff.fromBytes(APEX, encodeRun(list))).toMatchObject({ ok: false, error: { code: 'diff-damaged' } });
  });

  it('refuses SOA rdata that is none', () => {
    const wrong = encodeRun([{ ...soa(1), rdata: new Uint8Array(3) }, soa(2)]);
    expect(ZoneDiff.fromBytes(APEX, wrong)).toMatchObject({ ok: false, error: { code: 'soa-malformed' } });
  });

  it('cut anywhere it is refused, or is a shorter diff; changed anywhere it never throws', () => {
    for (let end = 0; end < one.bytes.length; end++) {
      const result = ZoneDiff.fromBytes(APEX, one.bytes.subarray(0, end));
      if (result.ok) expect(result.value.addedCount).toBeLessThan(3);
    }
    fc.assert(
      fc.property(fc.nat(one.bytes.length - 1), fc.nat(255), (at, octet) => {
        const bytes = one.bytes.slice();
        bytes[at] = octet;
        const result = ZoneDiff.fromBytes(APEX, bytes);
        if (result.ok) applyDiff(zone('a A 192.0.2.1'), result.value);
      }),
      { numRuns: 2000 },
    );
  });

  it('a run of any octets is read to an end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const reader = new RunReader(bytes);
        while (reader.next()) expect(reader.rdataEnd).toBeLessThanOrEqual(bytes.length);
        expect(reader.damaged || reader.rdataEnd === bytes.length).toBe(true);
      }),
    );
  });
});

describe('diffVersions', () => {
  it('both SOAs, and nothing else when only the serial changed', () => {
    const from = zone('a A 192.0.2.1');
    const to = unwrap(applyDiff(from, diff(1, '', '')));
    expect(lines(diffVersions(from, to))).toHaveLength(2);
  });

  it('a TTL changed: all records of that RRset, no other', () => {
    const from = zone('a A 192.0.2.1\na A 192.0.2.2\na TXT x');
    const to = zone('a 60 A 192.0.2.1\na 60 A 192.0.2.2\na TXT x');
    expect(lines(diffVersions(from, to)).filter((line) => !line.includes('SOA'))).toEqual([
      '- a.example. 300 IN A 192.0.2.1',
      '- a.example. 300 IN A 192.0.2.2',
      '+ a.example. 60 IN A 192.0.2.1',
      '+ a.example. 60 IN A 192.0.2.2',
    ]);
  });

  it('the case of a name changed: all its records', () => {
    const from = zone('a A 192.0.2.1\na TXT x');
    const to = zone('A A 192.0.2.1\nA TXT x');
    const changes = diffVersions(from, to);
    expect(lines(changes)).toHaveLength(6);
    expect(changes.fromSerial).toBe(1);
  });

  it('versions of different zones cannot be compared', () => {
    expect(() => diffVersions(zone('a A 192.0.2.1'), zone('a A 192.0.2.1', 'test.'))).toThrow(
      expect.objectContaining({ code: 'diff-other-zone' }),
    );
  });
});

describe('condenseDiffs (RFC 1995 5)', () => {
  const chain = [
    diff(1, 'a A 192.0.2.1', 'a A 192.0.2.2\nb A 192.0.2.3'),
    diff(2, 'a A 192.0.2.2\nb A 192.0.2.3', 'a A 192.0.2.1'),
    diff(3, 'a A 192.0.2.1', 'a 60 A 192.0.2.1\nc TXT z'),
  ];

  it('what came and went is not mentioned, nor what went and came back', () => {
    expect(lines(condenseDiffs(chain.slice(0, 2)))).toEqual([
      '- example. 3600 IN SOA ns.example. hostmaster.example. 1 7200 600 86400 60',
      '+ example. 3600 IN SOA ns.example. hostmaster.example. 3 7200 600 86400 60',
    ]);
  });

  it('what came back with another TTL is', () => {
    expect(lines(condenseDiffs(chain)).filter((line) => !line.includes('SOA'))).toEqual([
      '- a.example. 300 IN A 192.0.2.1',
      '+ a.example. 60 IN A 192.0.2.1',
      '+ c.example. 300 IN TXT "z"',
    ]);
  });

  it('has the effect of the chain', () => {
    const start = zone('a A 192.0.2.1');
    let version = start;
    for (const one of chain) version = unwrap(applyDiff(version, one));
    expect(dump(unwrap(applyDiff(start, condenseDiffs(chain))))).toEqual(dump(version));
  });

  it('one diff is itself; none, or a broken chain, is an error', () => {
    expect(condenseDiffs(chain.slice(0, 1))).toBe(chain[0]);
    const code = expect.objectContaining({ code: 'diffs-not-a-chain' });
    expect(() => condenseDiffs([])).toThrow(code);
    expect(() => condenseDiffs([chain[0], chain[2]])).toThrow(code);
    expect(() => condenseDiffs([chain[1], chain[0]])).toThrow(code);
  });
});
