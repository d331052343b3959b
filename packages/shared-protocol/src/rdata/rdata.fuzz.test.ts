import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unwrap } from '../errors.ts';
import { name } from '../name/name.ts';
import { arbitraryRdata } from './fixtures/arbitrary-rdata.ts';
import { namedCompilezone } from './fixtures/zone-tools.ts';
import { canonicalRdata, genericRdataText, isWellFormedRdata, rdataFromText, rdataToText } from './rdata.ts';
import { namedTypes, typeToText } from './registry.ts';
import { schemaOf } from './schema.ts';

const ORIGIN = name('Example.test.');
/** Per type; more: FUZZ_RUNS=5000 vitest run ... rdata.fuzz */
const RUNS = Number(process.env.FUZZ_RUNS ?? 60);
const TYPES = namedTypes().filter((type) => schemaOf(type) !== undefined);

describe.each(TYPES.map((type) => ({ type, mnemonic: typeToText(type) })))('$mnemonic', ({ type }) => {
  test('octets -> text -> the same octets, relative names too', () => {
    fc.assert(
      fc.property(arbitraryRdata(type), (rdata) => {
        expect(isWellFormedRdata(type, rdata)).toBe(true);
        for (const origin of [undefined, ORIGIN]) {
          const text = rdataToText(type, rdata, origin);
          expect(unwrap(rdataFromText(type, text, origin))).toEqual(rdata);
        }
        const framed = new Uint8Array([1, ...rdata, 1]);
        expect(isWellFormedRdata(type, framed, 1, framed.length - 1)).toBe(true);
        const canonical = canonicalRdata(type, rdata);
        expect(canonical).toHaveLength(rdata.length);
        expect(canonicalRdata(type, canonical)).toEqual(canonical);
      }),
      { numRuns: RUNS },
    );
  });

  test('changed or cut octets: accepted ones have a text that reads back, refused ones are printed as they are', () => {
    const changed = fc.tuple(arbitraryRdata(type), fc.nat(), fc.nat(255), fc.nat()).map(([rdata, at, octet, cut]) => {
      const copy = rdata.slice(0, cut % 3 === 0 ? cut % (rdata.length + 1) : rdata.length);
      if (copy.length > 0) copy[at % copy.length] = octet;
      return copy;
    });
    fc.assert(
      fc.property(changed, (rdata) => {
        const text = rdataToText(type, rdata);
        const back = rdataFromText(type, text);
        if (isWellFormedRdata(type, rdata)) {
          expect(unwrap(back)).toEqual(rdata);
        } else {
          expect(text).toBe(genericRdataText(rdata));
          expect(back.ok ? '' : back.error.code).toBe('generic-malformed');
        }
      }),
      { numRuns: RUNS },
    );
  });
});

test('random text is read or refused, never thrown over', () => {
  const token = fc.oneof(
    fc.constantFrom(
      '1',
      '0',
      '-',
      '.',
      '@',
      '"',
      '(',
      ')',
      ';',
      '\\',
      '\\#',
      '\n',
      'a=b',
      'alpn="',
      '1:',
      '!',
      '/',
      '65536',
      'A',
    ),
    fc.string({ maxLength: 12, unit: 'binary' }),
    fc.integer({ min: 0, max: 2 ** 33 }).map(String),
  );
  const text = fc.array(token, { maxLength: 10 }).map((tokens) => tokens.join(' '));
  fc.assert(
    fc.property(fc.constantFrom(...TYPES, 10, 65_280), text, (type, line) => {
      const result = rdataFromText(type, line);
      if (result.ok) expect(isWellFormedRdata(type, result.value)).toBe(true);
      else expect(result.error.message).not.toBe('');
    }),
    { numRuns: RUNS * 80 },
  );
});

/** Types BIND 9.18 does not read at all, and SOA, of which a zone has one. */
const NOT_FOR_BIND = ['MD', 'MF', 'CLA', 'IPN', 'SOA'];

/** Types of which BIND refuses some octets that follow the wire format, each with the rule it has beyond it. */
const STRICTER_IN_BIND: Readonly<Record<string, string>> = {
  X25: 'decimal digits only',
  SIG: 'the signer has no more labels than the labels field says',
  RRSIG: 'the signer has no more labels than the labels field says',
  KEY: 'no key where the flags say so',
  DNSKEY: 'a key of a private algorithm starts with its name or OID',
  CDNSKEY: 'a key of a private algorithm starts with its name or OID',
  RKEY: 'flags are zero',
  NAPTR: 'the regular expression is one',
  IPSECKEY: 'a key in any case',
  NSEC3: 'SHA-1 makes 20 octets',
  CERT: 'a certificate of a private algorithm starts with its name or OID',
};

/** Another seed: ZONEWIRE_SEED=7 vitest run ... rdata.fuzz */
const SEED = Number(process.env.ZONEWIRE_SEED ?? 1);

test(`BIND prints the same record for random octets in generic and in our form (ZONEWIRE_SEED=${SEED})`, () => {
  const lines: { readonly mnemonic: string; readonly generic: string; readonly ours: string }[] = [];
  for (const type of TYPES) {
    const mnemonic = typeToText(type);
    if (NOT_FOR_BIND.includes(mnemonic)) continue;
    for (const rdata of fc.sample(arbitraryRdata(type), { seed: SEED, numRuns: 20 })) {
      const owner = `r${lines.length}`;
      const generic = `${owner} IN TYPE${type} ${genericRdataText(rdata)}\n`;
      lines.push({ mnemonic, generic, ours: `${owner} IN ${mnemonic} ${rdataToText(type, rdata)}\n` });
    }
  }
  const head = '$ORIGIN example.test.\n$TTL 3600\n@ IN SOA ns1 host 1 2 3 4 5\n@ IN NS ns1.example.org.\n';
  const read = (zone: readonly string[]) => namedCompilezone('example.test', head + zone.join(''));

  const first = read(lines.map(({ generic }) => generic));
  const refused = [...first.said.matchAll(/zone:(\d+): near/g)].map(([, line]) => Number(line) - 5);
  for (const i of refused) expect(Object.keys(STRICTER_IN_BIND), lines[i].ours).toContain(lines[i].mnemonic);

  const accepted = lines.filter((_, i) => !refused.includes(i));
  const generic = read(accepted.map((line) => line.generic));
  const ours = read(accepted.map((line) => line.ours));
  expect(generic.ok, generic.said).toBe(true);
  expect(generic.lines).toHaveLength(accepted.length + 2);
  expect(ours.ok, ours.said).toBe(true);
  expect(ours.lines).toEqual(generic.lines);
});
