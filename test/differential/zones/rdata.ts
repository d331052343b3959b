/** Gives the name that a number stands for, as zone text. */
export type Target = (pick: number) => string;

type Write = (n: readonly number[], target: Target) => string;

const hex = (n: number, length: number) => (n * 2654435761).toString(16).padStart(8, '0').repeat(8).slice(0, length);

const STRINGS = ['""', '"text"', '"\\000\\255\\034\\092"', `"${'x'.repeat(255)}"`, '"UPPER" "lower"', '"v=spf1 -all"'];

/** Rdata of a type as zone text, made of numbers: the same numbers, the same text. */
const WRITE: Readonly<Record<string, Write>> = {
  A: ([a]) => `192.0.2.${a % 256}`,
  AAAA: ([a]) => `2001:db8::${(a % 65_536).toString(16)}`,
  NS: ([a], target) => target(a),
  CNAME: ([a], target) => target(a),
  DNAME: ([a], target) => target(a),
  PTR: ([a], target) => target(a),
  MX: ([a, b], target) => `${a % 100} ${target(b)}`,
  TXT: ([a, b]) => (b % 4 === 0 ? `"number ${a}"` : STRINGS[a % STRINGS.length]),
  SRV: ([a, b], target) => `${a % 3} ${a % 7} ${b % 65_536} ${target(b)}`,
  HTTPS: ([a, b], target) => service(a, target(b)),
  SVCB: ([a, b], target) => service(a, target(b)),
  CAA: ([a]) => `${a % 2 ? 0 : 128} issue "ca${a % 3}.outside"`,
  NAPTR: ([a, b], target) => `${a % 9} 1 "s" "x" "" ${target(b)}`,
  HINFO: ([a]) => `"cpu${a % 5}" "OS"`,
  RP: ([a, b], target) => `${target(a)} ${target(b)}`,
  AFSDB: ([a, b], target) => `${a % 3} ${target(b)}`,
  KX: ([a, b], target) => `${a % 5} ${target(b)}`,
  LOC: ([a]) => `${a % 90} 0 0.000 N 8 0 0.000 E 10.00m 1m 10000m 10m`,
  SSHFP: ([a]) => `1 1 ${hex(a, 40)}`,
  TLSA: ([a]) => `3 1 1 ${hex(a, 64)}`,
  DS: ([a]) => `${a % 65_536} 13 2 ${hex(a, 64)}`,
  URI: ([a]) => `${a % 10} 1 "https://outside/${a % 10}"`,
  TYPE1234: ([a]) => `\\# 3 ${hex(a, 6)}`,
  TYPE65280: ([a]) => (a % 5 === 0 ? '\\# 0' : `\\# 4 ${hex(a, 8)}`),
};

function service(a: number, target: string): string {
  const priority = a % 3;
  return priority === 0
    ? `0 ${target}`
    : `${priority} ${a % 4 === 0 ? '.' : target} alpn=h2${a % 2 ? ' port=8443' : ''}`;
}

export function rdataText(type: string, numbers: readonly number[], target: Target): string {
  return WRITE[type](numbers, target);
}

/** What a name may own besides NS, CNAME, DNAME and DS, which make of it what it is. Address types and TXT come often. */
export const DATA_TYPES = [
  ...['A', 'A', 'A', 'AAAA', 'AAAA', 'TXT', 'TXT', 'MX', 'MX', 'SRV', 'HTTPS', 'SVCB', 'PTR', 'CAA', 'NAPTR', 'HINFO'],
  ...['RP', 'AFSDB', 'KX', 'LOC', 'SSHFP', 'TLSA', 'URI', 'TYPE1234', 'TYPE65280'],
];
