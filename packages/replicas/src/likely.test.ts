import { describe, expect, it } from 'vitest';
import { likelyReason, type WaitingFacts } from './likely.ts';

/** Acknowledged 10 s ago, and nothing since. */
const ACKNOWLEDGED: WaitingFacts = {
  now: 20_000,
  zone: 'example.test.',
  serial: 42,
  address: '192.0.2.9:53',
  hosts: ['192.0.2.9'],
  key: 'xfr.',
  since: 9_000,
  acknowledgedAt: 10_000,
  silent: 0,
  asks: [],
};
const asked = (peer: string, more: object = {}) => ({
  peer,
  asked: { zone: 'example.test.', peer, at: 11_000, ...more },
});

const CASES: [what: string, facts: Partial<WaitingFacts>, reason: RegExp, next: RegExp][] = [
  ['firewall on TCP: acknowledged, no connection', {}, /opens no TCP connection/, /firewall/],
  ['a connection and nothing on it', { peer: { connectedAt: 11_000 } }, /no request comes through/, /proxy/],
  [
    'another primary: it comes with other zones',
    { peer: { connectedAt: 11_000, requestedAt: 11_001 } },
    /does not ask us for the zone/,
    /its primary for example\.test\. is an address of this server/,
  ],
  [
    'a request, then a connection with nothing on it',
    { peer: { connectedAt: 12_000, requestedAt: 11_001 } },
    /no request comes/,
    /proxy/,
  ],
  ['a connection from before the change', { peer: { connectedAt: 8_000 } }, /opens no TCP connection/, /firewall/],
  [
    'BADKEY (RFC 8945 5.2.1)',
    { asks: [{ peer: '192.0.2.9', tsig: { at: 11_000, error: 17 } }] },
    /BADKEY/,
    /same name.*key xfr\./,
  ],
  [
    'BADSIG (RFC 8945 5.2.2)',
    { asks: [{ peer: '192.0.2.9', tsig: { at: 11_000, error: 16 } }] },
    /BADSIG/,
    /same secret/,
  ],
  [
    'BADTIME (RFC 8945 5.2.3)',
    { asks: [{ peer: '192.0.2.9', tsig: { at: 11_000, error: 18 } }] },
    /BADTIME.*clocks/,
    /NTP/,
  ],
  [
    'BADTRUNC (RFC 8945 5.2.4)',
    { asks: [{ peer: '192.0.2.9', tsig: { at: 11_000, error: 22 } }] },
    /TSIG error 22/,
    /length/,
  ],
  ['acl', { asks: [asked('192.0.2.9', { refused: 'acl' })] }, /no acl here allows/, /Add 192\.0\.2\.9 to an acl/],
  [
    'acl with a key',
    { asks: [asked('192.0.2.9', { refused: 'acl', key: 'other.' })] },
    /key other\./,
    /and key other\./,
  ],
  ['the zone is not here', { asks: [asked('192.0.2.9', { refused: 'no-zone' })] }, /not served here/, /zone status/],
  ['no room', { asks: [asked('192.0.2.9', { refused: 'unavailable' })] }, /SERVFAIL/, /asks again/],
  ['malformed', { asks: [asked('192.0.2.9', { refused: 'other' })] }, /not understood/, /log of this server/],
  ['broken off', { asks: [asked('192.0.2.9')] }, /did not come to its end/, /cut on the way/],
  ['another address, allowed', { asks: [asked('198.51.100.7')] }, /from 198\.51\.100\.7.*answered/, /transfer-source/],
  ['another address', { asks: [asked('198.51.100.7', { refused: 'acl' })] }, /instead of 192.*refused/, /allow 198/],
  [
    'fetched, and not answered with',
    { asks: [{ peer: '192.0.2.9', served: { zone: '', peer: '', serial: 42, at: 12_000 } }] },
    /fetched serial 42 at 00:00:12 UTC/,
    /ZONEMD/,
  ],
  [
    'NOTIFY refused (RFC 1996 3.10)',
    { acknowledgedAt: undefined, notifyRefused: '192.0.2.9:53 answers the NOTIFY with REFUSED' },
    /NOTIFY with REFUSED/,
    /allow-notify/,
  ],
  ['NOTIFY not answered', { acknowledgedAt: 1_000, silent: 3 }, /NOTIFY is not answered/, /right address/],
];

describe('why a secondary that was told does not have it', () => {
  it.each(CASES)('%s', (_what, facts, reason, next) => {
    const likely = likelyReason({ ...ACKNOWLEDGED, ...facts });
    expect(likely?.reason).toMatch(reason);
    expect(likely?.next).toMatch(next);
  });

  it('nothing is said too early: it may be fetching just now', () => {
    expect(likelyReason({ ...ACKNOWLEDGED, since: 19_000, acknowledgedAt: 19_001 })).toBeUndefined();
    expect(likelyReason({ ...ACKNOWLEDGED, since: 19_000, silent: 1 })).toBeUndefined();
  });
});
