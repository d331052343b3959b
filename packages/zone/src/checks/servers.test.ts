import { nameToText } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { zone } from '../fixtures/zone-text.ts';
import { checkZone } from './check-zone.ts';

function found(text: string, now?: number): string[] {
  const version = zone(`@ NS ns.elsewhere.test.\n${text}`);
  return checkZone(version, now === undefined ? {} : { now }).map(({ code, name }) => `${code} ${nameToText(name)}`);
}

describe('an address where the name of a host has to stand (RFC 1035 3.3.9, 3.3.11)', () => {
  it.each(['192.0.2.1', '192.0.2.1.', '2001:db8::1', '2001:db8::1.', '::ffff:192.0.2.1', '0.0.0.0', 'fe80::1'])(
    '%s',
    (address) => {
      expect(found(`m MX 10 ${address}`)).toEqual(['mx-is-address m.example.']);
      expect(found(`s NS ${address}`)).toEqual(['ns-is-address s.example.']);
    },
  );

  it.each([
    '1.0.0.127.in-addr.arpa.',
    '1.2.3.elsewhere.test.',
    '1.2.3.4.5.',
    '10.mail.elsewhere.test.',
    'a:b.elsewhere.test.',
  ])('%s is a name', (host) => {
    expect(found(`m MX 10 ${host}\ns NS ${host}`)).toEqual([]);
  });
});

describe('records behind a delegation (RFC 1034 4.2.1)', () => {
  it.each([
    ['at the cut', 's NS n.test.\ns TXT x', ['data-behind-delegation s.example.']],
    [
      'a DS below it',
      `s NS n.test.\nx.s DS 1 8 2 ${'AB'.repeat(32)}`,
      ['data-behind-delegation x.s.example.', 'ds-without-ns x.s.example.'],
    ],
    ['a delegation below a delegation', 's NS n.test.\nx.s NS n.test.', ['data-behind-delegation x.s.example.']],
    ['any letter', 'S NS n.test.\nx.s TXT x', ['data-behind-delegation x.s.example.']],
    ['a wildcard', 's NS n.test.\n*.s TXT x', ['data-behind-delegation *.s.example.']],
  ])('%s', (_what, text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it.each([
    ['names beside it that look like it', 's NS n.test.\nxs TXT x\ns-s TXT x\nsx TXT x\nx.ss TXT x'],
    [
      'glue of both families, at the cut and below',
      's NS s\ns A 192.0.2.1\ns NS n.s\nn.s AAAA 2001:db8::1\nn.s A 192.0.2.1',
    ],
    ['the zone itself', '@ TXT x\na.b TXT x'],
    ['names behind the glue of a cut', 's NS n.s\nn.s A 192.0.2.1\nt TXT x\nx.t TXT x'],
  ])('not: %s', (_what, text) => {
    expect(found(text)).toEqual([]);
  });
});

describe('lifetimes of signatures (RFC 6781 4.4.2.1, RFC 4034 3.1.5)', () => {
  const NOW = Date.UTC(2026, 0, 1);
  const rrsig = (owner: string, expiration: string) =>
    `${owner} RRSIG A 8 2 300 ${expiration} 20251201000000 1 example. AAAA`;

  it('one finding for all, at the first to expire; expired ones too', () => {
    expect(
      found(`${rrsig('a', '20260101200000')}\n${rrsig('b', '20251231000000')}\n${rrsig('c', '20260301000000')}`, NOW),
    ).toEqual(['rrsig-expires-early b.example.']);
  });

  it('exactly as long as expire (a day here) is long enough', () => {
    expect(found(rrsig('a', '20260102000000'), NOW)).toEqual([]);
    expect(found(rrsig('a', '20260101235959'), NOW)).toEqual(['rrsig-expires-early a.example.']);
  });

  it('the 32 bits are those of the time nearest to now', () => {
    expect(found(rrsig('a', '21060301000000'), Date.UTC(2106, 1, 1))).toEqual([]);
    expect(found(rrsig('a', '20380301000000'), Date.UTC(2038, 0, 1))).toEqual([]);
  });

  it('without a time to compare with nothing is said', () => {
    expect(found(rrsig('a', '20200101000000'))).toEqual([]);
  });
});
