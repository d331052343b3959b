import type { Theme } from '../case.ts';
import { records } from './records.ts';

const SHA1 = '123456789abcdef67890123456789abcdef67890';
const SHA256 = 'd2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971';

/** Keys, certificates and fingerprints. */
export const CERTIFICATES: readonly Theme[] = [
  {
    name: 'SSHFP (RFC 4255), TLSA (RFC 6698), SMIMEA (RFC 8162)',
    cases: [
      ...records(
        'SSHFP',
        `2 1 ${SHA1}`,
        `2 1 ${SHA1.toUpperCase()}`,
        `2 1 ${SHA1.slice(0, 10)} ${SHA1.slice(10)}`,
        `4 2 ${SHA256}`,
        `4 2 ( ${SHA256.slice(0, 32)}\n${SHA256.slice(32)} )`,
        `2 1 ${SHA256}`,
        `2 2 ${SHA1}`,
        '1 9 ab',
        '1 9 abc',
        '2 1',
        `256 1 ${SHA1}`,
        `RSA 1 ${SHA1}`,
      ),
      ...records(
        'TLSA',
        `3 1 1 ${SHA256}`,
        `3 1 1 ${SHA256.toUpperCase()}`,
        `3 1 1 ( ${SHA256.slice(0, 16)}\n${SHA256.slice(16)} )`,
        `3 1 1 ${SHA256.slice(0, 15)} ${SHA256.slice(15)}`,
        '3 1 1 ab',
        '0 0 0 00',
        '255 255 255 00',
        `256 1 1 ${SHA256}`,
        '3 1 1',
        '3 1 1 abc',
        `PKIX-TA 1 1 ${SHA256}`,
        `DANE-EE SPKI SHA2-256 ${SHA256}`,
      ),
      ...records('SMIMEA', `3 1 1 ${SHA256}`, '3 0 0 3082', '3 1 1'),
    ],
  },
  {
    name: 'CERT (RFC 4398), OPENPGPKEY (RFC 7929), DHCID (RFC 4701), HIP (RFC 8005)',
    cases: [
      ...records(
        'CERT',
        'PKIX 1 RSASHA256 AQIDBA==',
        '1 1 8 AQIDBA==',
        'PGP 0 0 AQID',
        'pgp 0 0 AQID',
        'URI 0 0 AQID',
        'OID 0 0 AQID',
        '65534 65535 254 AQID',
        'FOO 0 0 AQID',
        '65536 0 0 AQID',
        '1 1 8',
        '1 1 8 A',
        'IPKIX 0 0 AQID',
        'ACPKIX 0 0 AQID',
      ),
      ...records('OPENPGPKEY', 'AQIDBAUGBwg=', 'AQID BAUG Bwg=', '( AQID\nBAUG )', '', 'A'),
      ...records(
        'DHCID',
        'AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=',
        '( AAIBY2/AuCccgoJbsaxcQc9T\n UapptP69lOjxfNuVAA2kjEA= )',
        'AA==',
        '',
      ),
      ...records(
        'HIP',
        '2 200100107B1A74DF365639CC39F1D578 AwEAAbdxyhNuSutc5EMzxTs9',
        '2 200100107B1A74DF365639CC39F1D578 AwEAAbdxyhNuSutc5EMzxTs9 rvs.example.net.',
        '2 200100107B1A74DF365639CC39F1D578 AwEAAbdxyhNuSutc5EMzxTs9 rvs1 rvs2',
        '2 200100107B1A74DF365639CC39F1D578',
        '2',
        '256 20 AQ==',
      ),
    ],
  },
  {
    name: 'DOA, DSYNC, CLA, IPN, HHIT, BRID',
    cases: [
      ...records('DOA', '1 2 3 "text/plain" AQID', '0 0 0 "" -'),
      ...records('DSYNC', 'CDS NOTIFY 53 scanner.example.net.', 'CSYNC 1 53 scanner'),
      ...records('CLA', 'tcp'),
      ...records('IPN', '3116917760'),
      ...records('HHIT', 'AQID'),
      ...records('BRID', 'AQID'),
    ],
  },
];
