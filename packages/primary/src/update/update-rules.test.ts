import {
  CLASS,
  type Message,
  name,
  OPCODE,
  parseRecords,
  RCODE,
  type ResourceRecord,
  readUpdate,
  recordToText,
  TYPE,
  unwrap,
} from '@zonewire/shared-protocol';
import { applyDiff, ZoneBuilder, ZoneDiff, type ZoneVersion } from '@zonewire/zone';
import { describe, expect, test } from 'vitest';
import { soaWithSerial } from '../soa.ts';
import { evaluateChange } from './evaluate.ts';

const APEX = name('example.test.');
const TEXT = `
@        3600 SOA   ns1 host 10 3600 600 86400 60
@        3600 NS    ns1
@        3600 NS    ns2
@        3600 MX    10 mail
ns1      3600 A     192.0.2.1
ns2      3600 A     192.0.2.2
mail     300  A     192.0.2.3
mail     300  A     192.0.2.4
mail     300  TXT   "one"
alias    300  CNAME mail
sub.ent  300  A     192.0.2.5
tree     300  DNAME other.test.
*.wild   300  A     192.0.2.6
`;

function zone(text = TEXT): ZoneVersion {
  const builder = new ZoneBuilder(APEX);
  for (const record of parseRecords(text, APEX)) builder.addRecord(record);
  return unwrap(builder.finish());
}

const BASE = zone();

/** One record of a section as text; the class words ANY and NONE of RFC 2136 stand before it. */
function record(text: string): ResourceRecord {
  const [, special, rest] = /^(ANY|NONE)?\s*(.*)$/.exec(text)!;
  if (special === undefined) return parseRecords(rest, APEX)[0];
  const cls = CLASS[special as 'ANY' | 'NONE'];
  const [owner, type, ...rdata] = rest.split(/\s+/);
  if (rdata.length > 0)
    return { ...parseRecords(`${owner} 0 ${type} ${rdata.join(' ')}`, APEX)[0], class: cls, ttl: 0 };
  const number = type === 'ANY' ? TYPE.ANY : TYPE[type as keyof typeof TYPE];
  return { name: name(owner === '@' ? '@' : owner, APEX), type: number, class: cls, ttl: 0, rdata: new Uint8Array(0) };
}

interface Outcome {
  readonly rcode: number;
  /** Records gone and come, SOA left out. */
  readonly removed: string[];
  readonly added: string[];
  readonly soa?: string;
}

/** The whole way of an UPDATE: sections read as from the wire, evaluated, and the diff applied to the zone. */
function update(updates: readonly string[], prerequisites: readonly string[] = [], version = BASE): Outcome {
  const message = {
    opcode: OPCODE.UPDATE,
    question: [{ name: APEX, type: TYPE.SOA, class: CLASS.IN }],
    answer: prerequisites.map((text) => ({ ...record(text), ttl: 0 })),
    authority: updates.map(record),
  } as unknown as Message;
  const read = readUpdate(message);
  if (!read.ok) return { rcode: read.error.rcode, removed: [], added: [] };
  const evaluation = evaluateChange(version, read.value);
  if (evaluation.kind === 'refused') return { rcode: evaluation.rcode, removed: [], added: [] };
  if (evaluation.kind === 'unchanged') return { rcode: RCODE.NOERROR, removed: [], added: [] };
  const { removed, added } = evaluation.changes;
  const soa = evaluation.soa ?? soaWithSerial(version.soaRecord, version.serial + 1);
  // Strict: throws when a removed record is not there, or an added one is.
  unwrap(applyDiff(version, ZoneDiff.build(APEX, [version.soaRecord, ...removed], [soa, ...added])));
  const text = (records: readonly ResourceRecord[]) => records.map(recordToText).map(squeeze).sort();
  const outcome = { rcode: RCODE.NOERROR, removed: text(removed), added: text(added) };
  return evaluation.soa ? { ...outcome, soa: squeeze(recordToText(evaluation.soa)) } : outcome;
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('example.test.', '~');
}

const NOTHING = { rcode: RCODE.NOERROR, removed: [], added: [] };

