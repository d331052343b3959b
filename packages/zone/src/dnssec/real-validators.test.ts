import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { name, nameToText, type ResourceRecord, recordToText, TYPE } from '@zonewire/shared-protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { changed, makeKey, reallySigned, signature, type Times, withSignatures } from '../fixtures/real-signatures.ts';
import { hashOf, type Signing, sign } from '../fixtures/signed-zone.ts';
import { records, soa, zoneOf } from '../fixtures/zone-text.ts';
import { validateDnssec } from './validate.ts';

/**
 * The same zones, good and broken, before dnssec-verify (BIND), kzonecheck (Knot) and ldns-verify-zone: same verdict as ours, but where a
 * row names who is of another opinion and why we are not. dnssec-verify knows no other time than the present.
 */
const NOW = Math.floor(Date.now() / 1000) * 1000;
const TIMES: Times = { inception: NOW / 1000 - 3600, expiration: NOW / 1000 + 86_400 };

const TEXT = `
  @         NS    ns
  @         MX    10 Mail
  ns        A     192.0.2.1
  Mail      A     192.0.2.2
  *.wild    TXT   "any"
  a.b.ent   TXT   "deep"
  cut       NS    ns.cut
  cut       DS    1 13 2 ${'AB'.repeat(32)}
  ns.cut    A     192.0.2.3
  plain     NS    ns.plain
  ns.plain  A     192.0.2.3
  below.sub NS    ns.plain
  old       DNAME new
`;
const NSEC: Signing = { denial: 'nsec' };
const NSEC3: Signing = { denial: 'nsec3' };
const OPT_OUT: Signing = { denial: 'nsec3', optOut: true };
const key = makeKey(13, 257);
const zsk = makeKey(13, 256);
const signedAs = (how: Signing, keys = [key]) => reallySigned(TEXT, how, keys, TIMES);
const resign = (all: readonly ResourceRecord[]) => withSignatures(all, [key], TIMES);
const over = (owner: string, type: number, all: readonly ResourceRecord[], by = key, times = TIMES) =>
  signature(name(owner), type, all, by, times);
const nsec = signedAs(NSEC);
const nsec3 = signedAs(NSEC3);
const optOut = signedAs(OPT_OUT);
const covers = (record: ResourceRecord) => (record.type === TYPE.RRSIG ? record.rdata[0] * 256 + record.rdata[1] : 0);
const owns = (record: ResourceRecord, owner: string) => nameToText(record.name).toLowerCase() === owner;
const at = (owner: string, how = NSEC3) => `${hashOf(owner, how)}.example.`;

/** Without the RRset, and without its RRSIG unless only that is meant to go. */
function without(all: readonly ResourceRecord[], type: number, owner?: string, onlyRrsig = false): ResourceRecord[] {
  return all.filter(
    (record) =>
      !(
        (owner === undefined || owns(record, owner)) &&
        (covers(record) === type || (!onlyRrsig && record.type === type))
      ),
  );
}

/** Records with a placeholder for their RRSIG, to be made anew. */
const unsigned = (text: string, type: string) => [
  ...records(text),
  ...records(`${text.split(' ')[0]} 60 RRSIG ${type} 13 3 60 20300101000000 20200101000000 1 example. AAAA`),
];
const withTtl = (ttl: number) =>
  nsec.map((record) => (owns(record, 'ns.example.') && record.type === TYPE.A ? { ...record, ttl } : record));
const withNsec3 = (owner: string, edit: (rdata: Uint8Array) => number[]) =>
  resign(
    nsec3.map((record) =>
      owns(record, at(owner)) && record.type === TYPE.NSEC3
        ? { ...record, rdata: Uint8Array.from(edit(record.rdata)) }
        : record,
    ),
  );
const DS = `DS 1 13 2 ${'AB'.repeat(32)}`;

