import { TYPE } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { records, zone, zoneOf } from '../fixtures/zone-text.ts';
import { MAX_ZONEMD, verifyZonemd } from './zonemd.ts';

const SOA = '@ 86400 SOA ns1 admin 2018031900 1800 900 604800 86400';
const SERVERS = `
  @   86400 NS   ns1
  @   86400 NS   ns2
  ns1 3600  A    203.0.113.63
`;
const SIMPLE_DIGEST =
  'c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3a1ddc0b9a87153b9a9713b3c9ae5cc27777f98b8e730044c';
const SIMPLE = `${SOA}\n${SERVERS}\nns2 3600 AAAA 2001:db8::63`;

/** Verifies the zone of RFC 8976 A.1 with other ZONEMD records. */
function verify(...zonemds: string[]) {
  return verifyZonemd(zone(`${SIMPLE}\n${zonemds.map((rdata) => `@ 86400 ZONEMD ${rdata}`).join('\n')}`));
}

describe('the examples of the RFC', () => {
  it('the simple zone (RFC 8976 A.1)', () => {
    expect(verify(`2018031900 1 1 ${SIMPLE_DIGEST}`)).toMatchObject({ result: 'verified' });
  });

  it('the complex zone: occluded data, duplicates, upper case, wildcard, order, ZONEMD below the apex (RFC 8976 A.2)', () => {
    const complex = `
      ${SOA}
      ${SERVERS}
      @ 86400 ZONEMD 2018031900 1 1 a3b69bad980a3504e1cffcb0fd6397f93848071c93151f552ae2f6b1711d4bd2d8b39808226d7b9db71e34b72077f8fe
      NS2          3600 AAAA   2001:db8::63
      occluded.sub 7200 TXT    "I'm occluded but must be digested"
      sub          7200 NS     ns1
      duplicate    300  TXT    "I must be digested just once"
      duplicate    300  TXT    "I must be digested just once"
      UPPERCASE    3600 TXT    "canonicalize uppercase owner names"
      *            777  PTR    dont-forget-about-wildcards
      mail         3600 MX     20 MAIL1
      mail         3600 MX     10 Mail2.Example.
      sortme       3600 AAAA   2001:db8::5:61
      sortme       3600 AAAA   2001:db8::3:62
      sortme       3600 AAAA   2001:db8::4:63
      sortme       3600 AAAA   2001:db8::1:65
      sortme       3600 AAAA   2001:db8::2:64
      non-apex     900  ZONEMD 2018031900 1 1 616c6c6f776564206275742069676e6f7265642e20616c6c6f776564206275742069676e6f7265642e20616c6c6f7765
    `;
    expect(verifyZonemd(zone(complex))).toMatchObject({ result: 'verified' });
    expect(verifyZonemd(zone(complex.replace("I'm occluded", 'I am occluded')))).toMatchObject({
      result: 'failed',
      code: 'zonemd-mismatch',
    });
  });

  const MULTIPLE = `
    ${SOA}
    ${SERVERS}
    ns2 86400 TXT  "This example has multiple digests"
    NS2 3600  AAAA 2001:db8::63
  `;
  const SHA384 =
    '2018031900 1 1 62e6cf51b02e54b9b5f967d547ce43136792901f9f88e637493daaf401c92c279dd10f0edb1c56f8080211f8480ee306';
  const SHA512 =
    '2018031900 1 2 08cfa1115c7b948c4163a901270395ea226a930cd2cbcf2fa9a5e6eb85f37c8a4e114d884e66f176eab121cb02db7d652e0cc4827e7a3204f166b47e5613fd27';
  const PRIVATE_HASH = '2018031900 1 240 e2d523f654b9422a96c5a8f44607bbee';
  const PRIVATE_SCHEME = `2018031900 241 1 e1846540e33a9e4189792d18d5d131f605fc283e${'aa'.repeat(28)}`;
  const withDigests = (...rdatas: string[]) =>
    verifyZonemd(zone(`${MULTIPLE}\n${rdatas.map((rdata) => `@ 86400 ZONEMD ${rdata}`).join('\n')}`));

  it('several digests, some of them private (RFC 8976 A.3)', () => {
    expect(withDigests(SHA384, SHA512, PRIVATE_HASH, PRIVATE_SCHEME)).toMatchObject({ result: 'verified' });
  });

  it('each of them alone', () => {
    expect(withDigests(SHA384)).toMatchObject({ result: 'verified', message: expect.stringContaining('SHA-384') });
    expect(withDigests(SHA512)).toMatchObject({ result: 'verified', message: expect.stringContaining('SHA-512') });
    expect(withDigests(PRIVATE_HASH, PRIVATE_SCHEME)).toMatchObject({
      result: 'unsupported',
      code: 'zonemd-unsupported',
    });
  });

  it('one that matches is enough (RFC 8976 4)', () => {
    const wrong512 = SHA512.replace('08cf', '08ce');
    expect(withDigests(SHA384, wrong512)).toMatchObject({ result: 'verified' });
    expect(withDigests(wrong512, PRIVATE_HASH)).toMatchObject({ result: 'failed', code: 'zonemd-mismatch' });
  });
});

