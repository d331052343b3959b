import { ipv4FromBytes, ipv4ToText, ipv6FromBytes, ipv6ToText } from './addresses.ts';
import { base64Text } from './binary.ts';
import { read16 } from './numbers.ts';
import { quotedText } from './strings.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The value of one SvcParamKey. */
export interface SvcValue {
  /** Wire form of the value's octets in text (escapes already undone), or what is wrong with it. */
  read(text: Uint8Array): Uint8Array | string;
  /** True when the wire form is well-formed. */
  check(value: Uint8Array): boolean;
  /** Text of a wire form that passed check, quotes included where needed; '' for a key without value. */
  print(value: Uint8Array): string;
}

/** IANA "DNS SVCB Service Parameter Keys"; the place is the number. */
const KEYS: readonly string[] = [
  'mandatory',
  'alpn',
  'no-default-alpn',
  'port',
  'ipv4hint',
  'ech',
  'ipv6hint',
  'dohpath',
  'ohttp',
  'tls-supported-groups',
];

/** The keys of RFC 9460 itself. Later ones are printed as keyNNN: BIND 9.18 and others refuse zones with their names. */
const LAST_PRINTED = 6;

export function isPrintedByName(key: number): boolean {
  return key <= LAST_PRINTED;
}

export function keyToText(key: number): string {
  return isPrintedByName(key) ? KEYS[key] : `key${key}`;
}

/** `alpn` or `key1` (RFC 9460 2.1; no leading zeros, lower case only); undefined when it is neither. */
export function keyFromText(text: string): number | undefined {
  const known = KEYS.indexOf(text);
  if (known >= 0) return known;
  const digits = /^key(0|[1-9]\d{0,4})$/.exec(text)?.[1];
  return digits !== undefined && Number(digits) <= 65_535 ? Number(digits) : undefined;
}

/** `keyNNN`: any octets. */
export const opaqueValue: SvcValue = {
  read: (text) => text,
  check: () => true,
  print: (value) => (value.length === 0 ? '' : quotedText(value, 0, value.length)),
};

/** A flag: must not have a value. */
const noValue: SvcValue = {
  read: (text) => (text.length === 0 ? text : 'with a value; it stands alone'),
  check: (value) => value.length === 0,
  print: () => '',
};

/** Keys a client must know (RFC 9460 8): ascending on the wire, neither twice nor `mandatory` itself. */
const mandatory: SvcValue = {
  read(text) {
    const keys = latin(text)
      .split(',')
      .map((item) => keyFromText(item));
    if (keys.some((key) => key === undefined || key === 0))
      return 'with something that is not a key other than mandatory';
    const sorted = (keys as number[]).sort((a, b) => a - b);
    if (sorted.some((key, i) => i > 0 && key === sorted[i - 1])) return 'with a key twice';
    return numbers(sorted);
  },
  check(value) {
    if (value.length === 0 || value.length % 2 !== 0) return false;
    for (let i = 0, last = 0; i < value.length; i += 2) {
      const key = read16(value, i);
      if (key <= last) return false;
      last = key;
    }
    return true;
  },
  print: (value) => list(value, 2, (i) => keyToText(read16(value, i))),
};

/**
 * Protocol ids (RFC 9460 7.1.1): 1 to 255 octets each. In text a list with escapes of its own (A.1) inside those of the
 * string: the id `f\oo,bar` is written `"f\\\\oo\\,bar"`.
 */
const alpn: SvcValue = {
  read(text) {
    const out: number[] = [];
    let id: number[] = [];
    for (let i = 0; i <= text.length; i++) {
      if (i === text.length || text[i] === 0x2c) {
        if (id.length === 0 || id.length > 255)
          return 'with a protocol of no or more than 255 octets; write alpn="h2,h3"';
        out.push(id.length, ...id);
        id = [];
      } else if (text[i] === 0x5c) {
        if (text[i + 1] !== 0x5c && text[i + 1] !== 0x2c) return 'with a "\\" that escapes neither a comma nor a "\\"';
        id.push(text[++i]);
      } else {
        id.push(text[i]);
      }
    }
    return Uint8Array.from(out);
  },
  check(value) {
    let at = 0;
    while (at < value.length && value[at] > 0) at += 1 + value[at];
    return at > 0 && at === value.length;
  },
  print(value) {
    const text: number[] = [];
    for (let at = 0; at < value.length; ) {
      if (at > 0) text.push(0x2c);
      const stop = at + 1 + value[at];
      for (at++; at < stop; at++) {
        if (value[at] === 0x2c || value[at] === 0x5c) text.push(0x5c);
        text.push(value[at]);
      }
    }
    return quotedText(Uint8Array.from(text), 0, text.length);
  },
};

