import type { Field } from './field.ts';
import { eui, ilnp64, ipv4, ipv6 } from './fields/addresses.ts';
import { addressPrefixes } from './fields/apl.ts';
import {
  base32hex,
  base64,
  base64OrHyphen,
  digest,
  hex,
  keyUnlessNone,
  optionalBase64,
  salt,
} from './fields/binary.ts';
import { caaTag } from './fields/caa.ts';
import { a6, amtRelay, hostIdentity, ipseckeyGateway } from './fields/gateway.ts';
import { atmAddress, nsap, services } from './fields/historic.ts';
import { loc } from './fields/loc.ts';
import { certType, dnssecAlgorithm, dsDigestType, dsyncScheme, keyProtocol, recordType } from './fields/mnemonics.ts';
import { lowercasedName, name, names } from './fields/names.ts';
import { duration, u8, u16, u32, u64 } from './fields/numbers.ts';
import { characterString, characterStrings, optionalString, restOfRecord } from './fields/strings.ts';
import { svcParams } from './fields/svcb.ts';
import { time } from './fields/time.ts';
import { nxtBitmap, typeBitmap } from './fields/type-bitmap.ts';
import { typeFromText } from './registry.ts';

type Row = Readonly<Record<string, Field>>;

/** The rdata of one type: its fields in order. */
export interface Schema {
  readonly type: number;
  readonly mnemonic: string;
  readonly fields: readonly Field[];
  /** What the fields are called in messages; same order. */
  readonly fieldNames: readonly string[];
  /** Some field has a name that is lower case in canonical form. */
  readonly hasCanonicalNames: boolean;
}

const DS_DIGESTS = { 1: 20, 2: 32, 4: 48 };
const DS: Row = { 'key-tag': u16, algorithm: dnssecAlgorithm, 'digest-type': dsDigestType, digest: digest(DS_DIGESTS) };
const DNSKEY: Row = { flags: u16, protocol: keyProtocol, algorithm: dnssecAlgorithm, 'public-key': base64 };
const TLSA: Row = { usage: u8, selector: u8, 'matching-type': u8, data: hex };
const SVCB: Row = { priority: u16, target: name, params: svcParams };
const RRSIG: Row = {
  'type-covered': recordType,
  algorithm: dnssecAlgorithm,
  labels: u8,
  'original-ttl': u32,
  expiration: time,
  inception: time,
  'key-tag': u16,
  signer: lowercasedName,
  signature: base64,
};
const TEXT: Row = { text: characterStrings };
const ONE_NAME: Row = { name: lowercasedName };
const PREFERENCE_NAME: Row = { preference: u16, name: lowercasedName };

/**
 * Every type that has a text form of its own. `lowercasedName` are exactly the names of RFC 4034 6.2's list as RFC 6840 5.1
 * leaves it. Types that are not here (NULL, UID, unknown ones) have the form of RFC 3597 only.
 */
