import { describe, expect, it } from 'vitest';
import { ask, zone } from '../fixtures/zone-text.ts';

const version = zone(`
  @             NS   ns.sub
  @             NS   ns
  ns            A    192.0.2.1
  ns            AAAA 2001:db8::1
  sub           NS   ns.sub
  sub           NS   ns.sib
  sub           NS   ns
  sub           NS   ns.elsewhere.test.
  sub           NS   sub
  ns.sub        A    192.0.2.2
  ns.sub        AAAA 2001:db8::2
  sub           A    192.0.2.3
  sib           NS   ns.sib
  ns.sib        A    192.0.2.4
  mx            MX   10 mail.sub
  mx            MX   20 mail
  mail.sub      A    192.0.2.5
  mail          A    192.0.2.6
  broken        NS   ns.broken
  cyclic1       NS   ns.cyclic2
  cyclic2       NS   ns.cyclic1
  ns.cyclic1    A    192.0.2.7
  ns.cyclic2    A    192.0.2.8
  case          NS   NS.Case
  ns.case       A    192.0.2.9
  wild          NS   ns.w
  *.w           A    192.0.2.10
`);

describe('glue', () => {
  it('servers below the cut first, and required; then those elsewhere in the zone (RFC 9471 2.1, 2.2, 3)', () => {
    expect(ask(version, 'www.sub.example. A')).toMatchObject({
      additional: [
        'ns.sub.example. 300 IN A 192.0.2.2',
        'ns.sub.example. 300 IN AAAA 2001:db8::2',
        'sub.example. 300 IN A 192.0.2.3',
        'ns.sib.example. 300 IN A 192.0.2.4',
        'ns.example. 300 IN A 192.0.2.1',
        'ns.example. 300 IN AAAA 2001:db8::1',
      ],
      requiredGlue: 3,
    });
  });

  it('sibling glue of a cycle is there too, not required (RFC 9471 2.3)', () => {
    expect(ask(version, 'x.cyclic1.example. A')).toMatchObject({
      authority: ['cyclic1.example. 300 IN NS ns.cyclic2.example.'],
      additional: ['ns.cyclic2.example. 300 IN A 192.0.2.8'],
      requiredGlue: 0,
    });
  });

  it('a server in the zone without address has no glue', () => {
    expect(ask(version, 'x.broken.example. A')).toMatchObject({ additional: [], requiredGlue: 0 });
  });

  it('is found whatever the case, and owned as the NS writes it (RFC 4343)', () => {
    expect(ask(version, 'x.case.example. A')).toMatchObject({
      additional: ['NS.Case.example. 300 IN A 192.0.2.9'],
      requiredGlue: 1,
    });
  });

  it('is not made from a wildcard', () => {
    expect(ask(version, 'x.wild.example. A').additional).toEqual([]);
  });

  it('serves the NS of the apex too', () => {
    expect(ask(version, 'example. NS').additional).toEqual([
      'ns.sub.example. 300 IN A 192.0.2.2',
      'ns.sub.example. 300 IN AAAA 2001:db8::2',
      'ns.example. 300 IN A 192.0.2.1',
      'ns.example. 300 IN AAAA 2001:db8::1',
    ]);
  });

  it('is not given as the address of anything but a server: below a cut it is not our data (RFC 2181 5.4.1)', () => {
    expect(ask(version, 'mx.example. MX').additional).toEqual(['mail.example. 300 IN A 192.0.2.6']);
  });
});