describe('RFC 2136 2.4 and 3.2: prerequisites', () => {
  test.each<[string, string[], number]>([
    ['2.4.1 RRset exists: it does', ['ANY mail A'], RCODE.NOERROR],
    ['2.4.1 RRset exists: it does not', ['ANY mail AAAA'], RCODE.NXRRSET],
    ['2.4.1 RRset exists: no such name', ['ANY nobody A'], RCODE.NXRRSET],
    ['2.4.1 RRset exists: a wildcard is a name like others', ['ANY x.wild A'], RCODE.NXRRSET],
    ['2.4.1 RRset exists: the wildcard itself', ['ANY *.wild A'], RCODE.NOERROR],
    ['2.4.1 names compare without case (RFC 4343)', ['ANY MaIl A'], RCODE.NOERROR],
    ['2.4.2 RRset with these values', ['mail 0 A 192.0.2.4', 'mail 0 A 192.0.2.3'], RCODE.NOERROR],
    ['2.4.2 repeated values are one', ['mail 0 TXT "one"', 'mail 0 TXT "one"'], RCODE.NOERROR],
    ['2.4.2 one value of two is not the RRset', ['mail 0 A 192.0.2.3'], RCODE.NXRRSET],
    ['2.4.2 one value too many', ['mail 0 TXT "one"', 'mail 0 TXT "two"'], RCODE.NXRRSET],
    ['2.4.2 other values', ['mail 0 TXT "two"'], RCODE.NXRRSET],
    ['2.4.2 no such RRset', ['mail 0 AAAA 2001:db8::1'], RCODE.NXRRSET],
    ['2.4.2 names inside rdata compare without case', ['@ 0 MX 10 MAIL'], RCODE.NOERROR],
    ['2.4.2 text compares with case', ['mail 0 TXT "ONE"'], RCODE.NXRRSET],
    ['2.4.3 RRset does not exist: right', ['NONE mail AAAA'], RCODE.NOERROR],
    ['2.4.3 RRset does not exist: it does', ['NONE mail A'], RCODE.YXRRSET],
    ['2.4.4 name is in use: right', ['ANY mail ANY'], RCODE.NOERROR],
    ['2.4.4 name is in use: it is not', ['ANY nobody ANY'], RCODE.NXDOMAIN],
    ['2.4.4 an empty non-terminal is not in use', ['ANY ent ANY'], RCODE.NXDOMAIN],
    ['2.4.5 name is not in use: right', ['NONE nobody ANY'], RCODE.NOERROR],
    ['2.4.5 an empty non-terminal is not in use', ['NONE ent ANY'], RCODE.NOERROR],
    ['2.4.5 name is not in use: it is', ['NONE mail ANY'], RCODE.YXDOMAIN],
    ['3.2.5 the first that does not hold decides', ['ANY mail A', 'NONE mail ANY', 'ANY nobody ANY'], RCODE.YXDOMAIN],
    ['3.2.5 value-dependent ones are compared last', ['mail 0 TXT "two"', 'ANY nobody ANY'], RCODE.NXDOMAIN],
    ['3.2.5 a name outside the zone', ['ANY mail.other. A'], RCODE.NOTZONE],
    ['3.2.5 class NONE with rdata', ['NONE mail A 192.0.2.3'], RCODE.FORMERR],
    ['3.2.5 a meta type', ['ANY mail AXFR'], RCODE.FORMERR],
  ])('%s', (_, prerequisites, rcode) => {
    expect(update([], prerequisites).rcode).toBe(rcode);
    // What does not hold also keeps the updates out.
    const outcome = update(['new 60 A 192.0.2.9'], prerequisites);
    expect(outcome.rcode).toBe(rcode);
    expect(outcome.added.length).toBe(rcode === RCODE.NOERROR ? 1 : 0);
  });
});

