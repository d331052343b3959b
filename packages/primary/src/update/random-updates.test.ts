import {
  type Name,
  name,
  nameKey,
  type Prerequisite,
  parseRecords,
  RCODE,
  TYPE,
  type Update,
  unwrap,
} from '@zonewire/shared-protocol';
import { applyDiff, ZoneBuilder, ZoneDiff, type ZoneVersion } from '@zonewire/zone';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { soaWithSerial } from '../soa.ts';
import { evaluateChange } from './evaluate.ts';

/**
 * Random updates against a second reading of RFC 2136 that knows nothing of versions, diffs or edits: a plain list of records.
 */
const APEX = name('example.test.');
const BASE = `@ 60 SOA ns h 1 1 1 1 1
@ 60 NS a
@ 60 NS b
a 60 A 192.0.2.1
c 60 CNAME a`;

interface Rr {
  owner: string;
  type: number;
  ttl: number;
  data: string;
}

class NaiveZone {
  records: Rr[] = [];

  has(owner: string, type?: number): boolean {
    return this.records.some((rr) => rr.owner === owner && (type === undefined || rr.type === type));
  }

  holds(prerequisite: Prerequisite): boolean {
    const owner = nameKey(prerequisite.name);
    if (prerequisite.kind === 'name-in-use') return this.has(owner);
    if (prerequisite.kind === 'name-not-in-use') return !this.has(owner);
    if (prerequisite.kind === 'rrset-exists') return this.has(owner, prerequisite.type);
    if (prerequisite.kind === 'rrset-absent') return !this.has(owner, prerequisite.type);
    const is = this.records.filter((rr) => rr.owner === owner && rr.type === prerequisite.type).map((rr) => rr.data);
    const wanted = new Set(prerequisite.rdatas.map(hex));
    return is.length === wanted.size && is.every((data) => wanted.has(data));
  }

  apply(update: Update): void {
    const owner = nameKey(update.name);
    const isApex = owner === nameKey(APEX);
    if (update.kind === 'add') {
      const { type, ttl } = update;
      const data = hex(update.rdata);
      if (type === TYPE.CNAME) {
        if (this.records.some((rr) => rr.owner === owner && rr.type !== TYPE.CNAME)) return;
        this.records = this.records.filter((rr) => rr.owner !== owner);
      } else if (this.has(owner, TYPE.CNAME)) return;
      this.records = this.records.filter((rr) => !(rr.owner === owner && rr.type === type && rr.data === data));
      this.records.push({ owner, type, ttl, data });
      for (const rr of this.records) if (rr.owner === owner && rr.type === type) rr.ttl = ttl;
    } else if (update.kind === 'delete-name') {
      this.records = this.records.filter(
        (rr) => rr.owner !== owner || (isApex && (rr.type === TYPE.SOA || rr.type === TYPE.NS)),
      );
    } else if (update.kind === 'delete-rrset') {
      if (isApex && (update.type === TYPE.NS || update.type === TYPE.SOA)) return;
      this.records = this.records.filter((rr) => rr.owner !== owner || rr.type !== update.type);
    } else {
      if (
        isApex &&
        update.type === TYPE.NS &&
        this.records.filter((rr) => rr.owner === owner && rr.type === TYPE.NS).length === 1
      )
        return;
      this.records = this.records.filter(
        (rr) => !(rr.owner === owner && rr.type === update.type && rr.data === hex(update.rdata)),
      );
    }
  }

  lines(): string[] {
    return this.records.map((rr) => `${rr.owner} ${rr.type} ${rr.ttl} ${rr.data}`).sort();
  }

  clone(): NaiveZone {
    const copy = new NaiveZone();
    copy.records = this.records.map((rr) => ({ ...rr }));
    return copy;
  }
}

function hex(rdata: Uint8Array): string {
  return Buffer.from(rdata).toString('hex');
}

