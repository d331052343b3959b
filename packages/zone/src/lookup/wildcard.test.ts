import { describe, expect, it } from 'vitest';
import { ask, NEGATIVE_SOA, zone } from '../fixtures/zone-text.ts';

// The zone of RFC 4592 2.2.1 and its questions, and what its sections 2 to 4 add.
const RFC_4592 = zone(`
@                 NS    ns.example.com.
@                 NS    ns.example.net.
*                 TXT   "this is a wildcard"
*                 MX    10 host1
sub.*             TXT   "this is not a wildcard"
host1             A     192.0.2.1
_ssh._tcp.host1   SRV   1 2 3 host1
_ssh._tcp.host2   SRV   1 2 3 host1
subdel            NS    ns.example.com.
subdel            NS    ns.example.net.
`);

describe('the questions of RFC 4592 2.2.1', () => {
  const synthesized: [string, string[]][] = [
    ['host3.example. MX', ['host3.example. 300 IN MX 10 host1.example.']],
    ['foo.bar.example. TXT', ['foo.bar.example. 300 IN TXT "this is a wildcard"']],
  ];
  it.each(synthesized)('%s is synthesized from the wildcard (RFC 4592 2.2.1)', (question, answer) => {
    expect(ask(RFC_4592, question)).toMatchObject({ rcode: 'NOERROR', aa: true, answer, authority: [] });
  });

  it('an answer of another type from the wildcard is NODATA (RFC 4592 2.2.1)', () => {
    expect(ask(RFC_4592, 'host3.example. A')).toEqual({
      rcode: 'NOERROR',
      aa: true,
      answer: [],
      authority: [NEGATIVE_SOA],
      additional: [],
      requiredGlue: 0,
    });
  });

  it.each([
    ['host1.example. MX', 'because host1.example. exists'],
    ['sub.*.example. MX', 'because sub.*.example. exists'],
    ['_tcp.host1.example. TXT', 'because it is an empty non-terminal'],
  ])('%s is NODATA, %s (RFC 4592 2.2.1)', (question) => {
    expect(ask(RFC_4592, question)).toMatchObject({ rcode: 'NOERROR', answer: [], authority: [NEGATIVE_SOA] });
  });

  it.each([
    ['_telnet._tcp.host1.example. SRV', 'its closest encloser _tcp.host1.example. has no wildcard'],
    ['ghost.*.example. MX', 'its closest encloser *.example. has no wildcard'],
  ])('%s does not exist: %s (RFC 4592 2.2.1)', (question) => {
    expect(ask(RFC_4592, question)).toMatchObject({ rcode: 'NXDOMAIN', answer: [], authority: [NEGATIVE_SOA] });
  });

  it('host.subdel.example. A is delegated, not synthesized (RFC 4592 2.2.1)', () => {
    expect(ask(RFC_4592, 'host.subdel.example. A')).toMatchObject({
      rcode: 'NOERROR',
      aa: false,
      answer: [],
      authority: ['subdel.example. 300 IN NS ns.example.com.', 'subdel.example. 300 IN NS ns.example.net.'],
    });
  });
});

describe('asterisk labels', () => {
  it('a question for the wildcard itself finds it as any name (RFC 4592 2.3)', () => {
    expect(ask(RFC_4592, '*.example. TXT').answer).toEqual(['*.example. 300 IN TXT "this is a wildcard"']);
  });

  it('an asterisk that is not the first label is an ordinary label (RFC 4592 2.1.3)', () => {
    expect(ask(RFC_4592, 'sub.*.example. TXT').answer).toEqual(['sub.*.example. 300 IN TXT "this is not a wildcard"']);
  });

  it('a label **, or one that starts with *, is no wildcard (RFC 4592 2.1.1)', () => {
    const version = zone('** A 192.0.2.1\n*a.b A 192.0.2.2');
    expect(ask(version, 'x.example. A').rcode).toBe('NXDOMAIN');
    expect(ask(version, 'xa.b.example. A').rcode).toBe('NXDOMAIN');
  });
});

describe('the closest encloser decides', () => {
  const version = zone(`
    *        A 192.0.2.1
    *.a      A 192.0.2.2
    b.a      A 192.0.2.3
    x.*.c    A 192.0.2.4
    *.d      CNAME target
    *.e      CNAME missing
    *.g      NS ns.elsewhere.test.
    target   A 192.0.2.5
    *.h      TXT "of h"
    *.h      RRSIG TXT 8 2 300 20300101000000 20200101000000 1 example. AAAA
  `);
  it.each([
    ['z.example. A', ['z.example. 300 IN A 192.0.2.1']],
    ['z.a.example. A', ['z.a.example. 300 IN A 192.0.2.2']],
    ['z.y.a.example. A', ['z.y.a.example. 300 IN A 192.0.2.2']],
  ])('%s (RFC 4592 3.3.1)', (question, answer) => {
    expect(ask(version, question)).toMatchObject({ rcode: 'NOERROR', answer });
  });

  it('no other wildcard is tried when the encloser has none (RFC 4592 3.3.1)', () => {
    expect(ask(version, 'z.b.a.example. A').rcode).toBe('NXDOMAIN');
  });

  it('a wildcard that is an empty non-terminal makes NODATA (RFC 4592 2.2.2)', () => {
    expect(ask(version, 'z.c.example. A')).toMatchObject({ rcode: 'NOERROR', answer: [], authority: [NEGATIVE_SOA] });
  });

  it('a CNAME at a wildcard is followed, owned by the name asked for (RFC 4592 4.4)', () => {
    expect(ask(version, 'z.d.example. A').answer).toEqual([
      'z.d.example. 300 IN CNAME target.example.',
      'target.example. 300 IN A 192.0.2.5',
    ]);
  });

  it('a CNAME at a wildcard whose target only a wildcard covers (RFC 4592 4.4)', () => {
    expect(ask(version, 'z.e.example. A').answer).toEqual([
      'z.e.example. 300 IN CNAME missing.example.',
      'missing.example. 300 IN A 192.0.2.1',
    ]);
  });

  it('NS at a wildcard delegates the name asked for, which RFC 4592 4.2 leaves open', () => {
    expect(ask(version, 'z.g.example. A')).toMatchObject({
      aa: false,
      answer: [],
      authority: ['z.g.example. 300 IN NS ns.elsewhere.test.'],
    });
  });

  it('the RRSIG comes along with the name asked for as owner (RFC 4035 3.1.3.3)', () => {
    expect(ask(version, 'z.h.example. TXT DO').answer).toEqual([
      'z.h.example. 300 IN TXT "of h"',
      expect.stringMatching(/^z\.h\.example\. 300 IN RRSIG TXT 8 2 /),
    ]);
  });

  it('a wildcard is of no use to a name that exists below it by another way, as an empty non-terminal (RFC 4592 2.2.2)', () => {
    expect(ask(version, 'a.example. A')).toMatchObject({ rcode: 'NOERROR', answer: [] });
  });
});
