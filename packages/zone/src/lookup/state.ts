import type { Layer } from '../image/layer.ts';
import { sameRelativeName } from '../image/relative-name.ts';
import { NodeRef, type Stack } from '../image/stack.ts';
import type { ZoneVersion } from '../version.ts';
import { type LookupResult, MAX_CHAIN, type RRsetList, type RRsetRef } from './lookup-result.ts';

const TYPE_RRSIG = 46;
const EMPTY = new Uint8Array(0);

/**
 * What one lookup knows while it runs. There is one of these, filled again for every query, so that nothing is allocated;
 * the steps (walk, wildcard, chain, referral, negative, additional) are functions over it.
 */
export class LookupState {
  version!: ZoneVersion;
  stack!: Stack;
  result!: LookupResult;
  qtype = 0;
  dnssecOk = false;

  /** Where the apex begins in the query name, from the query name's first octet. */
  apexInQname = 0;

  /** The name being answered: the query name at first, then the target of each CNAME or DNAME. `apexAt` is where the apex begins. */
  name: Uint8Array = EMPTY;
  start = 0;
  apexAt = 0;
  end = 0;
  /** CNAMEs followed so far, synthesized ones included; while 0, the name is the query name. */
  hops = 0;

  /** Where the walk ended, the hash of that name, and where it begins in `name`. */
  readonly found: NodeRef = new NodeRef();
  hash = 0;
  foundAt = 0;
  /** When the name does not exist: where the name one label longer than its closest encloser begins (RFC 5155 1.3). */
  nextCloserAt = 0;
  /** True while `state.found` is the wildcard that stands for the current name. */
  expanded = false;

  /** A name looked up aside (wildcard, glue). */
  readonly aside: NodeRef = new NodeRef();

  /** The names answered before this one, against loops. */
  readonly #pastNames: Uint8Array[] = Array.from({ length: MAX_CHAIN + 1 }, () => EMPTY);
  readonly #pastStarts = new Int32Array(MAX_CHAIN + 1);
  readonly #pastEnds = new Int32Array(MAX_CHAIN + 1);

  begin(version: ZoneVersion, qtype: number, dnssecOk: boolean, result: LookupResult): void {
    this.version = version;
    this.stack = version.stack;
    this.result = result;
    this.qtype = qtype;
    this.dnssecOk = dnssecOk;
    this.hops = 0;
  }

  setName(name: Uint8Array, start: number, apexAt: number, end: number): void {
    this.name = name;
    this.start = start;
    this.apexAt = apexAt;
    this.end = end;
  }

  /** Lets go of what the lookup used, so that an old version is not kept in memory by the last query for it. */
  done(): void {
    this.version = undefined as never;
    this.stack = undefined as never;
    this.result = undefined as never;
    this.found.layer = undefined as never;
    this.aside.layer = undefined as never;
    this.name = EMPTY;
    for (let i = 0; i < this.hops; i++) this.#pastNames[i] = EMPTY;
  }

  /** Counts the current name as answered. @returns false when the chain is as long as it may be. */
  hop(): boolean {
    const { hops } = this;
    if (hops === MAX_CHAIN) return false;
    this.#pastNames[hops] = this.name;
    this.#pastStarts[hops] = this.start;
    this.#pastEnds[hops] = this.end;
    this.hops = hops + 1;
    return true;
  }

  /** True when `name[start..end)` was answered before: the chain loops. */
  wasAnswered(name: Uint8Array, start: number, end: number): boolean {
    for (let i = 0; i < this.hops; i++)
      if (sameRelativeName(this.#pastNames[i], this.#pastStarts[i], this.#pastEnds[i], name, start, end)) return true;
    return false;
  }

  /** Makes the owner of `ref` the part of the current name from `at` on. */
  setOwner(ref: RRsetRef, at: number): void {
    if (this.hops === 0) {
      ref.ownerInQname = at - this.start;
    } else {
      ref.ownerInQname = -1;
      ref.owner = this.name;
      ref.ownerStart = at;
      ref.ownerEnd = this.end;
    }
  }

  /**
   * Adds the RRset at `rrset` of `layer` to `list`, and with DO the RRSIGs of its type from the same node,
   * both owned by the current name from `ownerAt` on. @returns false when the section is full.
   */
  put(list: RRsetList, layer: Layer, node: number, rrset: number, ownerAt: number): boolean {
    const ref = list.take();
    if (ref === undefined) return false;
    fill(ref, layer, rrset);
    this.setOwner(ref, ownerAt);
    if (!this.dnssecOk || ref.type === TYPE_RRSIG) return true;
    const signatures = layer.findRRset(node, TYPE_RRSIG, ref.type);
    if (signatures === 0) return true;
    const signed = list.take();
    if (signed === undefined) return false;
    fill(signed, layer, signatures);
    this.setOwner(signed, ownerAt);
    return true;
  }
}

/** Points `ref` at the RRset at `rrset` of `layer`; the owner is left to the caller. */
export function fill(ref: RRsetRef, layer: Layer, rrset: number): void {
  const { words } = layer;
  const at = rrset >>> 2;
  const head = words[at];
  ref.type = head & 0xffff;
  ref.count = head >>> 16;
  ref.ttl = words[at + 1];
  ref.bytes = layer.bytes;
  ref.start = rrset + 12;
  ref.end = rrset + 12 + words[at + 2];
}