describe('RFC 2136 3.4.2: updates', () => {
  const ok = (removed: string[], added: string[]) => ({ rcode: RCODE.NOERROR, removed, added });

  test.each<[string, string[], ReturnType<typeof ok>]>([
    ['2.5.1 add to a new name', ['new 60 A 192.0.2.9'], ok([], ['new.~ 60 IN A 192.0.2.9'])],
    ['2.5.1 add to an RRset', ['mail 300 A 192.0.2.9'], ok([], ['mail.~ 300 IN A 192.0.2.9'])],
    ['3.4.2.2 a duplicate is ignored', ['mail 300 A 192.0.2.3'], NOTHING],
    ['3.4.2.2 a duplicate in other case is one', ['@ 3600 MX 10 MAIL'], NOTHING],
    [
      'RFC 2181 5.2 a new TTL is that of the whole RRset',
      ['mail 60 A 192.0.2.3'],
      ok(
        ['mail.~ 300 IN A 192.0.2.3', 'mail.~ 300 IN A 192.0.2.4'],
        ['mail.~ 60 IN A 192.0.2.3', 'mail.~ 60 IN A 192.0.2.4'],
      ),
    ],
    ['3.4.2.2 CNAME beside other data is ignored', ['mail 300 CNAME ns1'], NOTHING],
    ['3.4.2.2 CNAME at the apex is ignored', ['@ 300 CNAME ns1'], NOTHING],
    ['3.4.2.2 other data beside a CNAME is ignored', ['alias 300 A 192.0.2.9'], NOTHING],
    [
      '3.4.2.2 a CNAME is replaced',
      ['alias 300 CNAME ns1'],
      ok(['alias.~ 300 IN CNAME mail.~'], ['alias.~ 300 IN CNAME ns1.~']),
    ],
    [
      'RFC 6672 5.2 a DNAME is replaced',
      ['tree 300 DNAME new.test.'],
      ok(['tree.~ 300 IN DNAME other.test.'], ['tree.~ 300 IN DNAME new.test.']),
    ],
    ['RFC 6672 5.2 a DNAME beside a CNAME is ignored', ['alias 300 DNAME new.test.'], NOTHING],
    ['RFC 6672 5.2 a CNAME beside a DNAME is ignored', ['tree 300 CNAME new.test.'], NOTHING],
    ['2.5.2 delete an RRset', ['ANY mail A'], ok(['mail.~ 300 IN A 192.0.2.3', 'mail.~ 300 IN A 192.0.2.4'], [])],
    ['2.5.2 delete an RRset that is not there', ['ANY mail AAAA'], NOTHING],
    ['3.4.2.3 apex NS is not deleted whole', ['ANY @ NS'], NOTHING],
    ['3.4.2.3 apex SOA is not deleted', ['ANY @ SOA'], NOTHING],
    [
      '2.5.3 delete a name',
      ['ANY mail ANY'],
      ok(['mail.~ 300 IN A 192.0.2.3', 'mail.~ 300 IN A 192.0.2.4', 'mail.~ 300 IN TXT "one"'], []),
    ],
    ['3.4.2.3 deleting the apex leaves SOA and NS', ['ANY @ ANY'], ok(['~ 3600 IN MX 10 mail.~'], [])],
    ['2.5.3 what is below a deleted name stays', ['ANY ent ANY'], NOTHING],
    ['2.5.4 delete one RR', ['NONE mail A 192.0.2.4'], ok(['mail.~ 300 IN A 192.0.2.4'], [])],
    ['2.5.4 delete one RR that is not there', ['NONE mail A 192.0.2.99'], NOTHING],
    ['2.5.4 names inside rdata compare without case', ['NONE @ MX 10 MAIL'], ok(['~ 3600 IN MX 10 mail.~'], [])],
    ['3.4.2.4 one apex NS of two', ['NONE @ NS ns1'], ok(['~ 3600 IN NS ns1.~'], [])],
    ['3.4.2.4 the last apex NS stays', ['NONE @ NS ns1', 'NONE @ NS ns2'], ok(['~ 3600 IN NS ns1.~'], [])],
    ['3.4.2.4 the SOA is not deleted', ['NONE @ SOA ns1 host 10 3600 600 86400 60'], NOTHING],
    [
      '3.4.2 later updates see earlier ones',
      ['ANY alias CNAME', 'alias 60 A 192.0.2.9'],
      ok(['alias.~ 300 IN CNAME mail.~'], ['alias.~ 60 IN A 192.0.2.9']),
    ],
    [
      '3.4.2 an order that ignores',
      ['alias 60 A 192.0.2.9', 'ANY alias CNAME'],
      ok(['alias.~ 300 IN CNAME mail.~'], []),
    ],
    ['3.4.2 what cancels out is no change', ['new 60 A 192.0.2.9', 'ANY new A'], NOTHING],
    ['3.4.2 deleted and added again as it was is no change', ['ANY mail TXT', 'mail 300 TXT "one"'], NOTHING],
    [
      '1.1.5 WKS of the same address and protocol is replaced',
      ['w 60 WKS 192.0.2.9 6 25', 'w 60 WKS 192.0.2.9 6 53'],
      ok([], ['w.~ 60 IN WKS 192.0.2.9 6 53']),
    ],
    [
      '1.1.5 WKS of another protocol is not',
      ['w 60 WKS 192.0.2.9 6 25', 'w 60 WKS 192.0.2.9 17 53'],
      ok([], ['w.~ 60 IN WKS 192.0.2.9 17 53', 'w.~ 60 IN WKS 192.0.2.9 6 25']),
    ],
  ])('%s', (_, updates, expected) => {
    expect(update(updates)).toEqual(expected);
  });

  test.each<[string, string, string | undefined]>([
    ['a newer one is taken', '@ 3600 SOA ns1 new-host 11 3600 600 86400 60', '11'],
    ['the same serial is ignored', '@ 3600 SOA ns1 new-host 10 3600 600 86400 60', undefined],
    ['an older one is ignored', '@ 3600 SOA ns1 new-host 9 3600 600 86400 60', undefined],
    ['newer by RFC 1982 though larger by 2^31 - 1', '@ 3600 SOA ns1 h 2147483657 3600 600 86400 60', '2147483657'],
    ['2^31 ahead is doubtful and ignored (RFC 1982 3.2)', '@ 3600 SOA ns1 h 2147483658 3600 600 86400 60', undefined],
    ['below the apex is ignored', 'mail 3600 SOA ns1 h 11 3600 600 86400 60', undefined],
  ])('3.4.2.2 SOA: %s', (_, soa, serial) => {
    const outcome = update([soa]);
    expect(outcome).toMatchObject(NOTHING);
    expect(outcome.soa?.split(' ')[6]).toBe(serial);
  });

  test.each<[string, string[], number]>([
    ['3.4.1.3 a name outside the zone', ['mail.other. 60 A 192.0.2.9'], RCODE.NOTZONE],
    ['3.4.1.2 deleting a meta type', ['ANY mail AXFR'], RCODE.FORMERR],
    ['3.4.1.2 deleting one RR of type ANY', ['NONE mail ANY'], RCODE.FORMERR],
    ['rdata of the wrong length', ['bad 60 TYPE1 \\# 3 C00002'], RCODE.FORMERR],
    [
      'signatures come from a signer',
      ['mail 60 RRSIG A 8 3 300 20300101000000 20200101000000 1 example.test. AAAA'],
      RCODE.REFUSED,
    ],
  ])('refused: %s', (_, updates, rcode) => {
    const malformed = updates.map((text) => (text.startsWith('bad') ? badRecord() : record(text)));
    const message = { question: [{ name: APEX, type: TYPE.SOA, class: CLASS.IN }], answer: [], authority: malformed };
    const read = readUpdate(message as unknown as Message);
    const evaluation = read.ok ? evaluateChange(BASE, read.value) : { kind: 'refused', rcode: read.error.rcode };
    expect(evaluation).toMatchObject({ kind: 'refused', rcode });
  });

  test.each([
    'RRSIG SOA 8 2 3600 20300101000000 20200101000000 1 example.test. AAAA',
    `ZONEMD 10 1 1 ${'00'.repeat(48)}`,
  ])('a zone sealed by %s is not changed, prerequisites alone are answered', (seal) => {
    const sealed = zone(`${TEXT}\n@ 3600 ${seal}\n`);
    expect(update(['new 60 A 192.0.2.9'], [], sealed).rcode).toBe(RCODE.REFUSED);
    expect(update([], ['ANY mail A'], sealed).rcode).toBe(RCODE.NOERROR);
    expect(update([], ['ANY nobody ANY'], sealed).rcode).toBe(RCODE.NXDOMAIN);
  });
});

test('RFC 2181 8: a TTL with the top bit set counts as 0', () => {
  const updates = [
    { kind: 'add' as const, name: name('new', APEX), type: TYPE.A, ttl: 0xffff_ffff, rdata: new Uint8Array(4) },
  ];
  const evaluation = evaluateChange(BASE, { updates });
  expect(evaluation.kind === 'changed' && evaluation.changes.added[0].ttl).toBe(0);
});

test('10,000 records added to one RRset cost their number, not its square', () => {
  const updates = Array.from({ length: 10_000 }, (_, i) => ({
    kind: 'add' as const,
    name: name('mail', APEX),
    type: TYPE.A,
    ttl: 60,
    rdata: Uint8Array.of(10, 0, i >> 8, i),
  }));
  const started = process.threadCpuUsage();
  const evaluation = evaluateChange(BASE, { updates });
  expect(evaluation.kind === 'changed' && evaluation.changes.added.length).toBe(10_002);
  const { user, system } = process.threadCpuUsage(started);
  expect(user + system).toBeLessThan(1_000_000);
});

function badRecord(): ResourceRecord {
  return { name: name('bad', APEX), type: TYPE.A, class: CLASS.IN, ttl: 60, rdata: new Uint8Array(3) };
}
