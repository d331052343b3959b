import { LOWER, labelCount, lowercaseName, type Name, nameToText, ZonewireError } from '@zonewire/shared-protocol';
import type { ZoneVersion } from '@zonewire/zone';
import type { AclRule } from './access.ts';
import type { ZoneHandler } from './zone-handler.ts';

/** A zone as the nameserver sees it. Its owner (primary or secondary) changes it through the table. */
export interface ZoneEntry {
  readonly apex: Name;
  /** What is answered from; undefined while nothing is loaded. Replaced whole: a reader keeps the version it took. */
  version: ZoneVersion | undefined;
  state: 'serving' | 'loading' | 'expired';
  /** ms since the epoch; undefined: never (primary). The zone counts as expired from this moment on, whatever `state` says. */
  expireAt: number | undefined;
  acl: readonly AclRule[];
  readonly role: 'primary' | 'secondary';
  readonly handler: ZoneHandler;
}

/** A zone to be added; `version`, `expireAt` may come later, `state` follows from `version`. */
export type NewZoneEntry = Omit<ZoneEntry, 'version' | 'state' | 'expireAt'> & Partial<ZoneEntry>;

/** What is answered has changed. */
export type ZoneChange =
  /** `isLoaded`: what was on disk, of which nobody has been told: copies may follow a moment later. */
  | { readonly kind: 'changed'; readonly entry: ZoneEntry; readonly isLoaded?: boolean }
  | { readonly kind: 'removed'; readonly apex: Name }
  /** Nothing has changed yet: the entry will most likely get this version in a moment. */
  | {
      readonly kind: 'prepared';
      readonly entry: ZoneEntry;
      readonly version: ZoneVersion;
      readonly expireAt: number | undefined;
    };

/**
 * The zones of a node, found by the longest match of a name (RFC 1034 4.3.2 step 2) in a hash of their apexes.
 * Finding allocates nothing and costs at most one probe for each label of the deepest apex.
 */
export class ZoneTable {
  /** Open addressing, a power of two, at most half full. */
  #slots: (ZoneEntry | undefined)[] = new Array(16).fill(undefined);
  #hashes = new Int32Array(16);
  #size = 0;
  /** Zones by number of labels in their apex; `#deepest` is the greatest such number. */
  readonly #byDepth = new Uint32Array(128);
  #deepest = -1;
  /** Starts of the labels of the name at hand. */
  readonly #labels = new Uint16Array(128);
  readonly #watchers = new Set<(change: ZoneChange) => void>();

  get size(): number {
    return this.#size;
  }