function naive(version: ZoneVersion): NaiveZone {
  const zone = new NaiveZone();
  for (const { name: owner, type, ttl, rdata } of version.records())
    if (type !== TYPE.SOA) zone.records.push({ owner: nameKey(owner), type, ttl, data: hex(rdata) });
  return zone;
}

const names = fc.constantFrom(...['@', 'a', 'c', 'd', 'x.d', 'D'].map((text) => name(text, APEX)));
/** Type and rdata that belong together. */
const data = fc.oneof(
  fc.record({
    type: fc.constant<number>(TYPE.A),
    rdata: fc.integer({ min: 1, max: 4 }).map((n) => Uint8Array.of(10, 0, 0, n)),
  }),
  fc.record({
    type: fc.constantFrom<number>(TYPE.CNAME, TYPE.NS),
    rdata: fc.constantFrom<Name>(name('a', APEX), name('b', APEX)),
  }),
  fc.record({
    type: fc.constant<number>(TYPE.TXT),
    rdata: fc.constantFrom(Uint8Array.of(1, 97), Uint8Array.of(1, 65)),
  }),
);
const ttls = fc.constantFrom(60, 120);
const update: fc.Arbitrary<Update> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(names, ttls, data)
      .map(([owner, ttl, one]): Update => ({ kind: 'add', name: owner, ttl, ...one })),
  },
  fc.tuple(names, data).map(([owner, one]): Update => ({ kind: 'delete-record', name: owner, ...one })),
  fc.tuple(names, data).map(([owner, { type }]): Update => ({ kind: 'delete-rrset', name: owner, type })),
  names.map((owner): Update => ({ kind: 'delete-name', name: owner })),
);
const prerequisite: fc.Arbitrary<Prerequisite> = fc.oneof(
  fc
    .tuple(fc.constantFrom('name-in-use' as const, 'name-not-in-use' as const), names)
    .map(([kind, owner]) => ({ kind, name: owner })),
  fc
    .tuple(fc.constantFrom('rrset-exists' as const, 'rrset-absent' as const), names, data)
    .map(([kind, owner, { type }]) => ({ kind, name: owner, type })),
  fc.tuple(names, data, fc.boolean()).map(
    ([owner, { type, rdata }, twice]): Prerequisite => ({
      kind: 'rrset-exists-value',
      name: owner,
      type,
      rdatas: twice ? [rdata, rdata] : [rdata],
    }),
  ),
);
const request = fc.record({
  prerequisites: fc.array(prerequisite, { maxLength: 2 }),
  updates: fc.array(update, { maxLength: 6 }),
});

function base(): ZoneVersion {
  const builder = new ZoneBuilder(APEX);
  for (const record of parseRecords(BASE, APEX)) builder.addRecord(record);
  return unwrap(builder.finish());
}

test('RFC 2136: any sequence of updates leaves what a naive reading of the RFC leaves; no change exactly when nothing differs', () => {
  const start = base();
  fc.assert(
    fc.property(fc.array(request, { maxLength: 12 }), (requests) => {
      let version = start;
      let model = naive(start);
      for (const one of requests) {
        const holds = one.prerequisites.every((each) => model.holds(each));
        const evaluation = evaluateChange(version, one);
        if (!holds) {
          expect(evaluation).toMatchObject({ kind: 'refused' });
          if (evaluation.kind === 'refused') expect(evaluation.rcode).toBeGreaterThanOrEqual(RCODE.NXDOMAIN);
          continue;
        }
        const next = model.clone();
        for (const each of one.updates) next.apply(each);
        const differs = next.lines().join('\n') !== model.lines().join('\n');
        expect(evaluation.kind).toBe(differs ? 'changed' : 'unchanged');
        model = next;
        if (evaluation.kind !== 'changed') continue;
        const { removed, added } = evaluation.changes;
        const soa = soaWithSerial(version.soaRecord, version.serial + 1);
        version = unwrap(applyDiff(version, ZoneDiff.build(APEX, [version.soaRecord, ...removed], [soa, ...added])));
        expect(naive(version).lines()).toEqual(model.lines());
      }
    }),
    { numRuns: 500 },
  );
});
