import { type Name, nameKey, ZonewireError } from '@zonewire/shared-protocol';
import type { ZoneDiff, ZoneVersion } from '@zonewire/zone';
import { checkZone, refuseOutOfOrder } from '../commit-order.ts';
import { factsText } from '../facts.ts';
import {
  DEFAULT_JOURNAL_LIMITS,
  type DiffOptions,
  emptyStats,
  type Facts,
  type ImageOptions,
  type JournalInfo,
  type JournalLimits,
  type StoredZone,
  type StoreStats,
  type ZoneStore,
} from '../port.ts';

/** Nothing outlives the process: for tests, simulations and throw-away secondaries. Same contract, same suite. */
export function openMemoryStore(): ZoneStore {
  return new MemoryZoneStore();
}

interface MemoryZone {
  readonly apex: Name;
  version: ZoneVersion | undefined;
  /** JSON text, so that what is loaded is never what was saved. */
  facts: string;
  history: ZoneDiff[];
  /** Octets of the history. */
  bytes: number;
}

class MemoryZoneStore implements ZoneStore {
  readonly #zones = new Map<string, MemoryZone>();
  readonly #limits = new Map<string, JournalLimits>();
  readonly #stats: StoreStats = emptyStats();
  #closed = false;

  get stats(): Readonly<StoreStats> {
    return { ...this.#stats };
  }

  zones(): Name[] {
    return Array.from(this.#zones.values(), ({ apex }) => apex);
  }

  async load(apex: Name): Promise<StoredZone | undefined> {
    this.#refuseClosed();
    const zone = this.#zones.get(nameKey(apex));
    if (zone === undefined) return undefined;
    const facts = JSON.parse(zone.facts) as Facts;
    return zone.version === undefined ? { facts } : { version: zone.version, facts };
  }

  async commitDiff(
    apex: Name,
    diff: ZoneDiff,
    version: ZoneVersion,
    facts?: Facts,
    { written }: DiffOptions = {},
  ): Promise<void> {
    return this.#commit(() => {
      this.#install(apex, version, facts, diff);
      written?.();
    });
  }

  async commitImage(apex: Name, version: ZoneVersion, options: ImageOptions = {}): Promise<void> {
    return this.#commit(() => this.#install(apex, version, options.facts, options.diff));
  }

  async saveFacts(apex: Name, facts: Facts): Promise<void> {
    return this.#commit(() => {
      const text = factsText(apex, facts);
      this.#zone(apex).facts = text;
    });
  }

  diffsFrom(apex: Name, fromSerial: number, maxBytes = Infinity): ZoneDiff[] | undefined {
    this.#refuseClosed();
    const zone = this.#zones.get(nameKey(apex));
    if (zone?.version === undefined) return undefined;
    if (zone.version.serial === fromSerial) return [];
    const first = zone.history.findLastIndex((diff) => diff.fromSerial === fromSerial);
    if (first < 0) return undefined;
    const diffs = zone.history.slice(first);
    return diffs.reduce((sum, diff) => sum + diff.bytes.length, 0) <= maxBytes ? diffs : undefined;
  }

  journalInfo(apex: Name): JournalInfo {
    const zone = this.#zones.get(nameKey(apex));
    if (zone === undefined || zone.history.length === 0) return { depth: 0, bytes: 0 };
    return { depth: zone.history.length, bytes: zone.bytes, oldestSerial: zone.history[0].fromSerial };
  }

  setLimits(apex: Name, limits: JournalLimits): void {
    this.#limits.set(nameKey(apex), limits);
  }

  async drop(apex: Name): Promise<void> {
    return this.#commit(() => {
      this.#zones.delete(nameKey(apex));
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  /** Settles in call order, and never before the caller has its promise. */
  async #commit(change: () => void): Promise<void> {
    this.#refuseClosed();
    try {
      change();
    } catch (cause) {
      this.#stats.commitsRefused++;
      throw cause;
    }
    this.#stats.commits++;
    this.#stats.syncs++;
  }

  #install(apex: Name, version: ZoneVersion, facts: Facts | undefined, diff: ZoneDiff | undefined): void {
    checkZone(apex, version);
    const stored = this.#zones.get(nameKey(apex))?.version?.serial;
    const refusal = diff === undefined ? undefined : refuseOutOfOrder(apex, stored, diff, version);
    if (refusal !== undefined) throw refusal;
    const text = facts === undefined ? undefined : factsText(apex, facts);
    const zone = this.#zone(apex);
    const limits = this.#limits.get(nameKey(apex)) ?? DEFAULT_JOURNAL_LIMITS;
    zone.version = version;
    if (text !== undefined) zone.facts = text;
    if (diff === undefined || diff.bytes.length > limits.journalMaxSize) {
      zone.history = [];
      zone.bytes = 0;
    } else {
      zone.history.push(diff);
      zone.bytes += diff.bytes.length;
      this.#stats.journalRows++;
      this.#stats.journalBytes += diff.bytes.length;
    }
    this.#trim(zone, limits);
  }

  #trim(zone: MemoryZone, { journalMaxDepth, journalMaxSize }: JournalLimits): void {
    const { history } = zone;
    let surplus = 0;
    while (history.length - surplus > journalMaxDepth || zone.bytes > journalMaxSize)
      zone.bytes -= history[surplus++].bytes.length;
    if (surplus > 0) history.splice(0, surplus);
    this.#stats.journalRowsTrimmed += surplus;
  }

  #zone(apex: Name): MemoryZone {
    const key = nameKey(apex);
    let zone = this.#zones.get(key);
    if (zone === undefined) {
      zone = { apex: apex.slice(), version: undefined, facts: '{}', history: [], bytes: 0 };
      this.#zones.set(key, zone);
    }
    return zone;
  }

  #refuseClosed(): void {
    if (this.#closed) throw new ZonewireError('store-closed', 'the store in memory is closed');
  }
}
