import { describe, expect, it } from 'vitest';
import { shownAs, spans } from '../../fixtures/proofs.ts';
import { type Signing, sign } from '../../fixtures/signed-zone.ts';
import { ask, records, soa, zoneOf } from '../../fixtures/zone-text.ts';

/** `name: what` for names below example.; the names in brackets of the RFCs: qname, closest encloser (CE), next closer (NC). */
type Expected = Record<string, 'match' | 'span' | 'opt-out'>;

const TEXT = `
  @             NS     ns
  ns            A      192.0.2.1
  www           A      192.0.2.2
  alias         CNAME  www
  dangling      CNAME  x.nothing
  towild        CNAME  x.wild
  *.wild        A      192.0.2.3
  *.walias      CNAME  y.wild
  a.*.star      TXT    "the asterisk is an empty non-terminal"
  a.b.ent       TXT    "two empty non-terminals"
  old           DNAME  new
  x.new         A      192.0.2.4
  signed        NS     ns.signed
  signed        DS     1 13 2 ${'AB'.repeat(32)}
  ns.signed     A      192.0.2.5
  plain         NS     ns.plain
  ns.plain      A      192.0.2.6
  only.plainent NS     ns.elsewhere.
`;

interface Case {
  readonly question: string;
  readonly rcode?: string;
  readonly nsec: Expected;
  readonly nsec3: Expected;
  /** Where it differs from `nsec3`. */
  readonly optOut?: Expected;
  readonly rfc: string;
}

const CASES: Case[] = [
  {
    rfc: 'name error (RFC 4035 3.1.3.2, RFC 5155 7.2.2)',
    question: 'nothing A',
    rcode: 'NXDOMAIN',
    nsec: { nothing: 'span', '*': 'span' },
    nsec3: { '@': 'match', nothing: 'span', '*': 'span' },
  },
  {
    rfc: 'name error far below its closest encloser (RFC 5155 7.2.1)',
    question: 'a.b.c.www A',
    rcode: 'NXDOMAIN',
    nsec: { 'a.b.c.www': 'span', '*.www': 'span' },
    nsec3: { www: 'match', 'c.www': 'span', '*.www': 'span' },
  },
  {
    rfc: 'name error below an empty non-terminal (RFC 4592 2.2.2, RFC 5155 7.2.2)',
    question: 'x.ent A',
    rcode: 'NXDOMAIN',
    nsec: { 'x.ent': 'span', '*.ent': 'span' },
    nsec3: { ent: 'match', 'x.ent': 'span', '*.ent': 'span' },
  },
  {
    rfc: 'no data (RFC 4035 3.1.3.1, RFC 5155 7.2.3)',
    question: 'www TXT',
    nsec: { www: 'match' },
    nsec3: { www: 'match' },
  },
  {
    rfc: 'no data at an empty non-terminal (RFC 4035 3.1.3.1, RFC 5155 7.2.3)',
    question: 'b.ent A',
    nsec: { 'b.ent': 'span' },
    nsec3: { 'b.ent': 'match' },
  },
  {
    rfc: 'no data at the apex, also for DS, which is the parent’s (RFC 4035 3.1.4.1, RFC 5155 7.2.3)',
    question: '@ DS',
    nsec: { '@': 'match' },
    nsec3: { '@': 'match' },
  },
  {
    rfc: 'no DS at an ordinary name (RFC 5155 7.2.4)',
    question: 'www DS',
    nsec: { www: 'match' },
    nsec3: { www: 'match' },
  },
  {
    rfc: 'no DS at an unsigned delegation (RFC 4035 3.1.4.1, RFC 5155 7.2.4)',
    question: 'plain DS',
    nsec: { plain: 'match' },
    nsec3: { plain: 'match' },
    optOut: { '@': 'match', plain: 'opt-out' },
  },
  {
    rfc: 'wildcard answer (RFC 4035 3.1.3.3, RFC 5155 7.2.6)',
    question: 'a.b.wild A',
    nsec: { 'a.b.wild': 'span' },
    nsec3: { 'b.wild': 'span' },
  },
  {
    rfc: 'wildcard asked for by its name is a name like any other (RFC 4592 2.2.1)',
    question: '*.wild A',
    nsec: {},
    nsec3: {},
  },
  {
    rfc: 'wildcard no data (RFC 4035 3.1.3.4, RFC 5155 7.2.5)',
    question: 'a.b.wild TXT',
    nsec: { 'a.b.wild': 'span', '*.wild': 'match' },
    nsec3: { wild: 'match', 'b.wild': 'span', '*.wild': 'match' },
  },
  {
    rfc: 'wildcard that is an empty non-terminal (RFC 4592 2.2.2, RFC 4035 3.1.3.4, RFC 5155 7.2.5)',
    question: 'x.star A',
    nsec: { 'x.star': 'span', '*.star': 'span' },
    nsec3: { star: 'match', 'x.star': 'span', '*.star': 'match' },
  },
  {
    rfc: 'CNAME to a name from a wildcard (RFC 4035 3.1.3.3)',
    question: 'towild A',
    nsec: { 'x.wild': 'span' },
    nsec3: { 'x.wild': 'span' },
  },
  {
    rfc: 'CNAME from a wildcard to a name from a wildcard: a proof for each (RFC 4035 3.1.3.3, RFC 5155 7.2.6)',
    question: 'x.walias A',
    nsec: { 'x.walias': 'span', 'y.wild': 'span' },
    nsec3: { 'x.walias': 'span', 'y.wild': 'span' },
  },
  {
    rfc: 'CNAME from a wildcard to no data: both proofs (RFC 4035 3.1.3.4)',
    question: 'x.walias TXT',
    nsec: { 'x.walias': 'span', 'y.wild': 'span', '*.wild': 'match' },
    nsec3: { 'x.walias': 'span', wild: 'match', 'y.wild': 'span', '*.wild': 'match' },
  },
  {
    rfc: 'CNAME to a name that does not exist (RFC 4035 3.1.3.2, RFC 6604 3)',
    question: 'dangling A',
    rcode: 'NXDOMAIN',
    nsec: { 'x.nothing': 'span', '*': 'span' },
    nsec3: { '@': 'match', nothing: 'span', '*': 'span' },
  },
  {
    rfc: 'DNAME to a name that exists needs no proof (RFC 6672 5.3.1)',
    question: 'x.old A',
    nsec: {},
    nsec3: {},
  },
  {
    rfc: 'DNAME to a name that does not exist (RFC 4035 3.1.3.2, RFC 6672 5.3.2)',
    question: 'y.old A',
    rcode: 'NXDOMAIN',
    nsec: { 'y.new': 'span', '*.new': 'span' },
    nsec3: { new: 'match', 'y.new': 'span', '*.new': 'span' },
  },
  {
    rfc: 'referral to a signed zone: the DS is there (RFC 4035 3.1.4)',
    question: 'www.signed A',
    nsec: {},
    nsec3: {},
  },
  {
    rfc: 'referral to an unsigned zone: its NSEC denies the DS, not what is below (RFC 4035 3.1.4, RFC 5155 7.2.7, RFC 6840 4.1)',
    question: 'a.b.plain A',
    nsec: { plain: 'match' },
    nsec3: { plain: 'match' },
    optOut: { '@': 'match', plain: 'opt-out' },
  },
  {
    rfc: 'referral below an empty non-terminal that opt-out leaves out too (RFC 5155 7.2.7)',
    question: 'x.only.plainent A',
    nsec: { 'only.plainent': 'match' },
    nsec3: { 'only.plainent': 'match' },
    optOut: { '@': 'match', plainent: 'opt-out' },
  },
  {
    rfc: 'no data at an empty non-terminal that opt-out leaves out (RFC 5155 7.2.3)',
    question: 'plainent A',
    nsec: { plainent: 'span' },
    nsec3: { plainent: 'match' },
    optOut: { '@': 'match', plainent: 'opt-out' },
  },
  {
    rfc: 'name error below such a one: the closest encloser that can be proved (RFC 5155 7.2.2, 1.3)',
    question: 'other.plainent A',
    rcode: 'NXDOMAIN',
    nsec: { 'other.plainent': 'span', '*.plainent': 'span' },
    nsec3: { plainent: 'match', 'other.plainent': 'span', '*.plainent': 'span' },
    optOut: { '@': 'match', plainent: 'opt-out', '*': 'opt-out' },
  },
];

