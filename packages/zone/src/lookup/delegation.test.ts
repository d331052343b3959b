import { describe, expect, it } from 'vitest';
import { ask, NEGATIVE_SOA, zone } from '../fixtures/zone-text.ts';

const version = zone(`
  @            RRSIG SOA 8 1 300 20300101000000 20200101000000 1 example. AAAA
  @            NS    ns
  ns           A     192.0.2.1
  sub          NS    ns.elsewhere.test.
  sub          TXT   "not ours to answer"
  sub          DS    1 8 2 ${'AB'.repeat(32)}
  sub          RRSIG DS 8 2 300 20300101000000 20200101000000 1 example. AAAA
  sub          RRSIG NS 8 2 300 20300101000000 20200101000000 1 example. AAAA
  www.sub      A     192.0.2.66
  *.sub        A     192.0.2.67
  deep.sub     NS    ns.deep.test.
  d.sub        DNAME elsewhere.test.
  plain        NS    ns.plain.test.
`);
const referral = {
  rcode: 'NOERROR',
  aa: false,
  answer: [],
  authority: ['sub.example. 300 IN NS ns.elsewhere.test.'],
  additional: [],
  requiredGlue: 0,
};

describe('delegations', () => {
  it.each([
    'sub.example. A',
    'sub.example. NS',
    'sub.example. SOA',
    'sub.example. TXT',
    'sub.example. ANY',
    'www.sub.example. A',
    'other.sub.example. A',
    'a.b.c.sub.example. A',
    'x.deep.sub.example. A',
    'x.d.sub.example. A',
    'www.sub.example. DS',
  ])('%s is a referral without AA; nothing below the cut is answered (RFC 1034 4.3.2 step 3b)', (question) => {
    expect(ask(version, question)).toEqual(referral);
  });

  it('the owner of the NS has the case of the question', () => {
    expect(ask(version, 'WWW.Sub.Example. A').authority).toEqual(['Sub.Example. 300 IN NS ns.elsewhere.test.']);
  });

  it('DS at the cut is the parent’s data (RFC 4035 3.1.4.1)', () => {
    expect(ask(version, 'sub.example. DS')).toEqual({
      rcode: 'NOERROR',
      aa: true,
      answer: [`sub.example. 300 IN DS 1 8 2 ${'AB'.repeat(32)}`],
      authority: [],
      additional: [],
      requiredGlue: 0,
    });
  });

  it('no DS at a cut is NODATA with AA, not a referral (RFC 4035 3.1.4.1)', () => {
    expect(ask(version, 'plain.example. DS')).toMatchObject({
      rcode: 'NOERROR',
      aa: true,
      answer: [],
      authority: [NEGATIVE_SOA],
    });
  });

  it('DS at the apex is NODATA here: it belongs to the parent (RFC 4035 3.1.4.1)', () => {
    expect(ask(version, 'example. DS')).toMatchObject({ rcode: 'NOERROR', aa: true, authority: [NEGATIVE_SOA] });
  });

  it('the DS of a zone that is not signed is no part of a referral, with DO or without (RFC 4035 3.1.4)', () => {
    const unsigned = zone(`sub NS ns.elsewhere.test.\nsub DS 1 8 2 ${'AB'.repeat(32)}`);
    expect(ask(unsigned, 'sub.example. A DO').authority).toEqual(referral.authority);
    expect(ask(unsigned, 'sub.example. DS').answer).toHaveLength(1);
  });

  it('with DO the referral has the DS and its RRSIG; NS at a cut is never signed (RFC 4035 3.1.4, 2.2)', () => {
    const { authority } = ask(version, 'www.sub.example. A DO');
    expect(authority.map((line) => line.split(' ').slice(0, 5).join(' '))).toEqual([
      'sub.example. 300 IN NS ns.elsewhere.test.',
      'sub.example. 300 IN DS 1',
      'sub.example. 300 IN RRSIG DS',
    ]);
  });

  it('NS at the apex is no cut (RFC 1034 4.2.1)', () => {
    expect(ask(version, 'example. NS')).toEqual({
      rcode: 'NOERROR',
      aa: true,
      answer: ['example. 300 IN NS ns.example.'],
      authority: [],
      additional: ['ns.example. 300 IN A 192.0.2.1'],
      requiredGlue: 0,
    });
  });

  it('the NS of a delegation hides a DNAME beside it (RFC 6672 3.2)', () => {
    const both = zone('c NS ns.test.\nc DNAME d.test.');
    expect(ask(both, 'x.c.example. A')).toMatchObject({ aa: false, authority: ['c.example. 300 IN NS ns.test.'] });
  });

  it('a name outside the zone is REFUSED, though it ends in the same octets', () => {
    expect(ask(version, 'example.test. A')).toMatchObject({ rcode: 'REFUSED', aa: false, answer: [], authority: [] });
    expect(ask(version, 'badexample. A').rcode).toBe('REFUSED');
    expect(ask(version, '. A').rcode).toBe('REFUSED');
  });

  it('the root as a zone (RFC 1034 3.1)', () => {
    const root = zone('@ NS a.root.test.\ncom. NS ns.com.\nns.com. A 192.0.2.1\na.root.test. A 192.0.2.2', '.');
    expect(ask(root, 'www.example.com. A')).toMatchObject({
      aa: false,
      authority: ['com. 300 IN NS ns.com.'],
      additional: ['ns.com. 300 IN A 192.0.2.1'],
      requiredGlue: 1,
    });
    expect(ask(root, '. NS').additional).toEqual(['a.root.test. 300 IN A 192.0.2.2']);
    expect(ask(root, 'nowhere. A').rcode).toBe('NXDOMAIN');
    expect(ask(root, 'test. A').rcode).toBe('NOERROR');
  });
});
