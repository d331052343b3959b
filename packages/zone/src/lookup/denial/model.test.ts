import { type ResourceRecord, recordToText, unwrap } from '@zonewire/shared-protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyWithPolicy } from '../../diff/apply.ts';
import { ZoneDiff } from '../../diff/zone-diff.ts';
import { NaiveZone } from '../../fixtures/naive-zone.ts';
import { shown } from '../../fixtures/proofs.ts';
import { type Signing, sign } from '../../fixtures/signed-zone.ts';
import { type Answer, ask, records, soa, zoneOf } from '../../fixtures/zone-text.ts';
import { verifyImage } from '../../image/verify.ts';
import { compact, replaceBase } from '../../layers/compact.ts';
import { MAX_LAYERS, type ZoneVersion } from '../../version.ts';

/** More by hand: `FC_RUNS=5000 vitest run packages/zone/src/lookup/denial/model.test.ts`; a failure prints its seed and path. */
const RUNS = Number(process.env.FC_RUNS ?? 60);

const LABELS = ['a', 'b', '*', 'm', '\\000'];
const OWNERS = [...LABELS, ...LABELS.flatMap((x) => LABELS.map((y) => `${x}.${y}`)), 'a.b.a', '*.a.m', 'b.*.b'];
const DATA = [
  'A 192.0.2.1',
  'TXT "x"',
  'CNAME a',
  'CNAME q.b',
  'NS elsewhere.',
  'DNAME m',
  `DS 1 13 2 ${'AB'.repeat(32)}`,
];
const ASKED = [...OWNERS, '@', 'q', 'q.a', 'z.m', 'q.q.b', 'aa', 'q.*', '0.a.b', 'zz'];
const HOW: Signing[] = [
  { denial: 'nsec' },
  { denial: 'nsec3' },
  { denial: 'nsec3', optOut: true },
  { denial: 'nsec3', iterations: 2, salt: 'ab' },
];

const content = fc.array(fc.tuple(fc.constantFrom(...OWNERS), fc.constantFrom(...DATA)), { maxLength: 14 });
const step = fc.record({
  content,
  merge: fc.nat(MAX_LAYERS),
  afterwards: fc.constantFrom('nothing', 'nothing', 'nothing', 'compact', 'replaceBase'),
});

describe('proofs over layers', () => {
  it(
    'after every diff of a zone signed again, merging and compaction, all that is denied is proved (RFC 4035 3.1.3, RFC 5155 7.2)',
    () => {
      fc.assert(
        fc.property(fc.constantFrom(...HOW), content, fc.array(step, { maxLength: 6 }), (how, start, steps) => {
          let zone = signed(start, 1, how);
          let version = zoneOf(zone);
          expectProofs(version, how);
          for (const [i, { content, merge, afterwards }] of steps.entries()) {
            const before = version;
            const next = signed(content, i + 2, how);
            const diff = ZoneDiff.build(version.apex, missing(zone, next), missing(next, zone));
            version = unwrap(
              applyWithPolicy(version, diff, (layers) =>
                Math.max(Math.min(merge, layers.length), layers.length - MAX_LAYERS + 1),
              ),
            );
            if (afterwards === 'compact') version = compact(version);
            else if (afterwards === 'replaceBase') version = replaceBase(version, before, compact(before));
            zone = next;
            for (const layer of version.layers) expect(verifyImage(layer).ok).toBe(true);
            expectProofs(version, how);
          }
        }),
        { numRuns: RUNS },
      );
    },
    60_000 + RUNS * 300,
  );
});

/** One kind of data a name: what the generator says first. */
function signed(content: readonly (readonly [string, string])[], serial: number, how: Signing): ResourceRecord[] {
  const taken = new Map<string, string>();
  for (const [owner, data] of content) {
    const kinds = taken.get(owner);
    const allowed =
      kinds === undefined ||
      (/^(A|TXT)/.test(data) && /^(A|TXT)/.test(kinds)) ||
      (/^DS/.test(data) && kinds.startsWith('NS'));
    // DS stands at a cut only, and a cut at no wildcard (RFC 4592 4.2).
    if (!allowed || (kinds === undefined && data.startsWith('DS')) || (data.startsWith('NS') && owner.startsWith('*')))
      continue;
    taken.set(owner, kinds === undefined ? data : `${kinds}\n${data}`);
  }
  const lines = [...taken].flatMap(([owner, all]) => all.split('\n').map((data) => `${owner} ${data}`));
  const naive = new NaiveZone('example.', [
    soa(serial),
    ...records(['@ NS ns', '@ DNSKEY 257 3 13 AAAA', ...lines].join('\n')),
  ]);
  return sign(naive.sorted(), how);
}

function missing(from: readonly ResourceRecord[], to: readonly ResourceRecord[]): ResourceRecord[] {
  const there = new Set(to.map(recordToText));
  const all = from.filter((record) => !there.has(recordToText(record)));
  return [...all.filter((record) => record.type === 6), ...all.filter((record) => record.type !== 6)];
}

