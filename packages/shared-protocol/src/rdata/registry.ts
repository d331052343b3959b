import { equalsUpper, numberBehind, upper } from './ascii.ts';

/**
 * All RR TYPEs of the IANA "Domain Name System (DNS) Parameters" registry, and the forms of RFC 3597 5 (`TYPE65280`) for the
 * rest. ANY is the registry's `*`.
 */
const TYPES: readonly (readonly [number, string])[] = [
  [1, 'A'],
  [2, 'NS'],
  [3, 'MD'],
  [4, 'MF'],
  [5, 'CNAME'],
  [6, 'SOA'],
  [7, 'MB'],
  [8, 'MG'],
  [9, 'MR'],
  [10, 'NULL'],
  [11, 'WKS'],
  [12, 'PTR'],
  [13, 'HINFO'],
  [14, 'MINFO'],
  [15, 'MX'],
  [16, 'TXT'],
  [17, 'RP'],
  [18, 'AFSDB'],
  [19, 'X25'],
  [20, 'ISDN'],
  [21, 'RT'],
  [22, 'NSAP'],
  [23, 'NSAP-PTR'],
  [24, 'SIG'],
  [25, 'KEY'],
  [26, 'PX'],
  [27, 'GPOS'],
  [28, 'AAAA'],
  [29, 'LOC'],
  [30, 'NXT'],
  [31, 'EID'],
  [32, 'NIMLOC'],
  [33, 'SRV'],
  [34, 'ATMA'],
  [35, 'NAPTR'],
  [36, 'KX'],
  [37, 'CERT'],
  [38, 'A6'],
  [39, 'DNAME'],
  [40, 'SINK'],
  [41, 'OPT'],
  [42, 'APL'],
  [43, 'DS'],
  [44, 'SSHFP'],
  [45, 'IPSECKEY'],
  [46, 'RRSIG'],
  [47, 'NSEC'],
  [48, 'DNSKEY'],
  [49, 'DHCID'],
  [50, 'NSEC3'],
  [51, 'NSEC3PARAM'],
  [52, 'TLSA'],
  [53, 'SMIMEA'],
  [55, 'HIP'],
  [56, 'NINFO'],
  [57, 'RKEY'],
  [58, 'TALINK'],
  [59, 'CDS'],
  [60, 'CDNSKEY'],
  [61, 'OPENPGPKEY'],
  [62, 'CSYNC'],
  [63, 'ZONEMD'],
  [64, 'SVCB'],
  [65, 'HTTPS'],
  [66, 'DSYNC'],
  [67, 'HHIT'],
  [68, 'BRID'],
  [99, 'SPF'],
  [100, 'UINFO'],
  [101, 'UID'],
  [102, 'GID'],
  [103, 'UNSPEC'],
  [104, 'NID'],
  [105, 'L32'],
  [106, 'L64'],
  [107, 'LP'],
  [108, 'EUI48'],
  [109, 'EUI64'],
  [128, 'NXNAME'],
  [249, 'TKEY'],
  [250, 'TSIG'],
  [251, 'IXFR'],
  [252, 'AXFR'],
  [253, 'MAILB'],
  [254, 'MAILA'],
  [255, 'ANY'],
  [256, 'URI'],
  [257, 'CAA'],
  [258, 'AVC'],
  [259, 'DOA'],
  [260, 'AMTRELAY'],
  [261, 'RESINFO'],
  [262, 'WALLET'],
  [263, 'CLA'],
  [264, 'IPN'],
  [32768, 'TA'],
  [32769, 'DLV'],
];

const MNEMONIC: ReadonlyMap<number, string> = new Map(TYPES);

/** Open addressing over the mnemonics, so that a zone file's types are found without making strings of them. */
const SLOTS = 512;
const slotType = new Int32Array(SLOTS).fill(-1);
const slotText: string[] = new Array(SLOTS).fill('');

for (const [type, mnemonic] of TYPES) {
  const bytes = Uint8Array.from(mnemonic, (c) => c.charCodeAt(0));
  let slot = slotOf(bytes, 0, bytes.length);
  while (slotType[slot] >= 0) slot = (slot + 1) % SLOTS;
  slotType[slot] = type;
  slotText[slot] = mnemonic;
}

/** Numbers of all types that have a mnemonic, meta types among them. */
export function namedTypes(): readonly number[] {
  return TYPES.map(([type]) => type);
}

/** `MX`, or `TYPE65280` for a type without mnemonic (RFC 3597 5). */
export function typeToText(type: number): string {
  return MNEMONIC.get(type) ?? `TYPE${type}`;
}

/** The number of `MX`, `mx` or `TYPE15`; undefined when there is no such type. */
export function typeFromText(text: string): number | undefined {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c > 0x7f) return undefined;
    bytes[i] = c;
  }
  const type = typeFromBytes(bytes, 0, bytes.length);
  return type < 0 ? undefined : type;
}

/** {@link typeFromText} of `bytes[start..end)`; -1 when there is no such type. */
export function typeFromBytes(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > 10 || end === start) return -1;
  for (let slot = slotOf(bytes, start, end); slotType[slot] >= 0; slot = (slot + 1) % SLOTS) {
    if (equalsUpper(bytes, start, end, slotText[slot])) return slotType[slot];
  }
  return numberBehind('TYPE', bytes, start, end);
}

function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + upper(bytes[i])) | 0;
  return (hash ^ (hash >>> 9)) & (SLOTS - 1);
}
