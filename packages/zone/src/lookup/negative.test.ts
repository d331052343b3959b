import { describe, expect, it } from 'vitest';
import { ask, NEGATIVE_SOA, zone } from '../fixtures/zone-text.ts';

describe('negative answers', () => {
  const version = zone('www A 192.0.2.1\nwww TXT x');

  it('a name that does not exist: NXDOMAIN, SOA in authority, AA (RFC 2308 2.1)', () => {
    expect(ask(version, 'nowhere.example. A')).toEqual({
      rcode: 'NXDOMAIN',
      aa: true,
      answer: [],
      authority: [NEGATIVE_SOA],
      additional: [],
      requiredGlue: 0,
    });
  });

  it('a type that does not exist: NOERROR, SOA in authority, AA (RFC 2308 2.2)', () => {
    expect(ask(version, 'www.example. AAAA')).toMatchObject({ rcode: 'NOERROR', aa: true, authority: [NEGATIVE_SOA] });
    expect(ask(version, 'www.example. TYPE65280')).toMatchObject({ rcode: 'NOERROR', authority: [NEGATIVE_SOA] });
    expect(ask(version, 'www.example. RRSIG')).toMatchObject({ rcode: 'NOERROR', authority: [NEGATIVE_SOA] });
  });

  it('a name below one that exists does not exist for that (RFC 8020 2)', () => {
    expect(ask(version, 'a.www.example. A').rcode).toBe('NXDOMAIN');
  });

  it('the owner of the SOA has the case of the question', () => {
    expect(ask(version, 'x.EXAMPLE. A').authority[0]).toMatch(/^EXAMPLE\. 60 /);
  });

  it.each([
    [3600, 60, 60],
    [30, 60, 30],
    [60, 60, 60],
    [0, 60, 0],
  ])('SOA TTL %i, MINIMUM %i: TTL %i (RFC 2308 5)', (ttl, minimum, expected) => {
    const short = zone(`@ ${ttl} SOA ns hostmaster 1 2 3 4 ${minimum}`);
    expect(ask(short, 'x.example. A').authority[0]).toMatch(new RegExp(`^example\\. ${expected} IN SOA `));
    expect(ask(short, 'example. SOA').answer[0]).toMatch(new RegExp(`^example\\. ${ttl} IN SOA `));
  });

  it('with DO the SOA’s RRSIG comes with the same TTL (RFC 4035 3.1.3.2, RFC 4034 3)', () => {
    const signed = zone(`
      @ 3600 SOA ns hostmaster 1 2 3 4 60
      @ 3600 RRSIG SOA 8 1 3600 20300101000000 20200101000000 1 example. AAAA
    `);
    expect(ask(signed, 'x.example. A DO').authority.map((line) => line.split(' ').slice(0, 5).join(' '))).toEqual([
      'example. 60 IN SOA ns.example.',
      'example. 60 IN RRSIG SOA',
    ]);
    expect(ask(signed, 'x.example. A').authority).toHaveLength(1);
  });
});