const port: SvcValue = {
  read(text) {
    const value = /^\d{1,5}$/.test(latin(text)) ? Number(latin(text)) : -1;
    return value >= 0 && value <= 65_535 ? numbers([value]) : 'that is not a number from 0 to 65535';
  },
  check: (value) => value.length === 2,
  print: (value) => `${read16(value, 0)}`,
};

/** Addresses separated by commas, one at least. */
function hints(octets: number, parse: typeof ipv4FromBytes, print: typeof ipv4ToText, family: string): SvcValue {
  return {
    read(text) {
      const items = latin(text).split(',');
      const out = new Uint8Array(items.length * octets);
      let at = 0;
      for (const item of items) {
        const bytes = Uint8Array.from(item, (c) => c.charCodeAt(0));
        if (!parse(bytes, 0, bytes.length, out, at))
          return `with ${JSON.stringify(item)}, which is not an ${family} address`;
        at += octets;
      }
      return out;
    },
    check: (value) => value.length > 0 && value.length % octets === 0,
    print: (value) => list(value, octets, (i) => print(value, i)),
  };
}

/** A list of Encrypted ClientHello configurations: base64, not looked into. */
const ech: SvcValue = {
  read(text) {
    const base64 = latin(text);
    if (base64 === '' || base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return 'that is not base64';
    const value = Uint8Array.fromBase64(base64);
    return base64Text(value, 0, value.length) === base64 ? value : 'that is not base64';
  },
  check: (value) => value.length > 0,
  print: (value) => base64Text(value, 0, value.length),
};

/** The path of DNS over HTTPS (RFC 9461 5): a relative URI template in UTF-8 with the variable `dns`. */
const dohpath: SvcValue = {
  read: (text) => (isDohPath(text) ? text : 'that is not a path with the variable dns; write "/dns-query{?dns}"'),
  check: isDohPath,
  print: (value) => quotedText(value, 0, value.length),
};

function isDohPath(value: Uint8Array): boolean {
  if (value[0] !== 0x2f) return false;
  try {
    // RFC 6570 2: expressions in braces; an operator, then variables with their modifiers, separated by commas.
    const expressions = utf8.decode(value).split('{').slice(1);
    return expressions.some((expression) => {
      const close = expression.indexOf('}');
      if (close < 0) return false;
      const variables = expression
        .slice(0, close)
        .replace(/^[+#./;?&]/, '')
        .split(',');
      return variables.some((variable) => /^dns(\*|:[1-9]\d{0,3})?$/.test(variable));
    });
  } catch {
    return false;
  }
}

/** Named groups, most wanted first, none twice. */
const tlsGroups: SvcValue = {
  read(text) {
    const groups = latin(text)
      .split(',')
      .map((item) => (/^\d{1,5}$/.test(item) ? Number(item) : -1));
    if (groups.some((group) => group < 0 || group > 65_535))
      return 'with something that is not a number from 0 to 65535';
    return new Set(groups).size === groups.length ? numbers(groups) : 'with a group twice';
  },
  check(value) {
    const groups = Array.from({ length: value.length >>> 1 }, (_, i) => read16(value, i * 2));
    return value.length > 0 && value.length % 2 === 0 && new Set(groups).size === groups.length;
  },
  print: (value) => list(value, 2, (i) => `${read16(value, i)}`),
};

/** By key; the place is the number. Keys behind them are {@link opaqueValue}. */
export const SVC_VALUES: readonly SvcValue[] = [
  mandatory,
  alpn,
  noValue,
  port,
  hints(4, ipv4FromBytes, ipv4ToText, 'IPv4'),
  ech,
  hints(16, ipv6FromBytes, ipv6ToText, 'IPv6'),
  dohpath,
  noValue,
  tlsGroups,
];

function list(value: Uint8Array, width: number, text: (at: number) => string): string {
  return Array.from({ length: value.length / width }, (_, i) => text(i * width)).join(',');
}

function numbers(values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [value >>> 8, value & 0xff]));
}

function latin(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]);
  return text;
}
