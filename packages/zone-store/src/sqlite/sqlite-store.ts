import type { DatabaseSync } from 'node:sqlite';
import { type Name, nameKey, nameToText, type Problem, ZonewireError } from '@zonewire/shared-protocol';
import type { ZoneDiff, ZoneVersion } from '@zonewire/zone';
import { checkZone } from '../commit-order.ts';
import { factsText } from '../facts.ts';
import {
  DEFAULT_JOURNAL_LIMITS,
  type Facts,
  type ImageOptions,
  type JournalInfo,
  type JournalLimits,
  type Pace,
  type StoredZone,
  type StoreStats,
  type ZoneStore,
} from '../port.ts';
import { Checkpoint } from './checkpoint.ts';
import { databaseDamaged, isCorruption, isOfOneStatement, openDatabase, openError, writeError } from './database.ts';
import { GroupCommit, type Operation } from './group-commit.ts';
import type { PreparedFiles } from './image-layers.ts';
import { IMAGE_RETRY_COMMITS, LAYER_FILE_BYTES } from './image-policy.ts';
import { LaterImages } from './later-images.ts';
import {
  behindImageOperation,
  diffOperation,
  dropOperation,
  factsOperation,
  fitsJournal,
  imageOperation,
  type StoreParts,
} from './operations.ts';
import { goBack, serialAt } from './position.ts';
import { recoverStore, recoverVersion } from './recovery.ts';
import { WriteAheadLog } from './write-ahead-log.ts';
import { historyOf, type ZoneState } from './zone-state.ts';

/**
 * Opens (creates) the store in `dir`, for this process alone.
 * @throws ZonewireError `store-in-use`, `store-too-new`, `store-damaged` (the database itself), `store-open-failed`
 */
export async function openZoneStore({ dir }: { readonly dir: string }): Promise<ZoneStore> {
  const db = openDatabase(dir);
  try {
    return new SqliteZoneStore(dir, db);
  } catch (cause) {
    db.close();
    throw openError(dir, cause);
  }
}

/** What is remembered of a zone while the process runs. */
interface ZoneRuntime {
  limits: JournalLimits;
  /** An image is being written behind the commits. */
  imaging: boolean;
  /** After a failure: no new try before the zone's diff of this ordinal. */
  retryAt: number;
}

/** Exported for its tests; everyone else uses {@link openZoneStore}. */
export class SqliteZoneStore implements ZoneStore {
  readonly #dir: string;
  readonly #db: DatabaseSync;
  readonly #parts: StoreParts;
  readonly #groups: GroupCommit;
  readonly #checkpoint: Checkpoint;
  readonly #log: WriteAheadLog;
  readonly #zones = new Map<string, ZoneRuntime>();
  /** Zones whose large image is being written: what is called meanwhile for such a zone is queued behind it. */
  readonly #tails = new Map<string, Promise<void>>();
  /** Images being written behind the commits. */
  readonly #behind = new Set<Promise<void>>();
  readonly #later = new LaterImages((key, at, version) => this.#writeImageBehind(key, at, version));
  #closed = false;

