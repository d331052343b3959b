import {
  name,
  nameToText,
  type ResourceRecord,
  recordToText,
  typeFromText,
  typeToText,
  unwrap,
} from '@zonewire/shared-protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZoneBuilder } from './builder.ts';
import { applyWithPolicy } from './diff/apply.ts';
import { condenseDiffs } from './diff/condense.ts';
import { diffVersions } from './diff/diff-versions.ts';
import { ZoneDiff } from './diff/zone-diff.ts';
import { naiveLookup } from './fixtures/naive-lookup.ts';
import { identityOf, NaiveZone } from './fixtures/naive-zone.ts';
import { type Answer, ask, dump, records, soa } from './fixtures/zone-text.ts';
import { verifyImage } from './image/verify.ts';
import { compact, replaceBase } from './layers/compact.ts';
import { LookupResult } from './lookup/lookup-result.ts';
import { MAX_LAYERS, ZoneVersion } from './version.ts';

// A small universe, so that names, cuts, aliases and wildcards meet often.
const LABELS = ['a', 'B', 'c', '*'];
const OWNERS = [
  '@',
  ...LABELS,
  ...LABELS.flatMap((x) => LABELS.map((y) => `${x}.${y}`)),
  'a.b.c',
  'A.*.b',
  '*.a.b',
  'c.C.a',
];
const TARGETS = ['a', 'b', 'c.b', 'a.a', 'x.y', 'A', '@', 'elsewhere.test.', 'a.b.c', '*.c'];
const DATA = [
  'A 192.0.2.1',
  'A 192.0.2.2',
  'AAAA 2001:db8::1',
  'TXT "text"',
  'TXT "Text"',
  `DS 1 8 2 ${'AB'.repeat(32)}`,
  'RRSIG A 8 2 300 20300101000000 20200101000000 1 example. AAAA',
  'RRSIG CNAME 8 2 300 20300101000000 20200101000000 1 Example. BBBB',
  'RRSIG SOA 8 2 300 20300101000000 20200101000000 1 example. CCCC',
  'RRSIG A 8 2 300 20300101000000 20200101000000 2 example. DDDD',
  ...TARGETS.flatMap((target) => [`CNAME ${target}`, `NS ${target}`, `DNAME ${target}`, `MX 10 ${target}`]),
];
const QTYPES = ['A', 'AAAA', 'TXT', 'NS', 'CNAME', 'DNAME', 'MX', 'DS', 'SOA', 'RRSIG', 'ANY', 'SRV'];

/** More by hand: `FC_RUNS=20000 vitest run packages/zone/src/model.test.ts`; a failure prints its seed and path. */
const RUNS = Number(process.env.FC_RUNS ?? 150);

const record = fc
  .tuple(fc.nat(OWNERS.length - 1), fc.nat(DATA.length - 1), fc.constantFrom(300, 300, 300, 60, 0))
  .map(([owner, data, ttl]) => records(`${OWNERS[owner]} ${ttl} ${DATA[data]}`)[0]);

