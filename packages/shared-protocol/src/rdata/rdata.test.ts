import { describe, expect, test } from 'vitest';
import { unwrap } from '../errors.ts';
import { compressibleNames } from '../message/rdata-names.ts';
import { name, nameToText } from '../name/name.ts';
import { lowercasedName } from './fields/names.ts';
import { TYPE_EXAMPLES } from './fixtures/type-examples.ts';
import {
  canonicalRdata,
  checkRdata,
  formOf,
  hasCanonicalNames,
  isWellFormedRdata,
  rdataFromText,
  rdataToText,
  recordToText,
} from './rdata.ts';
import { namedTypes, typeFromText, typeToText } from './registry.ts';
import { schemaOf } from './schema.ts';

const ORIGIN = name('example.test.');

function hexOf(mnemonic: string, text: string): string {
  return unwrap(rdataFromText(typeFromText(mnemonic)!, text, ORIGIN)).toHex();
}

function wire(dotted: string): string {
  return name(dotted).toHex();
}

describe('octets written out in RFCs', () => {
  const org = wire('foo.example.org.');
  const com = wire('foo.example.com.');
  test.each([
    ['RFC 9460 D.1', 'SVCB', '0 foo.example.com.', `0000${com}`],
    ['RFC 9460 D.2 figure 3', 'SVCB', '1 .', '000100'],
    ['RFC 9460 D.2 figure 4', 'SVCB', '16 foo.example.com. port=53', `0010${com}000300020035`],
    ['RFC 9460 D.2 figure 5', 'SVCB', '1 foo.example.com. key667=hello', `0001${com}029b000568656c6c6f`],
    [
      'RFC 9460 D.2 figure 6',
      'SVCB',
      '1 foo.example.com. key667="hello\\210qoo"',
      `0001${com}029b000968656c6c6fd2716f6f`,
    ],
    [
      'RFC 9460 D.2 figure 7',
      'SVCB',
      '1 foo.example.com. ( ipv6hint="2001:db8::1,2001:db8::53:1" )',
      `0001${com}0006002020010db800000000000000000000000120010db8000000000000000000530001`,
    ],
    [
      'RFC 9460 D.2 figure 8',
      'SVCB',
      '1 example.com. ( ipv6hint="2001:db8:122:344::192.0.2.33" )',
      `0001${wire('example.com.')}0006001020010db80122034400000000c0000221`,
    ],
    [
      'RFC 9460 D.2 figure 9',
      'SVCB',
      '16 foo.example.org. ( alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1 )',
      `0010${org}0000000400010004000100090268320568332d313900040004c0000201`,
    ],
    [
      'RFC 9460 D.2 figure 10, quoted',
      'SVCB',
      '16 foo.example.org. alpn="f\\\\\\\\oo\\\\,bar,h2"',
      `0010${org}0001000c08665c6f6f2c626172026832`,
    ],
    [
      'RFC 9460 D.2 figure 10, not quoted',
      'SVCB',
      '16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2',
      `0010${org}0001000c08665c6f6f2c626172026832`,
    ],
    [
      'RFC 4034 4.3',
      'NSEC',
      'host.example.com. ( A MX RRSIG NSEC TYPE1234 )',
      `${wire('host.example.com.')}0006400100000003041b${'00'.repeat(26)}20`,
    ],
    ['RFC 3597 5', 'TYPE731', '\\# 6 abcd ( ef 01 23 45 )', 'abcdef012345'],
    ['RFC 3597 5, of a known type', 'A', '\\# 4 0A000001', '0a000001'],
    ['RFC 3123 4', 'APL', '1:192.168.32.0/21 !1:192.168.38.0/28', '00011503c0a82000011c83c0a826'],
    ['RFC 1876 3, defaults', 'LOC', '0 N 0 E 0', '00121613800000008000000000989680'],
    ['RFC 7553 4.4: no length octet', 'URI', '10 1 "ftp://a"', '000a00016674703a2f2f61'],
    ['RFC 8659 4.1', 'CAA', '0 issue "ca"', '000569737375656361'],
    ['RFC 6742 2.1', 'NID', '10 0014:4fff:ff20:ee64', '000a00144fffff20ee64'],
    ['RFC 9859 2', 'DSYNC', 'CDS NOTIFY 5353 .', '003b0114e900'],
    ['IANA: an unsigned 64-bit number', 'IPN', '18446744073709551614', 'fffffffffffffffe'],
    ['IANA: character-strings', 'CLA', 'TCP "a b"', '0354435003612062'],
  ])('%s: %s %s', (_, mnemonic, text, hex) => {
    expect(hexOf(mnemonic, text)).toBe(hex);
  });

  test.each([
    ['a key twice', '1 foo.example.com. key123=abc key123=def', 'svcparam-duplicate'],
    ['mandatory without value', '1 foo.example.com. mandatory', 'svcparam-invalid'],
    ['alpn without value', '1 foo.example.com. alpn', 'svcparam-invalid'],
    ['port without value', '1 foo.example.com. port', 'svcparam-invalid'],
    ['ipv4hint without value', '1 foo.example.com. ipv4hint', 'svcparam-invalid'],
    ['ipv6hint without value', '1 foo.example.com. ipv6hint', 'svcparam-invalid'],
    ['no-default-alpn with value', '1 foo.example.com. no-default-alpn=abc', 'svcparam-invalid'],
    ['mandatory key that is missing', '1 foo.example.com. mandatory=key123', 'svcparam-invalid'],
    ['mandatory in mandatory', '1 foo.example.com. mandatory=mandatory', 'svcparam-invalid'],
    ['a key twice in mandatory', '1 foo.example.com. mandatory=key123,key123 key123=abc', 'svcparam-invalid'],
  ])('RFC 9460 D.3, 8: %s is refused', (_, text, code) => {
    const result = rdataFromText(64, text);
    expect(result.ok ? '' : result.error.code).toBe(code);
  });
});