  /** `now` in ms. */
  constructor(dir: string, db: DatabaseSync, log = new WriteAheadLog(dir), now = () => performance.now()) {
    this.#dir = dir;
    this.#db = db;
    this.#parts = recoverStore(dir, db);
    this.#checkpoint = new Checkpoint(db);
    this.#log = log;
    const { states } = this.#parts;
    const begin = db.prepare('BEGIN IMMEDIATE');
    const commit = db.prepare('COMMIT');
    this.#groups = new GroupCommit(
      {
        begin: () => {
          if (log.failed !== undefined) throw log.failed;
          begin.run();
        },
        commit: () => {
          commit.run();
        },
        sync: () => log.sync(),
        syncBehind: (done) => log.syncBehind(done),
        stored: () => states.commit(),
        rollback: () => {
          states.rollback();
          try {
            if (db.isTransaction) db.exec('ROLLBACK');
          } catch {
            // The disk is sick: BEGIN fails then, and the callers of that group are told.
          }
        },
        concernsOne: isOfOneStatement,
        describe: (cause) => writeError(dir, cause),
      },
      (bytes) => {
        log.committed();
        this.#checkpoint.committed(bytes);
      },
      now,
    );
  }

  get stats(): Readonly<StoreStats> {
    const { groups: syncs, groupsFailed: syncsFailed } = this.#groups;
    return { ...this.#parts.stats, syncs, syncsFailed, checkpoints: this.#checkpoint.count };
  }

  zones(): Name[] {
    return Array.from(this.#parts.states.all(), ({ apex }) => apex);
  }

  async load(apex: Name): Promise<StoredZone | undefined> {
    // The rows may be those of a group that is not synced yet.
    if (this.#groups.syncing) await this.#groups.idle();
    this.#refuseClosed();
    // The database may be ahead of what is known of it.
    if (this.#log.failed !== undefined) throw writeError(this.#dir, this.#log.failed, nameToText(apex));
    const { journal, layers, states, zones } = this.#parts;
    const key = nameKey(apex);
    const state = states.get(key);
    if (state === undefined) return undefined;
    try {
      const facts = zones.facts(state.id, state.apex);
      if (!facts.ok) throw this.#damaged(apex, facts.error);
      if (state.image === undefined && state.damage === undefined) return { facts: facts.value };
      const version = recoverVersion(state, layers, journal);
      if (version.ok) return { version: version.value, facts: facts.value };
      states.stage(key, { ...state, damage: version.error.message });
      states.commit();
      throw this.#damaged(apex, version.error);
    } catch (cause) {
      if (isCorruption(cause)) throw this.#damaged(apex, databaseDamaged(this.#dir, cause), cause);
      throw cause;
    }
  }

  commitDiff(apex: Name, diff: ZoneDiff, version: ZoneVersion, facts?: Facts, pace?: Pace): Promise<void> {
    return this.#queued(apex, (key, limits) => {
      checkZone(apex, version);
      if (!fitsJournal(diff, limits)) return this.#storeImage(key, limits, { apex, diff, version, facts, pace });
      const imageWanted = (at: ZoneState, when: 'now' | 'soon') => {
        if (when === 'soon') this.#later.put(key, at, version);
        else if (!this.#closed) this.#writeImageBehind(key, at, version);
      };
      const text = facts && factsText(apex, facts);
      const o = { key, apex, diff, version, facts: text, limits, imageWanted };
      return this.#submit(key, diffOperation(this.#parts, o), pace);
    });
  }

  commitImage(apex: Name, version: ZoneVersion, options: ImageOptions = {}): Promise<void> {
    const { facts, diff, pace } = options;
    return this.#queued(apex, (key, limits) => {
      checkZone(apex, version);
      return this.#storeImage(key, limits, { apex, version, facts, diff, pace });
    });
  }

  saveFacts(apex: Name, facts: Facts): Promise<void> {
    return this.#queued(apex, (key) => {
      return this.#submit(key, factsOperation(this.#parts, { key, apex, facts: factsText(apex, facts) }), 'patient');
    });
  }

  diffsFrom(apex: Name, fromSerial: number, maxBytes = Infinity): ZoneDiff[] | undefined {
    this.#refuseClosed();
    const { journal, states, stats } = this.#parts;
    const state = states.stored(nameKey(apex));
    if (state?.image === undefined || state.damage !== undefined || this.#log.failed !== undefined) return undefined;
    const start = goBack(state.position, fromSerial);
    if (start === state.position) return [];
    const bytes = journal.bytesFrom(state, start);
    if (bytes === undefined || bytes > maxBytes) return undefined;
    const diffs: ZoneDiff[] = [];
    for (const diff of journal.chain(state, state.apex, start)) {
      if (!diff.ok) {
        stats.damaged++;
        return undefined;
      }
      diffs.push(diff.value);
    }
    return diffs;
  }

  journalInfo(apex: Name): JournalInfo {
    const state = this.#parts.states.stored(nameKey(apex));
    if (state?.oldest === undefined) return { depth: 0, bytes: 0 };
    return { ...historyOf(state), oldestSerial: serialAt(state.oldest.start) };
  }

  setLimits(apex: Name, limits: JournalLimits): void {
    this.#runtime(nameKey(apex)).limits = limits;
  }

  drop(apex: Name): Promise<void> {
    return this.#queued(apex, (key) => {
      this.#runtime(key).retryAt = 0;
      return this.#submit(key, dropOperation(this.#parts, { key, apex }));
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    while (this.#tails.size > 0) await Promise.all(this.#tails.values());
    await this.#groups.idle();
    this.#later.flush();
    while (this.#behind.size > 0) await Promise.all(this.#behind);
    await this.#parts.layers.settled();
    this.#checkpoint.cancel();
    this.#log.close();
    this.#db.close();
  }

  /** Not async: each caller gets the very promise that its group settles, so that they settle in call order. */
  #queued(apex: Name, queue: (key: string, limits: JournalLimits) => Promise<void>): Promise<void> {
    try {
      this.#refuseClosed();
      const key = nameKey(apex);
      return queue(key, this.#runtime(key).limits);
    } catch (cause) {
      return Promise.reject(cause);
    }
  }

  #storeImage(
    key: string,
    limits: JournalLimits,
    o: Pick<ImageOptions, 'diff' | 'facts' | 'pace'> & { apex: Name; version: ZoneVersion },
  ): Promise<void> {
    const facts = o.facts && factsText(o.apex, o.facts);
    const operation = (prepared?: PreparedFiles) =>
      imageOperation(this.#parts, { ...o, diff: o.diff, key, facts, limits, prepared });
    if (o.version.layers.some(({ byteLength }) => byteLength >= LAYER_FILE_BYTES))
      return this.#submitBehindFiles(key, o.apex, o.version, operation);
    return this.#submit(key, operation(), o.pace);
  }

  /** In the order of the zone's calls. */
  #submit(key: string, operation: Operation, pace?: Pace): Promise<void> {
    const tail = this.#tails.get(key);
    if (tail === undefined) return this.#groups.enqueue(operation, pace);
    const caller = Promise.withResolvers<void>();
    tail.then(() => {
      this.#groups.enqueue(operation, pace, caller);
    });
    return caller.promise;
  }

  /**
   * Writes the version's large layers as files first, without holding the event loop or anyone but this zone.
   * Which of them are on disk already is known once the zone's earlier calls are settled.
   */
  #submitBehindFiles(
    key: string,
    apex: Name,
    version: ZoneVersion,
    operation: (prepared: PreparedFiles) => Operation,
  ): Promise<void> {
    const { layers, states, stats } = this.#parts;
    const caller = Promise.withResolvers<void>();
    const tail = (this.#tails.get(key) ?? Promise.resolve())
      .then(() => this.#groups.idle())
      .then(() => layers.prepare(apex, layers.plan(states.get(key), version).missingFiles))
      .then((prepared) => {
        this.#groups.enqueue(operation(prepared), 'now', caller);
      })
      .catch((cause) => {
        stats.commitsRefused++;
        caller.reject(writeError(this.#dir, cause, nameToText(apex)));
      });
    this.#tails.set(key, tail);
    // The first callback of `tail`: those who queued behind it come next, and only then anyone who finds it gone.
    tail.then(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
    return caller.promise;
  }

  /** Brings the zone's image up to `version`, which stands at `at`, without anyone waiting for it. */
  #writeImageBehind(key: string, at: ZoneState, version: ZoneVersion): void {
    const zone = this.#runtime(key);
    if (zone.imaging || this.#tails.has(key) || at.ordinal < zone.retryAt) return;
    zone.imaging = true;
    const { layers, stats } = this.#parts;
    const { apex } = at;
    const writing = layers
      .prepare(apex, layers.plan(at, version).missingFiles)
      .then((prepared) =>
        this.#groups.enqueue(
          behindImageOperation(this.#parts, { key, apex, version, at, prepared, limits: zone.limits }),
          'patient',
        ),
      )
      .catch(() => {
        stats.imagesFailed++;
        zone.retryAt = at.ordinal + IMAGE_RETRY_COMMITS;
      })
      .finally(() => {
        zone.imaging = false;
        this.#behind.delete(writing);
      });
    this.#behind.add(writing);
  }

  #runtime(key: string): ZoneRuntime {
    let zone = this.#zones.get(key);
    if (zone === undefined) {
      zone = { limits: DEFAULT_JOURNAL_LIMITS, imaging: false, retryAt: 0 };
      this.#zones.set(key, zone);
    }
    return zone;
  }

  #refuseClosed(): void {
    if (this.#closed) throw new ZonewireError('store-closed', `the store in ${this.#dir} is closed`);
  }

  #damaged(apex: Name, problem: Problem, cause?: unknown): ZonewireError {
    this.#parts.stats.damaged++;
    const zone = nameToText(apex);
    return new ZonewireError(
      'store-damaged',
      `what is stored of zone ${zone} in ${this.#dir} is damaged: ${problem.message}. Nothing of it is used: a secondary ` +
        'transfers the zone anew, a primary reads it from its file (dynamic updates not in the file are lost)',
      { zone, cause },
    );
  }
}
