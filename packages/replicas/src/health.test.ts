import { describe, expect, it } from 'vitest';
import { type HealthFacts, healthOf, span } from './health.ts';
import type { HealthState } from './model.ts';

const NOW = 1_000_000_000;
const HOUR = 3_600_000;

/** In sync since a while. */
const FACTS: HealthFacts = {
  now: NOW,
  secondary: 'fra1',
  address: '192.0.2.9:53',
  serial: 42,
  seen: { serial: 42, at: NOW - HOUR },
  silent: 0,
};
const lacking = (ms: number, count = 1) => ({
  seen: { serial: 41, at: NOW - HOUR },
  missing: { count, oldestAt: NOW - ms },
});
const expiry = (fraction: number, source: 'receipt' | 'edns' | 'estimate' = 'estimate') => ({
  expiry: { at: NOW + (1 - fraction) * 100 * HOUR, fraction, source },
});
const receipt = (state: string) => ({ receipt: { node: 'fra1', state, at: NOW } });

const CASES: [what: string, facts: Partial<HealthFacts>, state: HealthState, reason: RegExp, next: RegExp][] = [
  ['nothing known yet', { seen: undefined }, 'unknown', /has not been asked/, /within 30 s/],
  ['answers with our serial', {}, 'in-sync', /answers with serial 42/, /^$/],
  ['a change under way', lacking(400), 'in-sync', /on its way .* 400 ms/, /^$/],
  [
    'a change since a minute',
    lacking(60_000, 3),
    'behind',
    /serial 41 instead of 42 since 1 min, 3 behind/,
    /repeated/,
  ],
  [
    'behind, with a likely reason',
    { ...lacking(60_000), likely: { reason: 'no acl', next: 'Add it.' } },
    'behind',
    /: no acl\./,
    /^Add it\.$/,
  ],
  ['behind from before our start', { seen: { serial: 7, at: 1 } }, 'behind', /serial 7 instead of 42\./, /repeated/],
  ['one lost packet', { silent: 1 }, 'in-sync', /answers/, /^$/],
  [
    'two',
    { silent: 2, silentSince: NOW - 3_000, lastFailure: 'no answer' },
    'unreachable',
    /for 3 s: no answer/,
    /dig @192\.0\.2\.9 -p 53/,
  ],
  ['never answered', { seen: undefined, silent: 5 }, 'unreachable', /does not answer over UDP/, /firewall/],
  [
    'REFUSED to the SOA query',
    { probeRefused: 'it answers REFUSED' },
    'refusing',
    /answers REFUSED\./,
    /Configure the zone/,
  ],
  [
    'SERVFAIL to the SOA query: it knows the zone, and what keeps it from fetching it was seen',
    { seen: undefined, probeRefused: 'it answers SERVFAIL', likely: { reason: 'no acl', next: 'Add it.' } },
    'refusing',
    /answers SERVFAIL; no acl\./,
    /^Add it\.$/,
  ],
  [
    'NOTIFY refused, and behind (RFC 1996 3.10)',
    { ...lacking(5_000), notifyRefused: 'NOTIFY: REFUSED' },
    'refusing',
    /NOTIFY/,
    /allow-notify/,
  ],
  ['NOTIFY refused, and not behind', { notifyRefused: 'NOTIFY: REFUSED' }, 'in-sync', /answers/, /^$/],
  ['49 % of EXPIRE', { silent: 2, ...expiry(0.49) }, 'unreachable', /does not answer/, /firewall/],
  [
    '50 % of EXPIRE',
    { silent: 2, ...expiry(0.5) },
    'expiring',
    /50 % of EXPIRE.* in 2 d 2 h \(reckoned/,
    /refresh the zone there/,
  ],
  ['75 %', { silent: 2, ...expiry(0.75) }, 'expiring', /75 % of EXPIRE.* in 1 d 1 h/, /reachable/],
  [
    '90 %, by its own word, although it answers',
    expiry(0.9, 'edns'),
    'expiring',
    /90 % of EXPIRE.* in 10 h 0 min\.$/,
    /refresh/,
  ],
  [
    'over (RFC 1035 3.3.13)',
    { silent: 2, ...expiry(1) },
    'expired',
    /must have let .* last answered with serial 42/,
    /refresh/,
  ],
  ['over, but it answers: reckoning is no proof', expiry(1), 'expiring', /100 %/, /refresh/],
  ['its receipt says expired', receipt('expired'), 'expired', /says that the zone has expired/, /refresh/],
  ['ahead', { seen: { serial: 43, at: NOW } }, 'ahead', /serial 43, which is not older than our 42/, /primaries/],
  [
    'ahead across the end (RFC 1982 3.2)',
    { serial: 4_294_967_295, seen: { serial: 3, at: NOW } },
    'ahead',
    /serial 3/,
    /above 3/,
  ],
  [
    'no order (RFC 1982 3.2)',
    { serial: 0, seen: { serial: 2_147_483_648, at: NOW } },
    'ahead',
    /2147483648/,
    /RFC 1982/,
  ],
  [
    'other content',
    { diverged: { serial: 42, how: 'digest ab, ours cd', isKept: false } },
    'diverged',
    /serial 42 but with other content than ours: digest ab/,
    /retransfer/,
  ],
  [
    'other content, of a serial since left',
    { diverged: { serial: 41, how: 'x', isKept: false } },
    'in-sync',
    /answers/,
    /^$/,
  ],
];

describe('health of a zone at a secondary', () => {
  it.each(CASES)('%s', (_what, facts, state, reason, next) => {
    const verdict = healthOf({ ...FACTS, ...facts });
    expect(verdict.state).toBe(state);
    expect(verdict.reason).toMatch(reason);
    expect(verdict.next).toMatch(next);
  });

  it('an IPv6 address is written as dig takes it', () => {
    expect(healthOf({ ...FACTS, silent: 2, address: '[2001:db8::1]:5300' }).next).toContain('dig @2001:db8::1 -p 5300');
  });

  it('spans have two units at most', () => {
    expect([0, 4_400, 90_000, 2 * HOUR, 50 * HOUR].map(span)).toEqual(['0 s', '4 s', '1 min', '2 h 0 min', '2 d 2 h']);
  });
});
