import type { ZoneStatus } from '@zonewire/nameserver';
import { describe, expect, it } from 'vitest';
import type { HealthState } from '../model.ts';
import { type OwnFacts, ownExpiry, ownHealth, ownHealthChangesAt } from './own-health.ts';

const NOW = 1_000_000_000;
const HOUR = 3_600_000;
const EXPIRE = 100 * 3_600;

/** Confirmed a minute ago. */
const STATUS: ZoneStatus = {
  zone: 'example.test.',
  role: 'secondary',
  state: 'serving',
  served: { serial: 42, at: NOW - HOUR },
  expireAt: NOW - 60_000 + EXPIRE * 1000,
  lastCheck: { at: NOW - 60_000, from: '192.0.2.1:53', serial: 42, result: 'up to date' },
  primaries: [{ id: 'hub', address: '192.0.2.1:53', state: 'ok' }],
};
const facts = (more: Partial<ZoneStatus>): OwnFacts => ({ now: NOW, expire: EXPIRE, status: { ...STATUS, ...more } });
const failed = (code: string, message = 'it went wrong') => ({ lastError: { at: NOW, code, message } });
const used = (fraction: number) => ({ expireAt: NOW + (1 - fraction) * EXPIRE * 1000 });

const CASES: [what: string, status: Partial<ZoneStatus>, state: HealthState, reason: RegExp, next: RegExp][] = [
  ['confirmed', {}, 'in-sync', /serial 42.*192\.0\.2\.1:53/, /^$/],
  ['not transferred yet', { state: 'loading', served: undefined }, 'unknown', /being transferred/, /^$/],
  [
    'not transferred, and no primary answers',
    { state: 'loading', served: undefined, ...failed('timeout', 'no answer within 2 s') },
    'unreachable',
    /no answer within 2 s\.$/,
    /hub 192\.0\.2\.1:53.*firewall/,
  ],
  ['nothing listens', failed('connection-refused'), 'unreachable', /it went wrong/, /firewall/],
  ['REFUSED', failed('rcode-5', 'refused: REFUSED'), 'refusing', /REFUSED/, /acl, key/],
  ['NOTAUTH', failed('rcode-9'), 'refusing', /wrong/, /key and time/],
  ['a TSIG of the primary that does not verify (RFC 8945 5.3)', failed('tsig-badsig'), 'refusing', /wrong/, /key/],
  ['a resolver instead of a primary', failed('not-authoritative'), 'refusing', /wrong/, /acl/],
  [
    'refused, and something newer is known of',
    { ...failed('rcode-5'), notified: { serial: 43, at: NOW - 9_000 } },
    'refusing',
    /Serial 43 is known of/,
    /acl/,
  ],
  [
    'what came is not taken',
    { ...failed('zonemd-failed', 'ZONEMD is wrong'), notified: { serial: 43, at: NOW - 9_000 } },
    'behind',
    /serial 43 .* since 9 s, 42 is served: ZONEMD is wrong\./,
    /zone refresh example\.test\./,
  ],
  ['a NOTIFY a moment ago', { notified: { serial: 43, at: NOW - 900 } }, 'in-sync', /42/, /^$/],
  ['a NOTIFY, and no transfer', { notified: { serial: 43, at: NOW - 1_100 } }, 'behind', /no primary has given/, /See/],
  [
    'a NOTIFY across the end of the numbers (RFC 1982 3.2)',
    { served: { serial: 4_294_967_295, at: 1 }, notified: { serial: 2, at: NOW - 5_000 } },
    'behind',
    /serial 2 /,
    /See/,
  ],
  ['an old NOTIFY', { notified: { serial: 41, at: NOW - 90_000 } }, 'in-sync', /42/, /^$/],
  [
    'a primary that was asked has more',
    { lastCheck: { at: NOW - 5_000, from: 'x', serial: 44, result: 'we have 42' } },
    'behind',
    /serial 44/,
    /See/,
  ],
  [
    'a long transfer',
    { notified: { serial: 43, at: NOW - 60_000 }, refreshing: true },
    'behind',
    /transfer is under way/,
    /^$/,
  ],
  ['an older serial at every primary', failed('primary-serial-older', 'serves 41'), 'ahead', /41/, /retransfer/],
  ['49 % of EXPIRE', { ...used(0.49), ...failed('timeout') }, 'unreachable', /wrong/, /firewall/],
  [
    '50 % of EXPIRE',
    { ...used(0.5), ...failed('timeout', 'no answer.') },
    'expiring',
    /50 % .* in 2 d 2 h: no answer\.$/,
    /hub 192.*zone refresh example\.test\./,
  ],
  ['90 %', used(0.9), 'expiring', /90 %.* in 10 h 0 min\./, /refresh/],
  [
    'over (RFC 1035 3.3.13)',
    { state: 'expired', served: undefined, ...used(1), ...failed('timeout', 'no answer') },
    'expired',
    /SERVFAIL: no answer\./,
    /refresh/,
  ],
];

describe('health of a zone at the node that is secondary for it', () => {
  it.each(CASES)('%s', (_what, status, state, reason, next) => {
    const verdict = ownHealth(facts(status));
    expect(verdict.state).toBe(state);
    expect(verdict.reason).toMatch(reason);
    expect(verdict.next).toMatch(next);
  });

  it('the countdown is a fraction of SOA EXPIRE', () => {
    expect(ownExpiry(facts(used(0.75)))).toMatchObject({ fraction: 0.75, at: NOW + 25 * HOUR });
    expect(ownExpiry(facts({ expireAt: undefined }))).toBeUndefined();
  });

  it('it is looked at again when time alone may change it: at each mark, and when a change is late', () => {
    const start = NOW - 10 * HOUR;
    const expireAt = start + 100 * HOUR;
    const at = (now: number, more = {}) => ownHealthChangesAt({ ...facts({ expireAt, ...more }), now });
    expect([at(NOW), at(start + 50 * HOUR), at(start + 80 * HOUR), at(start + 95 * HOUR)]).toEqual(
      [50, 75, 90, 100].map((hours) => start + hours * HOUR),
    );
    expect(at(NOW, { notified: { serial: 43, at: NOW } })).toBe(NOW + 1_001);
    expect(at(expireAt)).toBeUndefined();
  });
});