const HOW: [keyof Pick<Case, 'nsec' | 'nsec3' | 'optOut'>, Signing][] = [
  ['nsec', { denial: 'nsec' }],
  ['nsec3', { denial: 'nsec3' }],
  ['nsec3', { denial: 'nsec3', iterations: 7, salt: 'aabbccdd' }],
  ['optOut', { denial: 'nsec3', optOut: true }],
];

describe.each(HOW)('%s %o', (kind, how) => {
  const version = zoneOf(sign([soa(1), ...records(TEXT)], how));
  const full = (owner: string) => (owner === '@' ? 'example.' : `${owner}.example.`);

  it.each(CASES)('$question: $rfc', (one) => {
    const [owner, type] = one.question.split(' ');
    const question = `${full(owner)} ${type}`;
    const answer = ask(version, `${question} DO`);
    expect(answer.rcode).toBe(one.rcode ?? 'NOERROR');
    const expected = (kind === 'optOut' ? one.optOut : undefined) ?? one[kind === 'nsec' ? 'nsec' : 'nsec3'];
    const names = Object.keys(expected);
    const got = Object.fromEntries(names.map((owner) => [owner, shownAs(answer, full(owner), how)]));
    const asOptOut = (what: string) => (kind === 'optOut' && what === 'span' ? 'opt-out' : what);
    expect(got).toEqual(Object.fromEntries(names.map((owner) => [owner, asOptOut(expected[owner])])));
    // Nothing that is not needed, nothing twice, each with its signature.
    const proofs = spans(answer, how).map((span) => span.owner);
    expect(proofs.length).toBeLessThanOrEqual(names.length);
    expect(new Set(proofs).size).toBe(proofs.length);
    const signed = answer.authority.filter((line) => line.includes(` RRSIG ${how.denial.toUpperCase()} `));
    expect(signed.map((line) => line.split(/[ .]/)[0].toLowerCase())).toEqual(
      proofs.map((owner) => owner.split('.')[0]),
    );
    // Without DO there are neither proofs nor signatures (RFC 4035 3.1).
    const plain = ask(version, question);
    expect(
      [...plain.answer, ...plain.authority].filter((line) => / (NSEC3?|RRSIG|DS) /.test(line) && type !== 'DS'),
    ).toEqual([]);
  });
});
