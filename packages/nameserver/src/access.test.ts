import { name } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { type AclAction, type AclRule, aclAllows, aclExplanation, addressOctets, parseAddressRange } from './access.ts';

function range(text: string) {
  const result = parseAddressRange(text);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function rule(
  id: string,
  addresses: string[],
  options: { key?: string; actions?: AclAction[]; deny?: boolean } = {},
): AclRule {
  return {
    id,
    addresses: addresses.map(range),
    ...(options.key ? { key: name(options.key) } : {}),
    actions: new Set(options.actions ?? ['transfer']),
    deny: options.deny ?? false,
  };
}

describe('address ranges', () => {
  const inside = (text: string, address: string) => aclAllows([rule('r', [text])], 'transfer', address, undefined);

  it.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.0.0.0/8', '9.255.255.255', false],
    ['192.0.2.1', '192.0.2.1', true],
    ['192.0.2.1', '192.0.2.2', false],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['0.0.0.0/0', '::1', false],
    ['::/0', '192.0.2.1', false],
    ['::/0', '2001:db8::1', true],
    ['2001:db8::/33', '2001:db8:7fff::', true],
    ['2001:db8::/33', '2001:db8:8000::', false],
    ['fe80::1', 'fe80::1%eth0', true],
    ['127.0.0.0/8', '::ffff:127.0.0.1', true],
    ['::ffff:10.0.0.0/104', '10.1.2.3', true],
    ['10.0.0.3-10.0.1.1', '10.0.0.255', true],
    ['10.0.0.3-10.0.1.1', '10.0.1.2', false],
    ['2001:db8::a - 2001:db8::c', '2001:db8::b', true],
    ['127.0.0.0/8', 'not an address', false],
  ])('%s contains %s: %s', (text, address, expected) => expect(inside(text, address)).toBe(expected));

  it.each([
    '',
    '10.0.0.0/33',
    '10.0.0.1/8',
    '10.0.0/8',
    '10.0.0.0/-1',
    'a-b',
    '10.0.0.2-10.0.0.1',
    '10.0.0.1-::1',
    'example.',
    '::ffff:10.0.0.0/8',
    '::/129',
    '10.0.0.0/8x',
  ])('refuses %j', (text) => {
    const result = parseAddressRange(text);
    expect(result.ok).toBe(false);
    if (!result.ok) expect(result.error.code).toBe('acl-bad-address');
  });

  it('reads every form of an IPv6 address', () => {
    expect(addressOctets('2001:db8::192.0.2.1')).toEqual(
      Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1),
    );
    expect(addressOctets('::')).toEqual(new Uint8Array(16));
    expect(addressOctets('1:2:3:4:5:6:7:8')).toEqual(Uint8Array.of(0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8));
  });
});

describe('aclAllows', () => {
  const key = name('xfr.example.');

  it('allows nothing without a rule', () => expect(aclAllows([], 'transfer', '127.0.0.1', key)).toBe(false));

  it('a rule is for its actions only', () => {
    const acl = [rule('r', ['127.0.0.0/8'], { actions: ['notify'] })];
    expect(aclAllows(acl, 'notify', '127.0.0.1', undefined)).toBe(true);
    expect(aclAllows(acl, 'update', '127.0.0.1', undefined)).toBe(false);
  });

  it('without a key it matches only requests without TSIG; with one only that key, whatever its case', () => {
    const open = [rule('r', ['127.0.0.1'])];
    expect(aclAllows(open, 'transfer', '127.0.0.1', undefined)).toBe(true);
    expect(aclAllows(open, 'transfer', '127.0.0.1', key)).toBe(false);
    const keyed = [rule('r', ['127.0.0.1'], { key: 'XFR.example.' })];
    expect(aclAllows(keyed, 'transfer', '127.0.0.1', undefined)).toBe(false);
    expect(aclAllows(keyed, 'transfer', '127.0.0.1', key)).toBe(true);
    expect(aclAllows(keyed, 'transfer', '127.0.0.1', name('other.'))).toBe(false);
    expect(aclAllows(keyed, 'transfer', '127.0.0.2', key)).toBe(false);
  });

  it('the first rule that matches decides', () => {
    const acl = [rule('one', ['10.0.0.1']), rule('not', ['10.0.0.0/24'], { deny: true }), rule('all', ['10.0.0.0/8'])];
    expect(aclAllows(acl, 'transfer', '10.0.0.1', undefined)).toBe(true);
    expect(aclAllows(acl, 'transfer', '10.0.0.2', undefined)).toBe(false);
    expect(aclAllows(acl, 'transfer', '10.0.1.1', undefined)).toBe(true);
  });

  it('a network that is denied stays denied with a key', () => {
    const acl = [rule('not', ['10.0.0.0/24'], { deny: true }), rule('keyed', ['10.0.0.0/8'], { key: 'xfr.example.' })];
    expect(aclAllows(acl, 'transfer', '10.0.0.2', key)).toBe(false);
    expect(aclAllows(acl, 'transfer', '10.0.1.2', key)).toBe(true);
  });

  it('explains what a refused request would have needed', () => {
    const acl = [rule('hub', ['10.0.0.0/8'], { key: 'xfr.example.' })];
    expect(aclExplanation(acl, 'transfer')).toBe(
      'transfer is allowed by acl hub (from 10.0.0.0/8, with key xfr.example.)',
    );
    expect(aclExplanation(acl, 'update')).toContain('no acl of the zone allows update');
  });
});
