import { name } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { ask, NEGATIVE_SOA, zone } from '../fixtures/zone-text.ts';
import { MAX_CHAIN } from './lookup-result.ts';

const version = zone(`
  old          600 DNAME new
  old              TXT   "beside the DNAME"
  host.old         A     192.0.2.66
  a.new            A     192.0.2.1
  b.a.new          A     192.0.2.2
  out              DNAME elsewhere.test.
  root             DNAME .
  back             DNAME loop
  loop             DNAME back
  grow             DNAME x.grow
  one              DNAME two
  two              DNAME three
  x.three          A     192.0.2.3
  alias            CNAME a.old
  nowhere          DNAME nothing
`);

describe('DNAME', () => {
  it('redirects what is below, with a CNAME of its TTL (RFC 6672 3.1 and 3.2)', () => {
    expect(ask(version, 'b.a.old.example. A')).toEqual({
      rcode: 'NOERROR',
      aa: true,
      answer: [
        'old.example. 600 IN DNAME new.example.',
        'b.a.old.example. 600 IN CNAME b.a.new.example.',
        'b.a.new.example. 300 IN A 192.0.2.2',
      ],
      authority: [],
      additional: [],
      requiredGlue: 0,
    });
  });

  it('does not redirect its owner (RFC 6672 2.3)', () => {
    expect(ask(version, 'old.example. TXT').answer).toEqual(['old.example. 300 IN TXT "beside the DNAME"']);
    expect(ask(version, 'old.example. A')).toMatchObject({ rcode: 'NOERROR', answer: [], authority: [NEGATIVE_SOA] });
  });

  it('is answered when asked for', () => {
    expect(ask(version, 'old.example. DNAME').answer).toEqual(['old.example. 600 IN DNAME new.example.']);
  });

  it('hides names below it (RFC 6672 2.4)', () => {
    expect(ask(version, 'host.old.example. A')).toMatchObject({
      rcode: 'NXDOMAIN',
      answer: ['old.example. 600 IN DNAME new.example.', 'host.old.example. 600 IN CNAME host.new.example.'],
      authority: [NEGATIVE_SOA],
    });
  });

  it('out of the zone it ends the answer', () => {
    expect(ask(version, 'x.y.out.example. A')).toMatchObject({
      rcode: 'NOERROR',
      answer: ['out.example. 300 IN DNAME elsewhere.test.', 'x.y.out.example. 300 IN CNAME x.y.elsewhere.test.'],
      authority: [],
    });
  });

  it('to the root', () => {
    expect(ask(version, 'x.root.example. A').answer).toEqual([
      'root.example. 300 IN DNAME .',
      'x.root.example. 300 IN CNAME x.',
    ]);
  });

  it('a chain of them (RFC 6672 3.2)', () => {
    expect(ask(version, 'x.one.example. A').answer).toEqual([
      'one.example. 300 IN DNAME two.example.',
      'x.one.example. 300 IN CNAME x.two.example.',
      'two.example. 300 IN DNAME three.example.',
      'x.two.example. 300 IN CNAME x.three.example.',
      'x.three.example. 300 IN A 192.0.2.3',
    ]);
  });

  it('behind a CNAME', () => {
    expect(ask(version, 'alias.example. A').answer).toEqual([
      'alias.example. 300 IN CNAME a.old.example.',
      'old.example. 600 IN DNAME new.example.',
      'a.old.example. 600 IN CNAME a.new.example.',
      'a.new.example. 300 IN A 192.0.2.1',
    ]);
  });

  it.each(['CNAME', 'ANY'])(
    'asked for %s the CNAME made of it is the answer (RFC 1034 4.3.2 step 3a, RFC 6672 3.1)',
    (type) => {
      expect(ask(version, `nowhere.old.example. ${type}`)).toMatchObject({
        rcode: 'NOERROR',
        answer: ['old.example. 600 IN DNAME new.example.', 'nowhere.old.example. 600 IN CNAME nowhere.new.example.'],
        authority: [],
      });
    },
  );

  it('a loop ends where it closes (RFC 6672 2.2 leaves loops to the operator)', () => {
    expect(ask(version, 'x.back.example. A')).toMatchObject({ rcode: 'NOERROR', authority: [] });
    expect(ask(version, 'x.back.example. A').answer).toHaveLength(4);
  });

  it('one that makes names longer ends at MAX_CHAIN, and is in the answer once (RFC 2181 5)', () => {
    expect(ask(version, 'y.grow.example. A').answer).toHaveLength(1 + MAX_CHAIN + 1);
  });

  it('a name that becomes longer than 255 octets is YXDOMAIN, with the DNAME and no CNAME (RFC 6672 2.2)', () => {
    const label = 'l'.repeat(60);
    const longTarget = zone(`d DNAME ${label}.${label}.${label}`);
    expect(ask(longTarget, `${'x'.repeat(59)}.d.example. A`)).toMatchObject({ rcode: 'NXDOMAIN' });
    expect(ask(longTarget, `${'x'.repeat(63)}.d.example. A`)).toMatchObject({
      rcode: 'YXDOMAIN',
      aa: true,
      answer: [`d.example. 300 IN DNAME ${label}.${label}.${label}.example.`],
      authority: [],
    });
  });

  it('a DNAME at a wildcard stands for other names too: asked for, each owner has its own (RFC 4592 4.4)', () => {
    const wild = zone('* 300 DNAME x.y');
    expect(ask(wild, 'a.*.example. DNAME').answer).toEqual([
      '*.example. 300 IN DNAME x.y.example.',
      'a.*.example. 300 IN CNAME a.x.y.example.',
      'a.x.y.example. 300 IN DNAME x.y.example.',
    ]);
  });

  it('that leads to its own owner is in the answer once, also when it is asked for, as are its RRSIGs (RFC 2181 5)', () => {
    const back = zone(`
      c DNAME @
      c RRSIG DNAME 8 2 300 20300101000000 20200101000000 1 example. AAAA
    `);
    for (const question of [
      'c.c.example. DNAME',
      'c.c.example. DNAME DO',
      'c.c.example. RRSIG',
      'c.c.example. RRSIG DO',
    ]) {
      const { answer } = ask(back, question);
      expect(answer.length, question).toBeGreaterThan(1);
      expect(new Set(answer).size, question).toBe(answer.length);
    }
  });

  it('a name of exactly 255 octets is still good (RFC 6672 2.2)', () => {
    const label = 'l'.repeat(60);
    const version = zone(`d DNAME ${label}.${label}.${label}`);
    // 3 * 61 + "example." 9 = 192; 62 octets of label and its length octet make 255.
    const { answer } = ask(version, `${'x'.repeat(62)}.d.example. A`);
    expect(answer).toHaveLength(2);
    expect(name(answer[1].split(' ')[4])).toHaveLength(255);
  });

  it('to a name that does not exist: NXDOMAIN of the target (RFC 6604 3)', () => {
    expect(ask(version, 'x.nowhere.example. A')).toMatchObject({ rcode: 'NXDOMAIN', authority: [NEGATIVE_SOA] });
  });

  it('at the apex redirects all other names of the zone (RFC 6672 2.3)', () => {
    const apex = zone('@ DNAME elsewhere.test.\n@ NS ns.elsewhere.test.');
    expect(ask(apex, 'www.example. A').answer).toEqual([
      'example. 300 IN DNAME elsewhere.test.',
      'www.example. 300 IN CNAME www.elsewhere.test.',
    ]);
    expect(ask(apex, 'example. NS').answer).toEqual(['example. 300 IN NS ns.elsewhere.test.']);
  });

  it('with DO its RRSIG is there, and the CNAME made from it has none (RFC 6672 5.3.1)', () => {
    const signed = zone(`
      d DNAME elsewhere.test.
      d RRSIG DNAME 8 2 300 20300101000000 20200101000000 1 example. AAAA
    `);
    expect(ask(signed, 'x.d.example. A DO').answer.map((line) => line.split(' ')[3])).toEqual([
      'DNAME',
      'RRSIG',
      'CNAME',
    ]);
  });
});
