import {
  isNewerSerial,
  type Name,
  namesEqual,
  nameToText,
  readSoa,
  TYPE,
  typeToText,
  type Update,
} from '@zonewire/shared-protocol';
import { rdataKey, type ZoneEdit } from './zone-edit.ts';

/** What a change is made of: the forms of RFC 2136, and one that only the API has. */
export type ChangeStep =
  | Update
  /** The RRset becomes exactly this one; empty: it goes. */
  | {
      readonly kind: 'replace-rrset';
      readonly name: Name;
      readonly type: number;
      readonly ttl: number;
      readonly rdatas: readonly Uint8Array[];
    };

/** Types whose numbers only these rules need. */
const WKS = 11;
const KEY = 25;

/**
 * RFC 2136 3.4.2: carries out the steps one after the other, each seeing what the ones before did.
 * @returns why steps were ignored. The RFC tells the sender of an UPDATE nothing of it; the API does.
 */
export function applySteps(zone: ZoneEdit, steps: readonly ChangeStep[]): string[] {
  const ignored: string[] = [];
  for (const step of steps) {
    const why = apply(zone, step);
    if (why !== undefined) ignored.push(`${nameToText(step.name)}: ${why}`);
  }
  return ignored;
}

function apply(zone: ZoneEdit, step: ChangeStep): string | undefined {
  const { name } = step;
  switch (step.kind) {
    case 'add':
      return add(zone, name, step.type, step.ttl, step.rdata);
    case 'delete-rrset':
      return deleteRRset(zone, name, step.type);
    case 'delete-name':
      // 3.4.2.3: of the apex, all but SOA and NS.
      for (const type of zone.types(name)) deleteRRset(zone, name, type);
      return undefined;
    case 'delete-record':
      return deleteRecord(zone, name, step.type, step.rdata);
    case 'replace-rrset':
      return replaceRRset(zone, name, step.type, step.ttl, step.rdatas);
  }
}

/** 3.4.2.2: added, replaced or ignored. */
function add(zone: ZoneEdit, name: Name, type: number, givenTtl: number, rdata: Uint8Array): string | undefined {
  // RFC 2181 8: a TTL with the top bit set counts as 0.
  const ttl = givenTtl > 0x7fff_ffff ? 0 : givenTtl;
  if (type === TYPE.SOA) return replaceSoa(zone, name, ttl, rdata);
  const why = meetsCname(zone, name, type);
  if (why !== undefined) return why;
  // RFC 2136 3.4.2.2 and RFC 6672 5.2: a second one replaces the first.
  if (standsAlone(type)) {
    zone.replace(name, type, ttl, rdata);
    return undefined;
  }
  if (type === WKS) removeSameService(zone, name, rdata);
  zone.add(name, type, ttl, rdata);
  return undefined;
}

/** A CNAME and other data never meet: whichever comes second is ignored. RFC 6672 5.2 says the same of DNAME and CNAME. */
function meetsCname(zone: ZoneEdit, name: Name, type: number): string | undefined {
  if (type === TYPE.CNAME)
    return zone.types(name).some((other) => other !== TYPE.CNAME && !standsBesideCname(other))
      ? 'no CNAME beside other records (RFC 2136 3.4.2.2)'
      : undefined;
  return zone.has(name, TYPE.CNAME) && !standsBesideCname(type)
    ? 'no other records beside a CNAME (RFC 2136 3.4.2.2)'
    : undefined;
}

/** Ignored where the zone has no SOA (below the apex), and unless its serial moves forward. */
function replaceSoa(zone: ZoneEdit, name: Name, ttl: number, rdata: Uint8Array): string | undefined {
  if (!namesEqual(name, zone.apex)) return 'an SOA stands at the apex only';
  const current = readSoa(zone.rdatas(name, TYPE.SOA)[0]);
  const wanted = readSoa(rdata);
  if (!current.ok || !wanted.ok || !isNewerSerial(wanted.value.serial, current.value.serial))
    return 'the serial of the new SOA is not newer (RFC 2136 3.4.2.2)';
  zone.replace(name, TYPE.SOA, ttl, rdata);
  return undefined;
}

/** 1.1.5: WKS records are the same when address and protocol (the first five octets) are. */
function removeSameService(zone: ZoneEdit, name: Name, rdata: Uint8Array): void {
  for (const other of zone.rdatas(name, WKS))
    if (Buffer.compare(other.subarray(0, 5), rdata.subarray(0, 5)) === 0) zone.removeRecord(name, WKS, other);
}

/** 3.4.2.3 */
function deleteRRset(zone: ZoneEdit, name: Name, type: number): string | undefined {
  if (isKeptAtApex(zone, name, type)) return 'SOA and NS of the apex are not deleted whole (RFC 2136 3.4.2.3)';
  zone.removeRRset(name, type);
  return undefined;
}

/** 3.4.2.4: not the SOA, and not the last NS of the apex. */
function deleteRecord(zone: ZoneEdit, name: Name, type: number, rdata: Uint8Array): string | undefined {
  if (type === TYPE.SOA) return 'an SOA is replaced, not deleted (RFC 2136 3.4.2.4)';
  if (isKeptAtApex(zone, name, type) && zone.rdatas(name, type).length <= 1)
    return 'the last NS of the apex is not deleted (RFC 2136 3.4.2.4)';
  zone.removeRecord(name, type, rdata);
  return undefined;
}

function replaceRRset(
  zone: ZoneEdit,
  name: Name,
  type: number,
  ttl: number,
  rdatas: readonly Uint8Array[],
): string | undefined {
  if (type === TYPE.SOA) return rdatas.length === 1 ? add(zone, name, type, ttl, rdatas[0]) : 'an SOA stands alone';
  if (rdatas.length === 0) return deleteRRset(zone, name, type);
  const different = new Set(rdatas.map((rdata) => rdataKey(type, rdata))).size;
  if (standsAlone(type) && different > 1) return `a name has one ${typeToText(type)} at most, not ${different}`;
  const why = meetsCname(zone, name, type);
  if (why !== undefined) return why;
  zone.removeRRset(name, type);
  for (const rdata of rdatas) add(zone, name, type, ttl, rdata);
  return undefined;
}

/** RFC 1034 3.6.2, RFC 6672 2.4. */
function standsAlone(type: number): boolean {
  return type === TYPE.CNAME || type === TYPE.DNAME;
}

/** 3.4.2.3: these RRsets of the apex are not deleted whole. */
function isKeptAtApex(zone: ZoneEdit, name: Name, type: number): boolean {
  return (type === TYPE.SOA || type === TYPE.NS) && namesEqual(name, zone.apex);
}

/** RFC 4035 2.5 and RFC 3007 4.3: what may stand beside a CNAME. */
function standsBesideCname(type: number): boolean {
  return type === TYPE.RRSIG || type === TYPE.NSEC || type === KEY;
}