function expectProofs(version: ZoneVersion, how: Signing): void {
  const zone = new Set([...version.records()].map((record) => recordToText(record).toLowerCase()));
  for (const owner of ASKED)
    for (const type of ['A', 'TXT', 'DS']) {
      const qname = owner === '@' ? 'example.' : `${owner}.example.`;
      const answer = ask(version, `${qname} ${type} DO`);
      for (const line of answer.authority)
        if (/ NSEC3? /.test(line) && !line.includes(' RRSIG ')) expect(zone).toContain(line.toLowerCase());
      const problem = unproved(version, answer, qname, type, how);
      if (problem)
        expect.fail(
          `${qname} ${type}: ${problem}\n${JSON.stringify(answer, null, 1)}\n${[...version.records()].map(recordToText).join('\n')}`,
        );
    }
}

/** A validator's view, from the answer alone but for which names exist: what is not proved, or undefined. */
function unproved(version: ZoneVersion, answer: Answer, qname: string, type: string, how: Signing): string | undefined {
  const chain = answer.answer.filter((line) => / (CNAME|DNAME) /.test(line));
  const exists = (owner: string) => version.hasName(records(`${owner} A 192.0.2.1`)[0].name);
  // Names that were made from a wildcard.
  for (const line of answer.answer) {
    const [owner, , , kind, covered, , labels] = line.split(' ');
    if (kind !== 'RRSIG') continue;
    const all = owner.split('.').slice(0, -1);
    if (Number(labels) >= all.length - (all[0] === '*' ? 1 : 0)) continue;
    const nextCloser = how.denial === 'nsec' ? owner : [...all.slice(-Number(labels) - 1), ''].join('.');
    const what = shown(answer, nextCloser, how);
    if (what === undefined || 'types' in what) return `no proof that ${owner} ${covered} comes from a wildcard`;
  }
  const last = chain.findLast((line) => line.includes(' CNAME '))?.split(' ')[4] ?? qname;
  if (!last.endsWith('example.')) return undefined;
  const referral = answer.authority.find((line) => line.split(' ')[3] === 'NS');
  if (referral !== undefined) {
    if (answer.authority.some((line) => line.split(' ')[3] === 'DS')) return undefined;
    return absent(answer, referral.split(' ')[0], 'DS', how);
  }
  if (!answer.authority.some((line) => line.split(' ')[3] === 'SOA')) return undefined;
  if (answer.rcode === 'NOERROR' && exists(last)) return absent(answer, last, type, how);
  const encloser = ancestors(last).find(exists)!;
  const wildcard = `*.${encloser}`;
  if (answer.rcode === 'NXDOMAIN')
    return (
      notThere(answer, last, encloser, how) ??
      (isSpan(answer, wildcard, how) || isUnder(answer, last, how) ? undefined : 'the wildcard is not denied')
    );
  return notThere(answer, last, encloser, how) ?? absent(answer, wildcard, type, how);
}

function notThere(answer: Answer, owner: string, encloser: string, how: Signing): string | undefined {
  if (how.denial === 'nsec') return isSpan(answer, owner, how) ? undefined : `${owner} is not denied`;
  const path = [owner, ...ancestors(owner)];
  const at = path.findIndex((one) => {
    const what = shown(answer, one, how);
    return what !== undefined && 'types' in what;
  });
  if (at < 1) return 'no closest encloser';
  const nextCloser = shown(answer, path[at - 1], how);
  if (nextCloser === undefined || 'types' in nextCloser) return `${path[at - 1]} is not covered`;
  return path[at] === encloser || nextCloser.optOut
    ? undefined
    : `the closest encloser is ${encloser}, not ${path[at]}`;
}

/** That `owner` exists without `type`, or need not be signed. */
function absent(answer: Answer, owner: string, type: string, how: Signing): string | undefined {
  const what = shown(answer, owner, how);
  if (what !== undefined && 'types' in what) return what.types.includes(type) ? `${owner} has ${type}` : undefined;
  if (how.denial === 'nsec') return what?.next.endsWith(`.${owner}`) ? undefined : `nothing says what ${owner} has`;
  if (!how.optOut) return `${owner} has no match`;
  return notThere(answer, owner, '', how);
}

function isSpan(answer: Answer, owner: string, how: Signing): boolean {
  const what = shown(answer, owner, how);
  return what !== undefined && !('types' in what);
}

/** True when the proof is by a higher encloser than the real one, as opt-out makes necessary. */
function isUnder(answer: Answer, owner: string, how: Signing): boolean {
  return how.optOut === true && ancestors(owner).some((one) => isSpan(answer, one, how));
}

function ancestors(owner: string): string[] {
  const labels = owner.split('.').slice(0, -2);
  return labels.map((_, i) => [...labels.slice(i + 1), 'example.'].join('.'));
}