describe('IPv6 text as RFC 5952 says', () => {
  test.each([
    ['4.1 no leading zeros', '2001:0db8::0001', '2001:db8::1'],
    ['4.2.1 shorten as much as possible', '2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['4.2.2 not one group only', '2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['4.2.3 the longest run', '2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['4.2.3 the first of equal runs', '2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['4.3 lower case', '2001:DB8::ABCD', '2001:db8::abcd'],
    ['5 mixed for a known prefix', '::ffff:c000:201', '::ffff:192.0.2.1'],
    ['all zero', '0:0:0:0:0:0:0:0', '::'],
    ['zeros at the end', '1:2:0:0:0:0:0:0', '1:2::'],
  ])('%s', (_, text, printed) => {
    expect(rdataToText(28, unwrap(rdataFromText(28, text)))).toBe(printed);
  });

  test.each([
    '',
    ':',
    ':::',
    '1',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '::1:2:3:4:5:6:7:8',
    '1::2::3',
    '12345::',
    '1:2:3:4:5:6:7:',
    ':1:2:3:4:5:6:7',
    'g::',
    '::192.0.2',
    '::192.0.2.256',
    '192.0.2.1::',
    '1:2:3:4:5:6:7:192.0.2.1',
    '1:::2',
    '::1%eth0',
  ])('%j is not an address', (text) => {
    expect(rdataFromText(28, text).ok).toBe(false);
  });
});

describe('what is wrong, and what to write instead', () => {
  test.each([
    ['MX', '10', 'field-missing', 'MX exchange is missing: the record ends here; write MX preference exchange'],
    [
      'MX',
      'mail 10',
      'number-invalid',
      'MX preference: "mail" is not a number from 0 to 65535; write MX preference exchange',
    ],
    [
      'MX',
      '10 "mail"',
      'quotes-unexpected',
      'MX exchange: "mail" must be written without quotes here; write MX preference exchange',
    ],
    ['MX', '10 a b', 'token-unexpected', '"b" is too much; write MX preference exchange'],
    ['A', '192.0.2', 'ipv4-invalid', 'A address: "192.0.2" is not an IPv4 address; write it like 192.0.2.1'],
    ['A', '192.0.2.01', 'ipv4-invalid', '192.0.2.01'],
    ['A', '192.0.2.256', 'ipv4-invalid', '192.0.2.256'],
    [
      'TXT',
      'x'.repeat(256),
      'string-too-long',
      'the string has 256 octets, and one string holds at most 255; split it',
    ],
    ['TXT', '"a\\256"', 'escape-invalid', '\\256 is more than 255'],
    ['TXT', '"a\\12"', 'escape-invalid', 'three decimal digits'],
    ['TXT', '', 'field-missing', 'TXT text is missing'],
    ['TXT', '"a', 'quote-not-closed', 'is not closed on this line'],
    ['TXT', '(a', 'paren-not-closed', 'is never closed'],
    ['TXT', 'a)', 'paren-not-open', 'without a "("'],
    ['TXT', 'a\nb', 'token-unexpected', 'on one line'],
    ['NS', 'a..b', 'name-empty-label', 'empty label'],
    ['NS', `${'a'.repeat(64)}.`, 'name-label-too-long', '63 octets'],
    ['NS', `${'a.'.repeat(125)}`, 'field-ok', ''],
    ['NS', `${'a.'.repeat(128)}`, 'name-too-long', '255 octets'],
    ['NS', `${'a.'.repeat(121)}a`, 'name-too-long', 'with the origin'],
    ['NS', 'a\u0001', 'name-control-character', 'control character \\001'],
    ['SOA', 'a b 1 2 3 4 5x', 'duration-invalid', '"5x" is not a time in seconds'],
    ['SOA', 'a b 1h 2 3 4 5', 'number-invalid', '"1h" is not a number from 0 to 4294967295'],
    [
      'DS',
      '1 RSA 2 00',
      'mnemonic-unknown',
      '"RSA" is not a DNSSEC algorithm; write a number from 0 to 255, or one of',
    ],
    ['DS', '1 8 2 00', 'digest-length', 'has 1 octets, but algorithm 2 makes 32'],
    ['ZONEMD', '1 1 240 00', 'digest-length', 'has 1 octets, but has to have 12 at least'],
    ['TLSA', '3 1 1 abc', 'hex-invalid', 'odd number'],
    ['TLSA', '3 1 1 xy', 'hex-invalid', '"xy" is not hex'],
    ['DNSKEY', '256 3 8 AAA', 'base64-invalid', 'stops in the middle'],
    ['DNSKEY', '256 3 8 AB==', 'base64-invalid', 'bits that belong to no octet'],
    ['DNSKEY', '256 3 8 A*==', 'base64-invalid', '"A*==" is not base64'],
    ['DNSKEY', '256 3 8 AA==AA', 'base64-invalid', 'only at its end'],
    ['NSEC', 'a', 'field-missing', 'NSEC types is missing'],
    ['NSEC', 'a FOO', 'type-unknown', '"FOO" is not a record type'],
    ['NSEC3', '1 0 0 - 2t7b=', 'base32hex-invalid', 'base32hex'],
    ['NSEC3', '1 0 0 abc 2t7b4g4vsa5smi47k61mv5bv1a22bojr', 'hex-invalid', '"abc" is not hex'],
    ['RRSIG', 'A 8 2 1 20240230000000 20240101000000 1 a AAAA', 'time-invalid', 'YYYYMMDDHHmmSS'],
    ['RRSIG', 'A 8 2 1 2024-02-03 20240101000000 1 a AAAA', 'time-invalid', 'YYYYMMDDHHmmSS'],
    ['LOC', '91 N 0 E 0', 'loc-invalid', 'up to 90 degrees'],
    ['LOC', '1 N 0 E', 'loc-invalid', 'altitude'],
    ['LOC', '1 N 0 E 0 9e9', 'loc-invalid', 'size'],
    ['APL', '3:10.0.0.0/8', 'apl-invalid', 'not an address prefix'],
    ['APL', '1:10.0.0.0/33', 'apl-invalid', 'not an address prefix'],
    ['CAA', '0 is-sue "x"', 'caa-tag-invalid', 'letters and digits'],
    ['CAA', '0 issue', 'field-missing', 'CAA value is missing'],
    ['IPSECKEY', '10 4 2 . AAAA', 'gateway-invalid', '0 none, 1 IPv4, 2 IPv6, 3 name'],
    ['IPSECKEY', '10 0 2 host AAAA', 'gateway-invalid', 'must be "."'],
    ['EUI48', '0-0-0-0-0-0', 'eui-invalid', '6 octets'],
    ['NID', '1 ::1', 'ilnp-invalid', 'four groups'],
    ['SVCB', '1 . alp=h2', 'svcparam-unknown', 'unknown parameter "alp"'],
    ['SVCB', '1 . key65536=x', 'svcparam-unknown', 'key65536'],
    ['KEY', '0 3 8', 'field-missing', 'public-key'],
    ['SVCB', '1 . key01=x', 'svcparam-unknown', 'key01'],
    ['SVCB', '1 . no-default-alpn', 'svcparam-invalid', 'no-default-alpn without alpn'],
    ['SVCB', '1 . key1=h2', 'svcparam-invalid', 'not the wire form'],
    ['SVCB', '1 . alpn="h2,"', 'svcparam-invalid', 'alpn="h2,h3"'],
    ['SVCB', '1 . alpn="h2', 'quote-not-closed', 'is not closed'],
    ['SVCB', '1 . dohpath=/x', 'svcparam-invalid', '{?dns}'],
    ['SVCB', '1 . dohpath="x{?dns}"', 'svcparam-invalid', '{?dns}'],
    ['SVCB', '1 . dohpath="/x{?dnss}"', 'svcparam-invalid', '{?dns}'],
    ['SVCB', '1 . dohpath="/x{?dns"', 'svcparam-invalid', '{?dns}'],
    ['SVCB', '1 . dohpath="/x\\255{?dns}"', 'svcparam-invalid', '{?dns}'],
    ['SVCB', '1 . dohpath="/x{a}{&b,dns:5,c}"', 'field-ok', ''],
    ['NSAP', `0x${'ab'.repeat(4000)}`, 'hex-invalid', 'NSAP'],
    ['SVCB', '1 . ech=AAA', 'svcparam-invalid', 'base64'],
    ['WKS', '1.2.3.4 tcp nosuch', 'mnemonic-unknown', 'port number'],
    ['NSAP', '47', 'hex-invalid', '0x47.0005.80'],
    ['NULL', 'abc', 'rdata-form-unknown', 'write its octets in hex: \\# length hex'],
    ['TYPE65280', 'abc', 'rdata-form-unknown', '\\# length hex'],
    ['TYPE65280', '\\# 2 abcdef', 'generic-length', '"\\# 2" is followed by 3 octets'],
    ['TYPE65280', '\\# 65536', 'number-invalid', '65535'],
    ['A', '\\# 3 010203', 'generic-malformed', 'these 3 octets are not well-formed A data (address)'],
    ['TXT', Array.from({ length: 300 }, () => 'x'.repeat(255)).join(' '), 'rdata-too-long', '65535 octets'],
    ['URI', `1 1 ${'x'.repeat(65_535)}`, 'rdata-too-long', '65535 octets'],
    ['OPENPGPKEY', 'AAAA'.repeat(22_000), 'rdata-too-long', '65535 octets'],
    ['SVCB', `1 . key9999=${'x'.repeat(65_535)}`, 'rdata-too-long', '65535 octets'],
  ])('%s %.40s', (mnemonic, text, code, message) => {
    const result = rdataFromText(typeFromText(mnemonic)!, text, ORIGIN);
    expect(result.ok ? 'field-ok' : result.error.code).toBe(code);
    if (!result.ok) expect(result.error.message).toContain(message);
  });
});

describe('the longest rdata', () => {
  test.each('TXT OPENPGPKEY DNSKEY TLSA URI CAA NSAP ATMA EID DOA HIP SVCB TYPE65280'.split(' '))(
    '%s of 65535 octets is printed and read back',
    (mnemonic) => {
      const type = typeFromText(mnemonic)!;
      const start: Readonly<Record<string, readonly number[]>> = {
        DOA: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        CAA: [0, 1, 0x61],
        ATMA: [1],
        HIP: [1, 2, 0xff, 0xfa, 3],
        SVCB: [0, 1, 0, 0xff, 0, 0xff, 0xf8],
      };
      const rdata = new Uint8Array(65_535).fill(mnemonic === 'TXT' ? 254 : 0x31);
      rdata.set(start[mnemonic] ?? []);
      expect(isWellFormedRdata(type, rdata)).toBe(true);
      expect(unwrap(rdataFromText(type, rdataToText(type, rdata)))).toEqual(rdata);
    },
  );
});

describe('octets that are not well-formed', () => {
  test('are printed in the form of RFC 3597, and told apart by checkRdata', () => {
    expect(rdataToText(1, Uint8Array.of(1, 2, 3))).toBe('\\# 3 010203');
    expect(rdataToText(16, new Uint8Array(0))).toBe('\\# 0');
    const result = checkRdata(1, Uint8Array.of(1, 2, 3));
    expect(result.ok ? '' : result.error.message).toBe('the 3 octets 010203 are not well-formed A data (A address)');
    expect(checkRdata(1, Uint8Array.of(1, 2, 3, 4)).ok).toBe(true);
  });

  test('types without a schema are any octets', () => {
    expect(isWellFormedRdata(65_280, Uint8Array.of(1))).toBe(true);
    expect(formOf(65_280)).toBe('TYPE65280 \\# length hex');
  });
});

describe('canonical form', () => {
  /** RFC 4034 6.2 names the types; NSEC went by RFC 6840 5.1; HINFO has no names, and SIG, NXT and A6 stand for history. */
  const LISTED = 'NS MD MF CNAME SOA MB MG MR PTR MINFO MX RP AFSDB RT SIG PX NXT NAPTR KX SRV DNAME A6 RRSIG'.split(
    ' ',
  );
  /** Listed types with letters outside of their names: tests of their own below. */
  const WITH_OTHER_LETTERS = ['NAPTR', 'RRSIG', 'SIG', 'NXT'];

  test('RFC 4034 6.2, RFC 3597 7, RFC 6840 5.1: names are lower-cased in exactly the listed types', () => {
    const upper = name('UPPER.Example.');
    for (const [mnemonic, texts] of Object.entries(TYPE_EXAMPLES)) {
      const type = typeFromText(mnemonic)!;
      for (const text of texts) {
        const rdata = unwrap(rdataFromText(type, text, upper));
        const canonical = canonicalRdata(type, rdata);
        const rest = `${mnemonic} ${text}`;
        if (!LISTED.includes(mnemonic)) expect(canonical, rest).toEqual(rdata);
        else if (!WITH_OTHER_LETTERS.includes(mnemonic))
          expect(rdataToText(type, canonical), rest).toBe(rdataToText(type, rdata).toLowerCase());
      }
      expect(hasCanonicalNames(type), mnemonic).toBe(LISTED.includes(mnemonic));
    }
  });

  test('RFC 6840 5.1: the signer of RRSIG is lower-cased, the next name of NSEC is not', () => {
    const signer = unwrap(rdataFromText(46, 'A 8 2 1 20240101000000 20230101000000 1 EXAMPLE. AAAA'));
    expect(rdataToText(46, canonicalRdata(46, signer))).toContain(' example. AAAA');
    const next = unwrap(rdataFromText(47, 'NEXT.example. A'));
    expect(canonicalRdata(47, next)).toEqual(next);
  });

  test('NAPTR: the replacement is lower-cased, the strings are not', () => {
    const rdata = unwrap(rdataFromText(35, '1 1 "S" "SIP+D2U" "" _SIP.Example.'));
    expect(rdataToText(35, canonicalRdata(35, rdata))).toBe('1 1 "S" "SIP+D2U" "" _sip.example.');
  });

  test('malformed octets stay as they are', () => {
    expect(canonicalRdata(15, Uint8Array.of(0, 10, 3, 0x41))).toEqual(Uint8Array.of(0, 10, 3, 0x41));
  });
});

test('RFC 3597 4: the names a sender may compress are the names of the schema', () => {
  for (const type of namedTypes()) {
    const names = schemaOf(type)?.fields.filter((field) => field === lowercasedName).length ?? 0;
    if (compressibleNames(type) > 0) expect(names, typeToText(type)).toBe(compressibleNames(type));
  }
});

test('every type with a schema has examples', () => {
  const withSchema = namedTypes().filter((type) => schemaOf(type) !== undefined);
  expect(Object.keys(TYPE_EXAMPLES).sort()).toEqual(withSchema.map(typeToText).sort());
});

test('recordToText: one line, all names absolute', () => {
  const record = {
    name: name('www.example.test.'),
    type: 15,
    class: 1,
    ttl: 300,
    rdata: Uint8Array.of(0, 10, 1, 0x61, 0),
  };
  expect(recordToText(record)).toBe('www.example.test. 300 IN MX 10 a.');
  expect(nameToText(record.name)).toBe('www.example.test.');
});