/** What, the zone, our first error ('' for a valid zone), who says otherwise and why. */
const CASES: readonly [string, readonly ResourceRecord[], string, string?][] = [
  ['NSEC', nsec, ''],
  ['NSEC3', nsec3, ''],
  ['NSEC3 with opt-out', optOut, ''],
  ['150 iterations', signedAs({ denial: 'nsec3', iterations: 150 }), ''],
  [
    'owner in upper case',
    nsec.map((one) => (owns(one, 'ns.example.') ? { ...one, name: name('NS.example.') } : one)),
    '',
  ],
  ['no RRSIG', without(nsec, TYPE.A, 'ns.example.', true), 'signature-missing'],
  ['data changed', changed(nsec, 'ns.example.', TYPE.A, '192.0.2.9'), 'signature-wrong'],
  ['TTL lowered', withTtl(100), 'signature-ttl', 'ldns: a resolver would take it; it was not signed so'],
  ['TTL raised', withTtl(900), 'signature-ttl', 'ldns: a resolver would take it; it was not signed so'],
  ['expired', withSignatures(nsec, [key], { inception: 1, expiration: 1000 }), 'signature-expired'],
  [
    'of the future',
    withSignatures(nsec, [key], { inception: NOW / 1000 + 86_400, expiration: NOW / 1000 + 99_999 }),
    'signature-not-yet-valid',
  ],
  [
    'an expired one beside',
    [...nsec, over('ns.example.', TYPE.A, nsec, key, { ...TIMES, expiration: 1 })],
    '',
    'Knot: RFC 4035 5.3.3, one is enough',
  ],
  [
    'a wrong one beside',
    [...nsec, over('ns.example.', TYPE.A, records('ns A 192.0.2.8'))],
    '',
    'Knot: RFC 4035 5.3.3, one is enough',
  ],
  ['one of an unknown key beside', [...nsec, over('ns.example.', TYPE.A, nsec, makeKey())], ''],
  [
    'glue signed',
    [...nsec, over('ns.cut.example.', TYPE.A, nsec)],
    '',
    'Knot ldns: RFC 4035 2.2 forbids it, nobody is hurt; a warning',
  ],
  [
    'NS of a delegation signed',
    [...nsec, over('cut.example.', TYPE.NS, nsec)],
    '',
    'Knot: RFC 4035 2.2 forbids it, nobody is hurt; a warning',
  ],
  ['RRSIG over nothing', [...nsec, over('ns.example.', TYPE.TXT, nsec)], ''],
  ['DS not signed', without(nsec, TYPE.DS, 'cut.example.', true), 'signature-missing'],
  ['NSEC not there', without(nsec, TYPE.NSEC, 'ns.example.'), 'nsec-missing'],
  ['NSEC not signed', without(nsec, TYPE.NSEC, 'ns.example.', true), 'signature-missing'],
  ['NSEC leads too far', resign(changed(nsec, 'ns.example.', TYPE.NSEC, 'plain.example. A RRSIG NSEC')), 'nsec-chain'],
  [
    'NSEC without a type',
    resign(changed(nsec, 'ns.example.', TYPE.NSEC, 'old.example. RRSIG NSEC')),
    'nsec-types',
    'ldns: does not look at types',
  ],
  [
    'NSEC with a type too much',
    resign(changed(nsec, 'ns.example.', TYPE.NSEC, 'old.example. A MX RRSIG NSEC')),
    'nsec-types',
    'ldns: does not look at types',
  ],
  [
    'NSEC of a cut with its glue',
    resign(changed(nsec, 'plain.example.', TYPE.NSEC, 'below.sub.example. NS A RRSIG NSEC')),
    'nsec-types',
    'ldns: does not look at types',
  ],
  ['NSEC at glue', resign([...nsec, ...unsigned('ns.cut 60 NSEC mail A RRSIG NSEC', 'NSEC')]), 'nsec-unexpected'],
  [
    'NSEC at an empty non-terminal',
    resign([
      ...changed(nsec, 'cut.example.', TYPE.NSEC, 'b.ent.example. NS DS RRSIG NSEC'),
      ...unsigned('b.ent 60 NSEC a.b.ent RRSIG NSEC', 'NSEC'),
    ]),
    '',
  ],
  ['a name added', [...nsec, ...records('new A 192.0.2.1')], 'nsec-chain'],
  ['glue added', [...nsec, ...records('ns2.cut A 192.0.2.1')], ''],
  ['glue changed', changed(nsec, 'ns.cut.example.', TYPE.A, '192.0.2.9'), ''],
  ['NS of a delegation changed', changed(nsec, 'cut.example.', TYPE.NS, 'ns.elsewhere.'), ''],
  ['a delegation added', [...nsec, ...records('newcut NS ns.cut')], 'nsec-chain'],
  [
    'a delegation added, NSEC3',
    [...nsec3, ...records('newcut NS ns.cut')],
    'nsec3-missing',
    'BIND: passes over unsigned delegations, opt-out or not',
  ],
  ['a delegation added, opt-out (RFC 5155 6)', [...optOut, ...records('newcut NS ns.cut')], ''],
  ['a delegation below an empty non-terminal added, opt-out', [...optOut, ...records('x.newcut NS ns.cut')], ''],
  [
    'a delegation removed, NSEC3',
    without(without(nsec3, TYPE.NS, 'plain.example.'), TYPE.A, 'ns.plain.example.'),
    'nsec3-unexpected',
  ],
  [
    'a signed name added, opt-out',
    [...optOut, ...records('new A 192.0.2.1'), over('new.example.', TYPE.A, records('new A 192.0.2.1'))],
    'nsec3-missing',
  ],
  [
    'a signed delegation added, opt-out',
    [...optOut, ...records(`sec NS ns.cut\nsec ${DS}`), over('sec.example.', TYPE.DS, records(`sec ${DS}`))],
    'nsec3-missing',
  ],
  ['NSEC3 of a name not there', nsec3.filter((one) => !owns(one, at('ns.example.'))), 'nsec3-chain'],
  ['NSEC3 of an empty non-terminal not there', nsec3.filter((one) => !owns(one, at('b.ent.example.'))), 'nsec3-chain'],
  [
    'NSEC3 of a name that is none',
    resign([
      ...nsec3,
      ...unsigned(`${at('nobody.example.')} 60 NSEC3 1 0 0 - ${hashOf('ns.example.', NSEC3)} A`, 'NSEC3'),
    ]),
    'nsec3-chain',
  ],
  [
    'NSEC3 of another chain',
    resign([
      ...nsec3,
      ...unsigned(
        `${at('ns.example.', { ...NSEC3, salt: 'aa' })} 60 NSEC3 1 0 0 aa ${hashOf('ns.example.', NSEC3)} A`,
        'NSEC3',
      ),
    ]),
    '',
    'ldns: knows one chain only; left by a change of salt, it is no harm',
  ],
  [
    'NSEC3 with other types',
    withNsec3('ns.example.', (rdata) => [...rdata.slice(0, 26), 0, 1, 2]),
    'nsec3-types',
    'ldns: does not look at types',
  ],
  ['one NSEC3 with opt-out', withNsec3('ns.example.', ([hash, , ...rest]) => [hash, 1, ...rest]), ''],
  [
    'NSEC3 with an unknown flag',
    withNsec3('ns.example.', ([hash, , ...rest]) => [hash, 2, ...rest]),
    'nsec3-flags',
    'BIND Knot ldns: RFC 5155 8.2 has resolvers pass over it',
  ],
  [
    '151 iterations',
    signedAs({ denial: 'nsec3', iterations: 151 }),
    'nsec3-iterations',
    'Knot ldns: no proof is made of these here (RFC 9276 3.2)',
  ],
  ['no NSEC3PARAM', without(nsec3, TYPE.NSEC3PARAM), 'chain-missing', 'ldns: RFC 5155 4 has servers need it'],
  ['no chain', without(nsec, TYPE.NSEC), 'chain-missing'],
  ['no DNSKEY', without(nsec, TYPE.DNSKEY), 'keys-missing'],
  ['DNSKEY not signed', without(nsec, TYPE.DNSKEY, 'example.', true), 'signature-missing'],
  [
    'two algorithms, of one no signatures',
    withSignatures(sign([soa(1), ...records(TEXT), key.record, makeKey(8).record], NSEC), [key], TIMES),
    '',
    'Knot: RFC 6840 5.11 has validators be content with one',
  ],
  ['a key without SEP flag only', signedAs(NSEC, [zsk]), '', 'Knot: RFC 4034 2.1.1 has validators not look at it'],
  ['not signed', [soa(1), ...records(TEXT)], 'zone-not-signed'],
  ['glue missing', without(nsec, TYPE.A, 'ns.cut.example.'), '', 'Knot: nothing that is signed'],
];

const folder = mkdtempSync(join(tmpdir(), 'zonewire-validators-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'zone');
const VALIDATORS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  // -z: any key may sign DNSKEY, with or without SEP flag.
  BIND: ['dnssec-verify', '-q', '-z', '-o', 'example.', file],
  Knot: ['kzonecheck', '-d', 'on', '-o', 'example.', file],
  ldns: ['ldns-verify-zone', file],
};

describe('the verdict of real validators', () => {
  it.each(CASES)('%s', (_what, all, code, others = '') => {
    const version = zoneOf(all);
    const { result, findings } = validateDnssec(version, { now: NOW });
    expect(findings.find(({ severity }) => severity === 'error')?.code ?? '').toBe(code);
    expect(result === 'valid').toBe(code === '');
    writeFileSync(file, `${[...version.records()].map(recordToText).join('\n')}\n`);
    const disagreeing = Object.entries(VALIDATORS).filter(([, [command, ...args]]) => {
      const run = spawnSync(command, args, { encoding: 'utf8' });
      if (run.error !== undefined) throw run.error;
      return (run.status === 0) !== (code === '');
    });
    expect(disagreeing.map(([vendor]) => vendor).join(' ')).toBe(others.split(':')[0]);
  });
});
