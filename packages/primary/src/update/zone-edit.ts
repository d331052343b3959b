import { CLASS, canonicalRdata, type Name, nameKey, type ResourceRecord, TYPE } from '@zonewire/shared-protocol';
import type { ZoneVersion } from '@zonewire/zone';

/** What an edit needs of a zone version. */
export type EditBase = Pick<ZoneVersion, 'apex' | 'rrsets'>;

interface EditedRRset {
  ttl: number;
  /** By {@link rdataKey}. */
  readonly rdatas: Map<string, Uint8Array>;
}

/** RRsets by {@link rrsetKey}. */
interface EditedNode {
  /** With the case of the zone, or of the first record that made the name. */
  readonly name: Name;
  readonly before: ReadonlyMap<number, EditedRRset>;
  readonly now: Map<number, EditedRRset>;
}

/** Records that lead from the base to the edited zone. */
export interface Changes {
  readonly removed: ResourceRecord[];
  readonly added: ResourceRecord[];
}

/**
 * A zone version with changes in progress. Reads see the changes; the version itself is never touched.
 * Only names that are looked at are copied out, so an edit costs what it changes, whatever the size of the zone.
 */
export class ZoneEdit {
  readonly apex: Name;
  readonly #base: EditBase;
  readonly #nodes = new Map<string, EditedNode>();

  constructor(base: EditBase) {
    this.apex = base.apex;
    this.#base = base;
  }

  /**
   * RFC 2136 2.4.4: a name is in use when it owns a record; an empty non-terminal is not. Nor are the hashed owners of NSEC3
   * records, which are no names of the zone (RFC 5155 7.1 and 7.2.8).
   */
  hasRecords(name: Name): boolean {
    for (const key of this.#node(name).now.keys()) if (key !== TYPE.NSEC3 && key !== NSEC3_SIGNATURE) return true;
    return false;
  }

  types(name: Name): number[] {
    return [...new Set([...this.#node(name).now.keys()].map(typeOfKey))];
  }

  rdatas(name: Name, type: number): readonly Uint8Array[] {
    return this.#keys(name, type).flatMap((key) => [...this.#node(name).now.get(key)!.rdatas.values()]);
  }

  has(name: Name, type: number): boolean {
    return this.#keys(name, type).length > 0;
  }

  /** The RRset becomes exactly this one record. */
  replace(name: Name, type: number, ttl: number, rdata: Uint8Array): void {
    this.removeRRset(name, type);
    this.add(name, type, ttl, rdata);
  }

  /**
   * Adds one record. One that is there already (names inside compared without case) stays as it is;
   * the TTL becomes that of the whole RRset either way (RFC 2181 5.2).
   */
  add(name: Name, type: number, ttl: number, rdata: Uint8Array): void {
    const rrset = this.#writable(name, rrsetKey(type, rdata), ttl);
    rrset.ttl = ttl;
    const key = rdataKey(type, rdata);
    if (!rrset.rdatas.has(key)) rrset.rdatas.set(key, rdata);
  }

  removeRRset(name: Name, type: number): void {
    for (const key of this.#keys(name, type)) this.#node(name).now.delete(key);
  }

  removeRecord(name: Name, type: number, rdata: Uint8Array): void {
    const { now } = this.#node(name);
    const key = rrsetKey(type, rdata);
    if (!now.has(key)) return;
    const rrset = this.#writable(name, key);
    rrset.rdatas.delete(rdataKey(type, rdata));
    if (rrset.rdatas.size === 0) now.delete(key);
  }

  /** The difference to the base, nothing that cancels out. A changed TTL removes and adds the record. */
  changes(): Changes {
    const removed: ResourceRecord[] = [];
    const added: ResourceRecord[] = [];
    for (const { name, before, now } of this.#nodes.values()) {
      for (const [key, rrset] of before) recordsMissingFrom(now.get(key), name, typeOfKey(key), rrset, removed);
      for (const [key, rrset] of now) recordsMissingFrom(before.get(key), name, typeOfKey(key), rrset, added);
    }
    return { removed, added };
  }

  #keys(name: Name, type: number): number[] {
    const { now } = this.#node(name);
    if (type !== TYPE.RRSIG) return now.has(type) ? [type] : [];
    return [...now.keys()].filter((key) => typeOfKey(key) === type);
  }

  /** The RRset as a copy of its own, made at the first write, or a new one. */
  #writable(name: Name, key: number, ttl = 0): EditedRRset {
    const { before, now } = this.#node(name);
    const rrset = now.get(key);
    if (rrset !== undefined && rrset !== before.get(key)) return rrset;
    const copy = { ttl: rrset?.ttl ?? ttl, rdatas: new Map(rrset?.rdatas) };
    now.set(key, copy);
    return copy;
  }

  #node(name: Name): EditedNode {
    const key = nameKey(name);
    let node = this.#nodes.get(key);
    if (node === undefined) {
      const rrsets = this.#base.rrsets(name);
      const before = new Map<number, EditedRRset>();
      for (const { type, ttl, rdatas } of rrsets)
        before.set(rrsetKey(type, rdatas[0]), {
          ttl,
          rdatas: new Map(rdatas.map((rdata) => [rdataKey(type, rdata), rdata])),
        });
      node = { name: rrsets[0]?.name ?? name, before, now: new Map(before) };
      this.#nodes.set(key, node);
    }
    return node;
  }
}

/** RRSIGs of different types covered are RRsets of their own: their TTLs differ (RFC 4034 3). */
function rrsetKey(type: number, rdata: Uint8Array): number {
  return type === TYPE.RRSIG ? type | (((rdata[0] << 8) | rdata[1]) << 16) : type;
}

/** {@link rrsetKey} of the RRSIGs that cover NSEC3. */
const NSEC3_SIGNATURE = TYPE.RRSIG | (TYPE.NSEC3 << 16);

function typeOfKey(key: number): number {
  return key & 0xffff;
}

/** Appends the records of `rrset` that `other` lacks, octet for octet and with their TTL. */
function recordsMissingFrom(
  other: EditedRRset | undefined,
  name: Name,
  type: number,
  rrset: EditedRRset,
  out: ResourceRecord[],
): void {
  if (other === rrset) return;
  for (const [key, rdata] of rrset.rdatas) {
    const same = other?.ttl === rrset.ttl ? other.rdatas.get(key) : undefined;
    if (same === undefined || !equalOctets(same, rdata))
      out.push({ name, type, class: CLASS.IN, ttl: rrset.ttl, rdata });
  }
}

/** Equal for rdata that are the same record (RFC 2136 1.1.5): names inside compare without case. */
export function rdataKey(type: number, rdata: Uint8Array): string {
  return Buffer.from(canonicalRdata(type, rdata)).toString('latin1');
}

function equalOctets(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