describe('what does not count', () => {
  const good = `2018031900 1 1 ${SIMPLE_DIGEST}`;

  it.each<[string, string[], string]>([
    ['no ZONEMD', [], 'zonemd-absent'],
    ['another serial than the SOA (RFC 8976 4)', [`2018031901 1 1 ${SIMPLE_DIGEST}`], 'zonemd-serial'],
    [
      'two of the same scheme and hash, one of them right (RFC 8976 4)',
      [good, `2018031900 1 1 ${'00'.repeat(48)}`],
      'zonemd-duplicate',
    ],
    ['two of them, one with another serial (RFC 8976 4)', [good, `1 1 1 ${SIMPLE_DIGEST}`], 'zonemd-duplicate'],
    ['another digest', [`2018031900 1 1 ${SIMPLE_DIGEST.replace('c6', 'c7')}`], 'zonemd-mismatch'],
  ])('%s', (_what, rdatas, code) => {
    expect(verify(...rdatas)).toMatchObject({ code });
  });

  it.each([
    ['SHA-384 cut to 12 octets (RFC 8976 2.2.4)', `${(2018031900).toString(16)}0101${SIMPLE_DIGEST.slice(0, 24)}`],
    ['five octets', '0000000101'],
    ['none', ''],
  ])('malformed, as it may come in a transfer: %s', (_what, hex) => {
    const zonemd = { ...records('@ TXT x')[0], type: TYPE.ZONEMD, rdata: Uint8Array.from(Buffer.from(hex, 'hex')) };
    expect(verifyZonemd(zoneOf([...records(SIMPLE), zonemd]))).toMatchObject({ code: 'zonemd-malformed' });
  });

  it('a pair that is there twice does not spoil another pair (RFC 8976 4)', () => {
    const sha512 = `2018031900 1 2 ${'00'.repeat(64)}`;
    const twice = [`2018031900 1 2 ${'11'.repeat(64)}`, sha512];
    expect(verify(good, ...twice)).toMatchObject({ result: 'verified' });
  });

  it(`more than ${MAX_ZONEMD} records`, () => {
    const many = Array.from(
      { length: MAX_ZONEMD },
      (_, i) => `2018031900 1 ${240 + (i % 15)} ${String(i).padStart(24, '0')}`,
    );
    expect(verify(good, ...many.slice(1))).toMatchObject({ result: 'verified' });
    expect(verify(good, ...many)).toMatchObject({ result: 'failed', code: 'zonemd-too-many' });
  });

  it('ZONEMD and its RRSIG at the apex are not digested, an RRSIG over another type is (RFC 8976 3.3.1)', () => {
    const rrsig = (covered: string) =>
      `@ 86400 RRSIG ${covered} 13 1 86400 20300101000000 20200101000000 1 example. AAAA`;
    expect(verifyZonemd(zone(`${SIMPLE}\n@ 86400 ZONEMD ${good}\n${rrsig('ZONEMD')}`))).toMatchObject({
      result: 'verified',
    });
    expect(verifyZonemd(zone(`${SIMPLE}\n@ 86400 ZONEMD ${good}\n${rrsig('NS')}`))).toMatchObject({
      code: 'zonemd-mismatch',
    });
  });
});
