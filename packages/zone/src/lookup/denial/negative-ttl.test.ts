import { describe, expect, it } from 'vitest';
import { type Signing, sign } from '../../fixtures/signed-zone.ts';
import { ask, records, soa, zoneOf } from '../../fixtures/zone-text.ts';

/** The SOA of the fixtures: TTL 3600, MINIMUM 60. */
const PLAIN = [soa(1), ...records('@ NS ns\nns A 192.0.2.1\n*.wild A 192.0.2.3\ncut NS elsewhere.')];

describe.each(['nsec', 'nsec3'] as const)('TTL of %s in the authority section (RFC 9077 3)', (denial) => {
  const ttls = (how: Signing, question: string) =>
    ask(zoneOf(sign(PLAIN, how)), `${question} DO`)
      .authority.filter((line) => new RegExp(` (RRSIG )?${denial.toUpperCase()} `).test(line))
      .map((line) => Number(line.split(' ')[1]));

  it.each([
    [3600, 60],
    [60, 60],
    [30, 30],
  ])('signed with %i it is %i: never above what the SOA of a negative answer has, RRSIG alike', (signed, expected) => {
    for (const question of ['nothing.example. A', 'ns.example. TXT', 'x.wild.example. A', 'www.cut.example. A']) {
      const got = ttls({ denial, ttl: signed }, question);
      expect(got.length).toBeGreaterThanOrEqual(2);
      expect(new Set(got)).toEqual(new Set([expected]));
    }
  });
});