  /** Throws ZonewireError `zone-already-served` when there is one with this apex. */
  add(zone: NewZoneEntry): ZoneEntry {
    const apex = inLowercase(zone.apex);
    if (this.get(apex) !== undefined) {
      const text = nameToText(apex);
      throw new ZonewireError('zone-already-served', `the zone ${text} is in the table already`, { zone: text });
    }
    const entry: ZoneEntry = {
      apex,
      version: zone.version,
      state: zone.state ?? (zone.version === undefined ? 'loading' : 'serving'),
      expireAt: zone.expireAt,
      acl: zone.acl,
      role: zone.role,
      handler: zone.handler,
    };
    if (2 * (this.#size + 1) > this.#slots.length) this.#rebuild(2 * this.#slots.length);
    this.#insert(entry, hashName(apex, 0, apex.length));
    this.#size++;
    const depth = labelCount(apex);
    this.#byDepth[depth]++;
    this.#deepest = Math.max(this.#deepest, depth);
    this.#changed(entry);
    return entry;
  }

  remove(apex: Name): void {
    const hash = hashName(apex, 0, apex.length);
    const slot = this.#slotOf(apex, 0, apex.length, hash);
    if (slot < 0) return;
    this.#close(slot);
    this.#size--;
    this.#byDepth[labelCount(apex)]--;
    while (this.#deepest >= 0 && this.#byDepth[this.#deepest] === 0) this.#deepest--;
    for (const watcher of this.#watchers) watcher({ kind: 'removed', apex });
  }

  /** Calls `watcher` after every change of what is answered, for those who answer from a copy. @returns how to end it. */
  watch(watcher: (change: ZoneChange) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** The zone with exactly this apex. */
  get(apex: Name): ZoneEntry | undefined {
    return this.#probe(apex, 0, apex.length, hashName(apex, 0, apex.length));
  }

  /** The zone with the longest apex that the uncompressed name `name[start..end)` is at or below; case does not matter. */
  find(name: Uint8Array, start = 0, end: number = name.length): ZoneEntry | undefined {
    const labels = this.#labels;
    let count = 0;
    for (let i = start; name[i] !== 0; i += name[i] + 1) labels[count++] = i;
    let found: ZoneEntry | undefined;
    let hash = ROOT_HASH;
    if (this.#byDepth[0] > 0) found = this.#probe(name, end - 1, end, hash);
    const deepest = Math.min(count, this.#deepest);
    for (let depth = 1; depth <= deepest; depth++) {
      const at = labels[count - depth];
      hash = hashLabel(hash, name, at);
      if (this.#byDepth[depth] === 0) continue;
      found = this.#probe(name, at, end, hash) ?? found;
    }
    return found;
  }

  /** Serves `version` from now on: one assignment, no reader waits. `expireAt` in ms since the epoch; absent: never. */
  publish(apex: Name, version: ZoneVersion, expireAt?: number): void {
    this.#publish(apex, version, expireAt, false);
  }

  /**
   * The version is about to be published, by a call with the same arguments, if what is still to be done goes well: those who answer from a
   * copy can take it already. Nobody shows it before.
   */
  prepare(apex: Name, version: ZoneVersion, expireAt?: number): void {
    const entry = this.get(apex);
    if (entry === undefined || entry.state !== 'serving') return;
    for (const watcher of this.#watchers) watcher({ kind: 'prepared', entry, version, expireAt });
  }

  /** {@link publish} of what was on disk at the start: thousands of zones, of which nobody has been told. */
  load(apex: Name, version: ZoneVersion, expireAt?: number): void {
    this.#publish(apex, version, expireAt, true);
  }

  #publish(apex: Name, version: ZoneVersion, expireAt: number | undefined, isLoaded: boolean): void {
    const entry = this.#owned(apex);
    entry.version = version;
    entry.expireAt = expireAt;
    entry.state = 'serving';
    this.#changed(entry, isLoaded);
  }

  /** `version` has the records of `from` in other layers (compaction). Nothing happens when another one was published meanwhile. */
  replaceLayers(apex: Name, from: ZoneVersion, version: ZoneVersion): void {
    const entry = this.get(apex);
    if (entry === undefined || entry.version !== from) return;
    entry.version = version;
    this.#changed(entry);
  }

  /** The version served was found to be current: it lives until `expireAt`, also when it had expired (a primary that comes back with the same serial). */
  renew(apex: Name, expireAt: number): void {
    const entry = this.#owned(apex);
    entry.expireAt = expireAt;
    if (entry.version !== undefined) entry.state = 'serving';
    this.#changed(entry);
  }

  /** Answers SERVFAIL from now on; the version is kept, for IXFR and for {@link renew}. */
  expire(apex: Name): void {
    const entry = this.#owned(apex);
    entry.state = 'expired';
    this.#changed(entry);
  }

  *entries(): Generator<ZoneEntry> {
    for (const entry of this.#slots) if (entry !== undefined) yield entry;
  }

  #changed(entry: ZoneEntry, isLoaded = false): void {
    if (this.#watchers.size === 0) return;
    for (const watcher of this.#watchers) watcher({ kind: 'changed', entry, isLoaded });
  }

  #owned(apex: Name): ZoneEntry {
    const entry = this.get(apex);
    if (entry !== undefined) return entry;
    const text = nameToText(apex);
    throw new ZonewireError('zone-not-served', `the zone ${text} is not in the table`, { zone: text });
  }

  #probe(name: Uint8Array, start: number, end: number, hash: number): ZoneEntry | undefined {
    const slot = this.#slotOf(name, start, end, hash);
    return slot < 0 ? undefined : this.#slots[slot];
  }

  #slotOf(name: Uint8Array, start: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot];
      if (entry === undefined) return -1;
      if (this.#hashes[slot] === hash && sameApex(entry.apex, name, start, end)) return slot;
    }
  }

  /** Empties a slot and moves later entries of its run back, so that no probe stops early. */
  #close(hole: number): void {
    const mask = this.#slots.length - 1;
    for (let slot = (hole + 1) & mask; this.#slots[slot] !== undefined; slot = (slot + 1) & mask) {
      const distance = (slot - (this.#hashes[slot] & mask)) & mask;
      if (distance < ((slot - hole) & mask)) continue;
      this.#slots[hole] = this.#slots[slot];
      this.#hashes[hole] = this.#hashes[slot];
      hole = slot;
    }
    this.#slots[hole] = undefined;
  }

  #insert(entry: ZoneEntry, hash: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot] !== undefined) slot = (slot + 1) & mask;
    this.#slots[slot] = entry;
    this.#hashes[slot] = hash;
  }

  #rebuild(capacity: number): void {
    const entries = [...this.entries()];
    this.#slots = new Array(capacity).fill(undefined);
    this.#hashes = new Int32Array(capacity);
    for (const entry of entries) this.#insert(entry, hashName(entry.apex, 0, entry.apex.length));
  }
}

/** The name itself when it is in lower case, as most are: each of thousands of zones would keep a copy of it. */
function inLowercase(name: Name): Name {
  return name.every((octet) => LOWER[octet] === octet) ? name : lowercaseName(name);
}

const ROOT_HASH = 0x2545f491 | 0;
const LABEL_STARTS = new Uint16Array(128);

function hashLabel(hash: number, name: Uint8Array, at: number): number {
  for (let end = at + name[at]; at <= end; at++) hash = Math.imul(hash ^ LOWER[name[at]], 0x01000193);
  return hash ^ (hash >>> 15);
}

/** Hash of the labels from right to left, so that every suffix's hash is a step on the way. */
function hashName(name: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end && name[i] !== 0; i += name[i] + 1) LABEL_STARTS[count++] = i;
  let hash = ROOT_HASH;
  while (count > 0) hash = hashLabel(hash, name, LABEL_STARTS[--count]);
  return hash;
}

/** `apex` is in lower case. */
function sameApex(apex: Name, name: Uint8Array, start: number, end: number): boolean {
  if (apex.length !== end - start) return false;
  for (let i = 0; i < apex.length; i++) if (apex[i] !== LOWER[name[start + i]]) return false;
  return true;
}