/** One diff: records that are there go (or come back with the new TTL), others come. */
const step = fc.record({
  records: fc.array(fc.record({ record, again: fc.boolean() }), { maxLength: 6 }),
  merge: fc.nat(MAX_LAYERS),
  afterwards: fc.constantFrom('nothing', 'nothing', 'compact', 'reopen', 'replaceBase'),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
const questions = fc.array(
  fc.tuple(
    fc
      .constantFrom(...OWNERS, 'x', 'x.a', 'x.*', 'y.x.b', 'z.a.b.c', 'x.y')
      .map((text) => nameToText(name(text, name('example.')))),
    fc.constantFrom(...QTYPES),
    fc.boolean(),
  ),
  { minLength: 10, maxLength: 30 },
);

describe('a version and the plain model agree', () => {
  it(
    'after every diff, merge, compaction and reopening',
    () => {
      fc.assert(
        fc.property(
          fc.array(record, { maxLength: 25 }),
          fc.array(step, { maxLength: 12 }),
          questions,
          (start, steps, asked) => {
            let version = build(start);
            const model = new NaiveZone('example.', [soa(1), ...start]);
            expectEqual(version, model, asked);
            const first = version;
            const firstModel = model.copy();
            const diffs: ZoneDiff[] = [];
            for (const one of steps) {
              const before = version;
              const diff = takeStep(model, version.serial, one);
              diffs.push(diff);
              const merge = one.merge;
              version = unwrap(
                applyWithPolicy(version, diff, (layers) =>
                  Math.max(Math.min(merge, layers.length), layers.length - MAX_LAYERS + 1),
                ),
              );
              expectEqual(version, model, asked);
              expectLeadsTo(before, version);
              version = afterwards(one.afterwards, before, version);
              expectEqual(version, model, asked);
            }
            if (diffs.length > 0) {
              const whole = condenseDiffs(diffs);
              expect(dump(unwrap(applyWithPolicy(first, whole, () => 1)))).toEqual(dump(version));
              expectMinimal(whole, firstModel, model);
            }
            expectLeadsTo(first, version);
            expectLeadsTo(version, first);
            expectLeadsTo(build([...first.records()].slice(1)), compact(version));
          },
        ),
        { numRuns: RUNS },
      );
    },
    60_000 + RUNS * 200,
  );

  it(
    'whatever the order in which records are added',
    () => {
      fc.assert(
        fc.property(fc.array(record, { maxLength: 60 }), questions, (list, asked) => {
          expectEqual(build(list), new NaiveZone('example.', [soa(1), ...list]), asked);
          const again = build(list.toReversed());
          expect(again.digest()).toBe(build(list).digest());
        }),
        { numRuns: RUNS },
      );
    },
    60_000 + RUNS * 200,
  );
});

function build(list: readonly ResourceRecord[]): ZoneVersion {
  const builder = new ZoneBuilder(name('example.'));
  // The SOA somewhere in the middle: its place must not matter.
  list.forEach((one, i) => {
    if (i === 3) builder.addRecord(soa(1));
    builder.addRecord(one);
  });
  if (list.length <= 3) builder.addRecord(soa(1));
  return unwrap(builder.finish());
}

/** Does `one` to the model and gives what changed as a diff. */
function takeStep(model: NaiveZone, serial: number, one: Step): ZoneDiff {
  const before = model.copy();
  model.delete(soa(serial));
  model.set(soa(serial + 1));
  const seen = new Set<string>();
  for (const { record: change, again } of one.records) {
    if (seen.has(identityOf(change))) continue;
    seen.add(identityOf(change));
    const there = model.has(change);
    if (there) model.delete(change);
    if (!there || again) model.set(change);
  }
  const removed = differing(before, model);
  const added = differing(model, before);
  return ZoneDiff.build(name('example.'), removed, added);
}

/** Records of `a` that `b` has not, or has otherwise; the SOA first. */
function differing(a: NaiveZone, b: NaiveZone): ResourceRecord[] {
  return a.sorted().filter((one) => {
    const other = b.records.get(identityOf(one));
    return other === undefined || other.ttl !== one.ttl || Buffer.compare(other.name, one.name) !== 0;
  });
}

function afterwards(what: Step['afterwards'], before: ZoneVersion, version: ZoneVersion): ZoneVersion {
  if (what === 'compact') return compact(version);
  if (what === 'reopen') return unwrap(ZoneVersion.open(version.layers));
  if (what === 'replaceBase') {
    const replaced = replaceBase(version, before, compact(before));
    return replaced;
  }
  return version;
}

function expectEqual(version: ZoneVersion, model: NaiveZone, asked: [string, string, boolean][]): void {
  expect(dump(version)).toEqual(model.sorted().map(recordToText));
  expect(version.recordCount).toBe(model.records.size);
  const names = model.names();
  expect(version.nameCount).toBe(names.size);
  expect(version.digest()).toBe(model.digest());
  for (const layer of version.layers) expect(verifyImage(layer)).toEqual({ ok: true, value: undefined });
  const result = new LookupResult();
  for (const [qname, type, dnssecOk] of asked) {
    const lower = qname.toLowerCase();
    expect(version.hasName(name(qname))).toBe(names.has(lower));
    const code = typeFromText(type)!;
    expect((version.rrset(name(qname), code)?.rdatas ?? []).map(hex).sort()).toEqual(
      model
        .rrset(lower, code)
        .map((one) => hex(one.rdata))
        .sort(),
    );
    const got = ask(version, `${qname} ${type}${dnssecOk ? ' DO' : ''}`, result);
    const context = `${qname} ${typeToText(code)}`;
    expect({ context, ...lowercase(got) }).toEqual({ context, ...naiveLookup(model, lower, code, dnssecOk) });
  }
}

/** What diffVersions finds between two versions leads from the one to the other. */
function expectLeadsTo(from: ZoneVersion, to: ZoneVersion): void {
  const after = unwrap(applyWithPolicy(from, diffVersions(from, to), () => 1));
  expect(dump(after)).toEqual(dump(to));
  expect(after.nameCount).toBe(to.nameCount);
}

function expectMinimal(diff: ZoneDiff, before: NaiveZone, after: NaiveZone): void {
  expect([...diff.removed()].map(recordToText).sort()).toEqual(differing(before, after).map(recordToText).sort());
  expect([...diff.added()].map(recordToText).sort()).toEqual(differing(after, before).map(recordToText).sort());
}

function lowercase(answer: Answer): Answer {
  const lower = (lines: string[]) => lines.map((text) => text.toLowerCase());
  return {
    ...answer,
    answer: lower(answer.answer),
    authority: lower(answer.authority),
    additional: lower(answer.additional),
  };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
