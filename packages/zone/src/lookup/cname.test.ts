import { describe, expect, it } from 'vitest';
import { ask, NEGATIVE_SOA, zone } from '../fixtures/zone-text.ts';
import { MAX_CHAIN } from './lookup-result.ts';

const version = zone(`
  a        CNAME b
  b        CNAME c
  c        A     192.0.2.1
  away     CNAME www.elsewhere.test.
  gone     CNAME nowhere
  nodata   CNAME c
  del      CNAME host.sub
  sub      NS    ns.sub
  ns.sub   A     192.0.2.53
  self     CNAME self
  loop1    CNAME loop2
  loop2    CNAME LOOP1
  apex     CNAME @
  signed   CNAME c
  signed   RRSIG CNAME 8 2 300 20300101000000 20200101000000 1 example. AAAA
  signed   RRSIG NSEC 8 2 300 20300101000000 20200101000000 1 example. AAAA
  signed   NSEC  z CNAME RRSIG NSEC
`);

describe('CNAME', () => {
  it('a chain inside the zone is followed to its end (RFC 1034 4.3.2 step 3a)', () => {
    expect(ask(version, 'a.example. A')).toEqual({
      rcode: 'NOERROR',
      aa: true,
      answer: [
        'a.example. 300 IN CNAME b.example.',
        'b.example. 300 IN CNAME c.example.',
        'c.example. 300 IN A 192.0.2.1',
      ],
      authority: [],
      additional: [],
      requiredGlue: 0,
    });
  });

  it('asked for CNAME it is not followed (RFC 1034 4.3.2 step 3a)', () => {
    expect(ask(version, 'a.example. CNAME').answer).toEqual(['a.example. 300 IN CNAME b.example.']);
  });

  it('asked for ANY it is not followed', () => {
    expect(ask(version, 'a.example. ANY').answer).toEqual(['a.example. 300 IN CNAME b.example.']);
  });

  it('out of the zone it ends the answer, without SOA or NS', () => {
    expect(ask(version, 'away.example. A')).toMatchObject({
      rcode: 'NOERROR',
      aa: true,
      answer: ['away.example. 300 IN CNAME www.elsewhere.test.'],
      authority: [],
    });
  });

  it('to a name that does not exist the RCODE is that of the last name (RFC 6604 3, RFC 2308 2.1)', () => {
    expect(ask(version, 'gone.example. A')).toMatchObject({
      rcode: 'NXDOMAIN',
      aa: true,
      answer: ['gone.example. 300 IN CNAME nowhere.example.'],
      authority: [NEGATIVE_SOA],
    });
  });

  it('to a name without the type it is NODATA with the SOA (RFC 2308 2.2)', () => {
    expect(ask(version, 'nodata.example. AAAA')).toMatchObject({
      rcode: 'NOERROR',
      answer: ['nodata.example. 300 IN CNAME c.example.'],
      authority: [NEGATIVE_SOA],
    });
  });

  it('into a delegation it ends in a referral, and AA stays for the alias (RFC 1034 4.3.2, RFC 2181 6.1)', () => {
    expect(ask(version, 'del.example. A')).toEqual({
      rcode: 'NOERROR',
      aa: true,
      answer: ['del.example. 300 IN CNAME host.sub.example.'],
      authority: ['sub.example. 300 IN NS ns.sub.example.'],
      additional: ['ns.sub.example. 300 IN A 192.0.2.53'],
      requiredGlue: 1,
    });
  });

  it('to the apex', () => {
    expect(ask(version, 'apex.example. SOA').answer).toEqual([
      'apex.example. 300 IN CNAME example.',
      'example. 3600 IN SOA ns.example. hostmaster.example. 1 7200 600 86400 60',
    ]);
  });

  it.each([
    ['self.example. A', ['self.example. 300 IN CNAME self.example.']],
    ['loop1.example. A', ['loop1.example. 300 IN CNAME loop2.example.', 'loop2.example. 300 IN CNAME LOOP1.example.']],
  ])('a loop ends where it closes: %s (RFC 1034 3.6.2)', (question, answer) => {
    expect(ask(version, question)).toMatchObject({ rcode: 'NOERROR', aa: true, answer, authority: [] });
  });

  it('a longer chain than MAX_CHAIN ends there', () => {
    let text = 'c40 A 192.0.2.1\n';
    for (let i = 0; i < 40; i++) text += `c${i} CNAME c${i + 1}\n`;
    const long = zone(text);
    expect(ask(long, 'c0.example. A').answer).toHaveLength(MAX_CHAIN + 1);
    expect(ask(long, `c${40 - MAX_CHAIN}.example. A`).answer.at(-1)).toBe('c40.example. 300 IN A 192.0.2.1');
  });

  it('RRSIG and NSEC beside a CNAME are answered from the name itself (RFC 4035 2.5)', () => {
    expect(ask(version, 'signed.example. NSEC').answer).toEqual([
      'signed.example. 300 IN NSEC z.example. CNAME RRSIG NSEC',
    ]);
    expect(ask(version, 'signed.example. RRSIG').answer).toHaveLength(2);
  });

  it('with DO its RRSIG follows it (RFC 4035 3.1)', () => {
    const { answer } = ask(version, 'signed.example. A DO');
    expect(answer.map((line) => line.split(' ').slice(0, 5).join(' '))).toEqual([
      'signed.example. 300 IN CNAME c.example.',
      'signed.example. 300 IN RRSIG CNAME',
      'c.example. 300 IN A 192.0.2.1',
    ]);
  });

  it.each(['RRSIG', 'NSEC'])(
    '%s asked for at an alias that has none: no data, the alias is not followed (RFC 4035 2.5)',
    (type) => {
      expect(ask(version, `a.example. ${type}`)).toMatchObject({
        rcode: 'NOERROR',
        answer: [],
        authority: [NEGATIVE_SOA],
      });
    },
  );

  it('keeps the case of the name asked for (RFC 4343 4.1)', () => {
    expect(ask(version, 'NoData.eXample. A').answer[0]).toBe('NoData.eXample. 300 IN CNAME c.example.');
  });
});
