import { isIP } from 'node:net';
import { fail, type Name, namesEqual, nameToText, ok, type Result } from '@zonewire/shared-protocol';

export type AclAction = 'notify' | 'transfer' | 'update';

/** `first` to `last`, both included, of one family; 4 or 16 octets each. */
export interface AddressRange {
  readonly text: string;
  readonly first: Uint8Array;
  readonly last: Uint8Array;
}

/** One rule of a zone's acl: nothing is allowed unless a rule says so. */
export interface AclRule {
  readonly id: string;
  readonly addresses: readonly AddressRange[];
  readonly key?: Name;
  readonly actions: ReadonlySet<AclAction>;
  /** Refuses what it matches; later rules are not looked at. */
  readonly deny: boolean;
}

/** Reads `10.0.0.0/8`, `2001:db8::/32`, `192.0.2.1`, `10.0.0.1-10.0.0.9`. IPv4-mapped IPv6 is IPv4. */
export function parseAddressRange(text: string): Result<AddressRange> {
  const bad = (advice: string) =>
    fail('acl-bad-address', `${JSON.stringify(text.slice(0, 100))} is not an address range: ${advice}`);
  const dash = text.indexOf('-');
  if (dash >= 0) {
    const first = addressOctets(text.slice(0, dash).trim());
    const last = addressOctets(text.slice(dash + 1).trim());
    if (first === undefined || last === undefined) return bad('write it as 192.0.2.1-192.0.2.9');
    if (first.length !== last.length) return bad('one end is IPv4, the other IPv6');
    if (compareOctets(first, last) > 0) return bad('it ends before it begins');
    return ok({ text, first, last });
  }
  const slash = text.indexOf('/');
  const first = addressOctets(slash < 0 ? text : text.slice(0, slash));
  if (first === undefined) return bad('write it as 192.0.2.0/24, 2001:db8::/32, 192.0.2.1 or 192.0.2.1-192.0.2.9');
  if (slash < 0) return ok({ text, first, last: first });
  const digits = text.slice(slash + 1);
  // ::ffff:192.0.2.0/120 was turned into four octets, of which the prefix covers 120 - 96 bits.
  const mapped = first.length === 4 && text.includes(':') ? 96 : 0;
  const bits = first.length * 8;
  const prefix = /^\d{1,3}$/.test(digits) ? Number(digits) - mapped : Number.NaN;
  if (!(prefix >= 0 && prefix <= bits))
    return bad(`the prefix length must be a number from ${mapped} to ${bits + mapped}`);
  const last = first.slice();
  for (let bit = prefix; bit < bits; bit++) {
    const mask = 0x80 >>> (bit & 7);
    if (first[bit >>> 3] & mask) return bad(`it has bits set behind the first ${prefix + mapped}`);
    last[bit >>> 3] |= mask;
  }
  return ok({ text, first, last });
}

/**
 * True when the first rule that matches allows it. A rule matches by action, address and key: with a key only requests
 * verified with that very key, without one only requests without TSIG. A denying rule without a key denies signed requests as
 * well, so that `deny` of a network cannot be passed by a later rule that asks for a key.
 */
export function aclAllows(
  acl: readonly AclRule[],
  action: AclAction,
  peerAddress: string,
  key: Name | undefined,
): boolean {
  let octets: Uint8Array | undefined;
  for (const rule of acl) {
    if (!rule.actions.has(action) || !matchesKey(rule, key)) continue;
    octets ??= addressOctets(peerAddress) ?? NO_ADDRESS;
    if (rule.addresses.some((range) => isInside(range, octets!))) return !rule.deny;
  }
  return false;
}

/** What a request would need to be allowed, for the log line of a refusal. Names rules and keys, never secrets. */
export function aclExplanation(acl: readonly AclRule[], action: AclAction): string {
  const rules = acl.filter((rule) => rule.actions.has(action) && !rule.deny);
  if (rules.length === 0) return `no acl of the zone allows ${action}: add one with "action: [${action}]"`;
  const ways = rules.map((rule) => {
    const addresses = rule.addresses.map((range) => range.text).join(', ') || 'no address';
    return `acl ${rule.id} (from ${addresses}, ${rule.key ? `with key ${nameToText(rule.key)}` : 'without a key'})`;
  });
  return `${action} is allowed by ${ways.join(' or ')}`;
}

const NO_ADDRESS = new Uint8Array(0);

function matchesKey(rule: AclRule, key: Name | undefined): boolean {
  if (rule.key === undefined) return key === undefined || rule.deny;
  return key !== undefined && namesEqual(rule.key, key);
}

function isInside({ first, last }: AddressRange, address: Uint8Array): boolean {
  return first.length === address.length && compareOctets(first, address) <= 0 && compareOctets(address, last) <= 0;
}

function compareOctets(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return 0;
}

/** The last text and its octets: the requests of a change come from one peer, and each is checked more than once. */
let known: { readonly text: string; readonly octets: Uint8Array | undefined } = { text: '', octets: undefined };

/**
 * The 4 or 16 octets of an address in text, not to be written into; an IPv6 zone index (`%eth0`) is ignored, IPv4-mapped IPv6
 * gives 4.
 */
export function addressOctets(text: string): Uint8Array | undefined {
  if (known.text !== text) known = { text, octets: readAddress(text) };
  return known.octets;
}

function readAddress(text: string): Uint8Array | undefined {
  const percent = text.indexOf('%');
  const address = percent < 0 ? text : text.slice(0, percent);
  const family = isIP(address);
  if (family === 4) return Uint8Array.from(address.split('.'), Number);
  if (family !== 6) return undefined;
  const [head, tail] = address.split('::');
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const out = new Uint8Array(16);
  out.set(left, 0);
  out.set(right, 16 - right.length);
  const mapped = out.subarray(0, 10).every((octet) => octet === 0) && out[10] === 0xff && out[11] === 0xff;
  return mapped ? out.slice(12) : out;
}

/** Octets of colon-separated groups, the last of which may be an IPv4 address. */
function groups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >>> 8, value & 0xff];
  });
}
