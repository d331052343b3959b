import { describe, expect, it } from 'vitest';
import { ask, zone } from '../fixtures/zone-text.ts';

const version = zone(`
  a            A     192.0.2.1
  a            AAAA  2001:db8::1
  a            RRSIG A 8 2 300 20300101000000 20200101000000 1 example. AAAA
  b            A     192.0.2.2
  mx           MX    10 a
  mx           MX    20 a
  mx           MX    30 b
  mx           MX    40 mail.elsewhere.test.
  mx           MX    50 alias
  mx           MX    60 red.d
  alias        CNAME a
  d            DNAME a
  _sip._tcp    SRV   1 2 5060 a
  svc          HTTPS 1 . alpn=h2
  svc          A     192.0.2.3
  svc-alias    HTTPS 0 b
  none         HTTPS 0 .
  none         A     192.0.2.4
  svcb         SVCB  2 a port=853
  null         MX    0 .
  afs          AFSDB 1 b
  route        RT    1 b
  kx           KX    1 b
  first        SVCB  0 second
  second       SVCB  1 svcb
  second       SVCB  2 second
  second       A     192.0.2.5
`);
const A = ['a.example. 300 IN A 192.0.2.1', 'a.example. 300 IN AAAA 2001:db8::1'];

describe('additional addresses (RFC 1034 4.3.2 step 6)', () => {
  it('MX: each host in the zone once; aliases, other zones and redirected names not (RFC 2181 10.3)', () => {
    expect(ask(version, 'mx.example. MX').additional).toEqual([...A, 'b.example. 300 IN A 192.0.2.2']);
  });

  it.each([
    ['_sip._tcp.example. SRV', A],
    ['svcb.example. SVCB', A],
    ['svc-alias.example. HTTPS', ['b.example. 300 IN A 192.0.2.2']],
    ['svc.example. HTTPS', ['svc.example. 300 IN A 192.0.2.3']],
    ['none.example. HTTPS', []],
    ['afs.example. AFSDB', ['b.example. 300 IN A 192.0.2.2']],
    ['route.example. RT', ['b.example. 300 IN A 192.0.2.2']],
    ['kx.example. KX', ['b.example. 300 IN A 192.0.2.2']],
    ['null.example. MX', []],
    ['b.example. A', []],
  ])('%s (RFC 2782, RFC 9460 4.1 and 2.5, RFC 1183 1, RFC 2230 3.2)', (question, additional) => {
    expect(ask(version, question)).toMatchObject({ additional, requiredGlue: 0 });
  });

  it('SVCB: the SVCB records of the target come with it, those of its targets do not (RFC 9460 4.1)', () => {
    const second = ['second.example. 300 IN SVCB 1 svcb.example.', 'second.example. 300 IN SVCB 2 second.example.'];
    expect(ask(version, 'first.example. SVCB').additional).toEqual(['second.example. 300 IN A 192.0.2.5', ...second]);
    expect(ask(version, 'second.example. SVCB').additional).toEqual([
      'svcb.example. 300 IN SVCB 2 a.example. port=853',
      'second.example. 300 IN A 192.0.2.5',
    ]);
  });

  it('SVCB made from a wildcard that names the wildcard: its records have another owner then (RFC 4592 2.1.1)', () => {
    const wild = zone('*.w SVCB 1 *.w');
    expect(ask(wild, 'q.w.example. SVCB').additional).toEqual(['*.w.example. 300 IN SVCB 1 *.w.example.']);
    expect(ask(wild, '*.w.example. SVCB').additional).toEqual([]);
  });

  it('with DO their RRSIGs come with them (RFC 4035 3.1.1)', () => {
    expect(ask(version, '_sip._tcp.example. SRV DO').additional.map((line) => line.split(' ')[3])).toEqual([
      'A',
      'RRSIG',
      'AAAA',
    ]);
  });

  it('more than the section holds end there', () => {
    let text = '';
    for (let i = 0; i < 100; i++) text += `many MX ${i} h${i}\nh${i} A 192.0.2.1\n`;
    const { answer, additional } = ask(zone(text), 'many.example. MX');
    expect(answer).toHaveLength(100);
    expect(additional).toHaveLength(64);
  });
});
