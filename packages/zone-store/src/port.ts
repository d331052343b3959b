import type { Name } from '@zonewire/shared-protocol';
import type { ZoneDiff, ZoneVersion } from '@zonewire/zone';

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/**
 * What primary and secondary remember of a zone beside its records (when it expires, who was asked last …).
 * Times are absolute, milliseconds since the epoch. A key whose value is `undefined` is not stored.
 */
export type Facts = { readonly [key: string]: JsonValue | undefined };

/** How much history of a zone is kept for IXFR. Recovery may need a little more for a moment; it is trimmed afterwards. */
export interface JournalLimits {
  /** Octets of diffs. */
  readonly journalMaxSize: number;
  /** Number of diffs. 0: no history at all. */
  readonly journalMaxDepth: number;
}

/** 20,000 diffs are one update every 4.3 s for a day; 64 MiB bound what one IXFR answer can cost in memory. */
export const DEFAULT_JOURNAL_LIMITS: JournalLimits = { journalMaxSize: 64 * 1024 * 1024, journalMaxDepth: 20_000 };

/** What the store holds of a zone; `version` is missing while only facts were saved (a secondary that never got the zone). */
export type StoredZone =
  | { readonly version: ZoneVersion; readonly facts: Facts }
  | { readonly version?: undefined; readonly facts: Facts };

export interface JournalInfo {
  readonly depth: number;
  /** Octets of the stored diffs. */
  readonly bytes: number;
  /** The oldest serial an IXFR can start from; missing when there is no history. */
  readonly oldestSerial?: number;
}

/** Counters since the store was opened; they only grow. */
export interface StoreStats {
  /** Calls of commitDiff, commitImage, saveFacts and drop that became durable. */
  commits: number;
  /** Transactions, each with one sync to disk. `commits / syncs` is what grouping saves. */
  syncs: number;
  /** Calls refused for their order, their size, or because the disk did not take them. */
  commitsRefused: number;
  /** Transactions the disk did not take (full, read-only, error). */
  syncsFailed: number;
  /** Images of zones made durable, by commitImage or because the journal had grown. */
  imagesWritten: number;
  /** Octets of layers written for them; a layer already on disk is not written again. */
  imageBytes: number;
  /** Images that could not be written in the background; the journal keeps everything, the next commit tries again. */
  imagesFailed: number;
  journalRows: number;
  journalBytes: number;
  /** Diffs dropped by the journal limits. */
  journalRowsTrimmed: number;
  /** Write-ahead log moved into the database. */
  checkpoints: number;
  /** Damaged rows or files met. */
  damaged: number;
  /** Files of unfinished or superseded images removed at start. */
  orphansRemoved: number;
}

/** 'patient': one of so many that it may wait some 25 ms for others to share its sync with. Default: 'now'. */
export type Pace = 'now' | 'patient';

/** How a diff is stored. */
export interface DiffOptions {
  readonly pace?: Pace | undefined;
  /**
   * Called when everything is written and only the sync is left, during which this thread stands still: what is prepared now costs nobody
   * time. It may still fail. Not called when the sync is made beside the event loop, or many share it.
   */
  readonly written?: (() => void) | undefined;
}

export interface ImageOptions {
  readonly facts?: Facts;
  readonly diff?: ZoneDiff;
  readonly pace?: Pace;
}

/**
 * Durable zone versions. Promises of one zone's calls settle in call order; different zones do not wait for each other,
 * but everything queued meanwhile shares one transaction and one sync.
 *
 * Every call after `close` rejects with `store-closed`. Codes of the {@link ZonewireError}s are part of the contract.
 */
export interface ZoneStore {
  readonly stats: Readonly<StoreStats>;

  /** The zones of which anything is stored, in no particular order. */
  zones(): Name[];

  /**
   * The last committed version and facts; `undefined` when nothing is stored.
   * @throws ZonewireError `store-damaged`: what is stored of this zone does not verify. Other zones are not touched by it.
   *   Also of a zone that is not stored, when it may have been lost with a damaged database.
   *   `commitImage` and `drop` replace what is damaged.
   */
  load(apex: Name): Promise<StoredZone | undefined>;

  /**
   * Durable when resolved; `diff` leads from the stored serial to `version`. Without `facts` the stored ones stay.
   * @throws ZonewireError `store-out-of-order` when `diff` does not start at the stored serial or does not end at `version`'s;
   *   `store-write-failed` (with `cause`) when the disk did not take it: nothing of it is stored, the caller may try again;
   *   `store-damaged` when `load` found damage: `commitImage` is needed; `store-wrong-zone` for a version of another zone.
   */
  commitDiff(apex: Name, diff: ZoneDiff, version: ZoneVersion, facts?: Facts, options?: DiffOptions): Promise<void>;

  /**
   * Durable when resolved: a whole new version (first load, AXFR).
   * With `diff` from the stored serial to `version` the history stays usable for IXFR. Without it, or when it is larger
   * than the limits of the history, or when what is stored is damaged, the history is dropped.
   * @throws ZonewireError as {@link commitDiff}
   */
  commitImage(apex: Name, version: ZoneVersion, options?: ImageOptions): Promise<void>;

  /**
   * Durable when resolved, as one who is patient: `facts` replace the stored ones. Works for a zone of which nothing is stored yet.
   * @throws ZonewireError `store-facts-too-large` (so do the other calls with facts), `store-write-failed`
   */
  saveFacts(apex: Name, facts: Facts): Promise<void>;

  /**
   * The diffs from `fromSerial` to the stored serial, oldest first; empty when it is the stored serial,
   * `undefined` when the history does not reach (unknown serial, trimmed, damaged), or when the diffs are more than
   * `maxBytes` octets together (found without reading them): answer with the whole zone then.
   * Reading takes about 6 µs a diff, on the calling thread: give the octets of the zone as `maxBytes`, an IXFR that is
   * larger than the zone serves nobody.
   */
  diffsFrom(apex: Name, fromSerial: number, maxBytes?: number): ZoneDiff[] | undefined;

  journalInfo(apex: Name): JournalInfo;

  /** Not stored: to be said again after each start. Lower limits take effect at the zone's next commit. */
  setLimits(apex: Name, limits: JournalLimits): void;

  /** Forgets the zone: versions, history, facts. Durable when resolved; unknown zones are no error. */
  drop(apex: Name): Promise<void>;

  /** Waits for what is queued, then releases the directory. */
  close(): Promise<void>;
}

export function emptyStats(): StoreStats {
  return {
    commits: 0,
    syncs: 0,
    commitsRefused: 0,
    syncsFailed: 0,
    imagesWritten: 0,
    imageBytes: 0,
    imagesFailed: 0,
    journalRows: 0,
    journalBytes: 0,
    journalRowsTrimmed: 0,
    checkpoints: 0,
    damaged: 0,
    orphansRemoved: 0,
  };
}
