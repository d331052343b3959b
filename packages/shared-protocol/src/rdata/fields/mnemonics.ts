import type { Field } from '../field.ts';
import { typeFromBytes, typeToText } from '../registry.ts';
import { TextProblem, tokenText } from '../text-problem.ts';

/**
 * A number that may be written as a word. `printed` says whether the word is also printed, as BIND does for some
 * types; else the number.
 */
function mnemonic(octets: 1 | 2, names: readonly (readonly [number, string])[], printed: boolean, what: string): Field {
  const max = octets === 1 ? 0xff : 0xffff;
  const byName = new Map(names.map(([value, text]) => [text, value]));
  const byValue = new Map([...names].reverse());
  return {
    read(input) {
      input.expectWord();
      let value = input.peekDecimal(max);
      if (value < 0) value = byName.get(tokenText(input.scanner).slice(1, -1).toUpperCase()) ?? -1;
      if (value < 0)
        throw new TextProblem(
          'mnemonic-unknown',
          `${tokenText(input.scanner)} is not ${what}; write a number from 0 to ${max}, or one of ${[...byName.keys()].join(' ')}`,
        );
      if (octets === 1) input.put8(value);
      else input.put16(value);
      input.scanner.next();
    },
    check: (_, at, end) => (at + octets <= end ? at + octets : -1),
    print(rdata, at, _, output) {
      const value = octets === 1 ? rdata[at] : (rdata[at] << 8) | rdata[at + 1];
      output.word((printed ? byValue.get(value) : undefined) ?? value);
      return at + octets;
    },
  };
}

/** IANA "DNS Security Algorithm Numbers", with the other spelling BIND and Knot know of some. */
const ALGORITHMS: readonly (readonly [number, string])[] = [
  [1, 'RSAMD5'],
  [2, 'DH'],
  [3, 'DSA'],
  [5, 'RSASHA1'],
  [6, 'NSEC3DSA'],
  [6, 'DSA-NSEC3-SHA1'],
  [7, 'NSEC3RSASHA1'],
  [7, 'RSASHA1-NSEC3-SHA1'],
  [8, 'RSASHA256'],
  [10, 'RSASHA512'],
  [12, 'ECCGOST'],
  [12, 'ECC-GOST'],
  [13, 'ECDSAP256SHA256'],
  [14, 'ECDSAP384SHA384'],
  [15, 'ED25519'],
  [16, 'ED448'],
  [252, 'INDIRECT'],
  [253, 'PRIVATEDNS'],
  [254, 'PRIVATEOID'],
];

export const dnssecAlgorithm: Field = mnemonic(1, ALGORITHMS, false, 'a DNSSEC algorithm');

/** IANA "DS Record Digest Types". */
export const dsDigestType: Field = mnemonic(
  1,
  [
    [1, 'SHA-1'],
    [1, 'SHA1'],
    [2, 'SHA-256'],
    [2, 'SHA256'],
    [3, 'GOST'],
    [4, 'SHA-384'],
    [4, 'SHA384'],
  ],
  false,
  'a DS digest type',
);

/** RFC 4398 2.1. */
export const certType: Field = mnemonic(
  2,
  [
    [1, 'PKIX'],
    [2, 'SPKI'],
    [3, 'PGP'],
    [4, 'IPKIX'],
    [5, 'ISPKI'],
    [6, 'IPGP'],
    [7, 'ACPKIX'],
    [8, 'IACPKIX'],
    [253, 'URI'],
    [254, 'OID'],
  ],
  true,
  'a certificate type',
);

/** RFC 9859 2. */
export const dsyncScheme: Field = mnemonic(1, [[1, 'NOTIFY']], true, 'a DSYNC scheme');

/** DNSKEY's protocol (RFC 4034 2.1.2); BIND also takes the word. */
export const keyProtocol: Field = mnemonic(
  1,
  [
    [1, 'TLS'],
    [2, 'EMAIL'],
    [3, 'DNSSEC'],
    [4, 'IPSEC'],
    [255, 'ALL'],
  ],
  false,
  'a key protocol',
);

/** The type a signature covers, and the like: a record type as a 16-bit number. */
export const recordType: Field = {
  read(input) {
    const { scanner } = input;
    input.expectWord();
    const type = typeFromBytes(scanner.bytes, scanner.start, scanner.stop);
    if (type < 0)
      throw new TextProblem('type-unknown', `${tokenText(scanner)} is not a record type; write MX, or TYPE65280`);
    input.put16(type);
    scanner.next();
  },
  check: (_, at, end) => (at + 2 <= end ? at + 2 : -1),
  print(rdata, at, _, output) {
    output.word(typeToText((rdata[at] << 8) | rdata[at + 1]));
    return at + 2;
  },
};