const ROWS: Readonly<Record<string, Row>> = {
  A: { address: ipv4 },
  NS: { nameserver: lowercasedName },
  MD: ONE_NAME,
  MF: ONE_NAME,
  CNAME: { target: lowercasedName },
  SOA: {
    mname: lowercasedName,
    rname: lowercasedName,
    serial: u32,
    refresh: duration,
    retry: duration,
    expire: duration,
    minimum: duration,
  },
  MB: ONE_NAME,
  MG: ONE_NAME,
  MR: ONE_NAME,
  WKS: { address: ipv4, services },
  PTR: { name: lowercasedName },
  HINFO: { cpu: characterString, os: characterString },
  MINFO: { rmailbx: lowercasedName, emailbx: lowercasedName },
  MX: { preference: u16, exchange: lowercasedName },
  TXT: TEXT,
  RP: { mailbox: lowercasedName, text: lowercasedName },
  AFSDB: { subtype: u16, hostname: lowercasedName },
  X25: { address: characterString },
  ISDN: { address: characterString, subaddress: optionalString },
  RT: PREFERENCE_NAME,
  NSAP: { address: nsap },
  'NSAP-PTR': { name },
  SIG: RRSIG,
  KEY: { flags: u16, protocol: keyProtocol, algorithm: dnssecAlgorithm, 'public-key': keyUnlessNone },
  PX: { preference: u16, map822: lowercasedName, mapx400: lowercasedName },
  GPOS: { longitude: characterString, latitude: characterString, altitude: characterString },
  AAAA: { address: ipv6 },
  LOC: { place: loc },
  NXT: { next: lowercasedName, types: nxtBitmap },
  EID: { data: hex },
  NIMLOC: { data: hex },
  SRV: { priority: u16, weight: u16, port: u16, target: lowercasedName },
  ATMA: { address: atmAddress },
  NAPTR: {
    order: u16,
    preference: u16,
    flags: characterString,
    services: characterString,
    regexp: characterString,
    replacement: lowercasedName,
  },
  KX: PREFERENCE_NAME,
  CERT: { type: certType, 'key-tag': u16, algorithm: dnssecAlgorithm, certificate: base64 },
  A6: { address: a6 },
  DNAME: { target: lowercasedName },
  SINK: { meaning: u8, coding: u8, subcoding: u8, data: optionalBase64 },
  APL: { prefixes: addressPrefixes },
  DS,
  SSHFP: { algorithm: u8, 'fingerprint-type': u8, fingerprint: digest({ 1: 20, 2: 32 }) },
  IPSECKEY: { precedence: u8, gateway: ipseckeyGateway, 'public-key': optionalBase64 },
  RRSIG,
  NSEC: { next: name, types: typeBitmap(false) },
  DNSKEY,
  DHCID: { data: base64 },
  NSEC3: { 'hash-algorithm': u8, flags: u8, iterations: u16, salt, next: base32hex, types: typeBitmap(true) },
  NSEC3PARAM: { 'hash-algorithm': u8, flags: u8, iterations: u16, salt },
  TLSA,
  SMIMEA: TLSA,
  HIP: { identity: hostIdentity, servers: names },
  NINFO: TEXT,
  RKEY: DNSKEY,
  TALINK: { previous: name, next: name },
  CDS: DS,
  CDNSKEY: DNSKEY,
  OPENPGPKEY: { key: base64 },
  CSYNC: { serial: u32, flags: u16, types: typeBitmap(true) },
  ZONEMD: { serial: u32, scheme: u8, 'hash-algorithm': u8, digest: digest({ 1: 48, 2: 64 }, 12) },
  SVCB,
  HTTPS: SVCB,
  DSYNC: { type: recordType, scheme: dsyncScheme, port: u16, target: name },
  HHIT: { data: base64 },
  BRID: { data: base64 },
  SPF: TEXT,
  NID: { preference: u16, 'node-id': ilnp64 },
  L32: { preference: u16, locator: ipv4 },
  L64: { preference: u16, locator: ilnp64 },
  LP: { preference: u16, fqdn: name },
  EUI48: { address: eui(6) },
  EUI64: { address: eui(8) },
  URI: { priority: u16, weight: u16, target: restOfRecord },
  CAA: { flags: u8, tag: caaTag, value: restOfRecord },
  AVC: TEXT,
  DOA: { enterprise: u32, type: u32, location: u8, 'media-type': characterString, data: base64OrHyphen },
  AMTRELAY: { precedence: u8, relay: amtRelay },
  RESINFO: TEXT,
  WALLET: TEXT,
  CLA: TEXT,
  IPN: { number: u64 },
  TA: DS,
  DLV: DS,
};

const BY_TYPE: (Schema | undefined)[] = [];
const BY_LARGE_TYPE = new Map<number, Schema>();
for (const [mnemonic, row] of Object.entries(ROWS)) {
  const type = typeFromText(mnemonic);
  if (type === undefined) throw new Error(`no number for ${mnemonic}`);
  const fields = Object.values(row);
  const hasCanonicalNames = fields.some((field) => field.lowercasedFrom !== undefined);
  const schema = { type, mnemonic, fields, fieldNames: Object.keys(row), hasCanonicalNames };
  if (type < 512) BY_TYPE[type] = schema;
  else BY_LARGE_TYPE.set(type, schema);
}

/** The schema of `type`; undefined when it has the text form of RFC 3597 only. */
export function schemaOf(type: number): Schema | undefined {
  return type < 512 ? BY_TYPE[type] : BY_LARGE_TYPE.get(type);
}
