import type { DatabaseSync } from 'node:sqlite';
import { type Name, nameKey, nameToText, type Problem, ZonewireError } from '@zonewire/shared-protocol';
import type { ZoneDiff, ZoneVersion } from '@zonewire/zone';
import { checkZone } from '../commit-order.ts';
import { factsText } from '../facts.ts';
import {
  DEFAULT_JOURNAL_LIMITS,
  type DiffOptions,
  type Facts,
  type ImageOptions,
  type JournalInfo,
  type JournalLimits,
  type StoredZone,
  type StoreStats,
  type ZoneStore,
} from '../port.ts';
import { CallOrder } from './call-order.ts';
import { Checkpoint } from './checkpoint.ts';
import { databaseDamaged, isCorruption, isOfOneStatement, openError, writeError } from './database.ts';
import { GroupCommit, type Operation } from './group-commit.ts';
import type { PreparedFiles } from './image-layers.ts';
import { LAYER_FILE_BYTES } from './image-policy.ts';
import { ImagesBehind } from './images-behind.ts';
import {
  diffOperation,
  dropOperation,
  factsOperation,
  fitsJournal,
  imageOperation,
  type StoreParts,
} from './operations.ts';
import { goBack, serialAt } from './position.ts';
import { type Recovered, recoverStore, recoverVersion } from './recovery.ts';
import { openOrSalvage } from './salvage.ts';
import { SetAside } from './set-aside.ts';
import { WriteAheadLog } from './write-ahead-log.ts';
import { historyOf, type ZoneState } from './zone-state.ts';

export interface StoreOptions {
  readonly dir: string;
  /** Changes that come sooner one behind the other, ms, are synced beside the event loop. Default: BUSY_MS of group-commit.ts. */
  readonly busyMs?: number | undefined;
}

/**
 * Opens (creates) the store in `dir`, for this process alone. A database that is damaged is put aside ({@link openOrSalvage}).
 * @throws ZonewireError `store-in-use`, `store-too-new`, `store-open-failed`
 */
export async function openZoneStore({ dir, busyMs }: StoreOptions): Promise<ZoneStore> {
  let db: DatabaseSync | undefined;
  try {
    const opened = openOrSalvage(dir, new SetAside(dir));
    db = opened.db;
    return new SqliteZoneStore(dir, db, { recovered: opened.recovered, busyMs });
  } catch (cause) {
    db?.close();
    throw openError(dir, cause);
  }
}

/** A log and a clock (ms) of their own are for tests. */
export interface SqliteStoreOptions {
  readonly log?: WriteAheadLog;
  readonly now?: () => number;
  readonly recovered?: Recovered;
  /** {@link StoreOptions.busyMs} */
  readonly busyMs?: number | undefined;
}

/** Exported for its tests; everyone else uses {@link openZoneStore}. */
export class SqliteZoneStore implements ZoneStore {
  readonly #dir: string;
  readonly #db: DatabaseSync;
  readonly #parts: StoreParts;
  readonly #groups: GroupCommit;
  readonly #checkpoint: Checkpoint;
  readonly #log: WriteAheadLog;
  readonly #aside: SetAside;
  /** Where zones that are not stored may have been lost. */
  readonly #lostFrom: string | undefined;
  readonly #order: CallOrder;
  readonly #images: ImagesBehind;
  /** Of zones whose limits are not the usual ones. */
  readonly #limits = new Map<string, JournalLimits>();
  #closed = false;

  constructor(dir: string, db: DatabaseSync, options: SqliteStoreOptions = {}) {
    const { log = new WriteAheadLog(dir), now = () => performance.now(), busyMs } = options;
    const { recovered = recoverStore(dir, db) } = options;
    this.#dir = dir;
    this.#aside = new SetAside(dir);
    this.#db = db;
    this.#parts = recovered.parts;
    this.#lostFrom = this.#aside.name;
    this.#checkpoint = new Checkpoint(db);
    this.#log = log;
    const { states, zones } = this.#parts;
    const begin = db.prepare('BEGIN IMMEDIATE');
    const commit = db.prepare('COMMIT');
    this.#groups = new GroupCommit(
      {
        begin: () => {
          if (log.failed !== undefined) throw log.failed;
          begin.run();
        },
        commit: () => {
          zones.stageCensus();
          commit.run();
        },
        sync: () => log.sync(),
        syncBehind: (done) => log.syncBehind(done),
        stored: () => {
          states.commit();
          zones.settled(true);
        },
        rollback: () => {
          states.rollback();
          zones.settled(false);
          try {
            if (db.isTransaction) db.exec('ROLLBACK');
          } catch {
            // The disk is sick: BEGIN fails then, and the callers of that group are told.
          }
        },
        concernsOne: isOfOneStatement,
        describe: (cause) => {
          if (isCorruption(cause)) this.#aside.suspect();
          return writeError(dir, cause);
        },
      },
      (bytes) => {
        log.committed();
        this.#checkpoint.committed(bytes);
      },
      now,
      busyMs,
    );
    this.#order = new CallOrder(this.#groups);
    this.#images = new ImagesBehind({
      parts: this.#parts,
      groups: this.#groups,
      limitsOf: (key) => this.#limitsOf(key),
      isHeld: (key) => this.#order.isHeld(key),
    });
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
    if (state === undefined) {
      if (this.#lostFrom !== undefined) throw this.#lost(apex, this.#lostFrom);
      return undefined;
    }
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
      if (!isCorruption(cause)) throw cause;
      throw this.#damaged(apex, databaseDamaged(this.#dir, cause), cause);
    }
  }

  commitDiff(
    apex: Name,
    diff: ZoneDiff,
    version: ZoneVersion,
    facts?: Facts,
    { pace, written }: DiffOptions = {},
  ): Promise<void> {
    return this.#queued(apex, (key, limits) => {
      checkZone(apex, version);
      if (!fitsJournal(diff, limits)) return this.#storeImage(key, limits, { apex, diff, version, facts, pace });
      const imageWanted = (at: ZoneState, when: 'now' | 'soon') => {
        if (when === 'soon') this.#images.soon(key, at, version);
        else if (!this.#closed) this.#images.now(key, at, version);
      };
      const text = facts && factsText(apex, facts);
      const o = { key, apex, diff, version, facts: text, limits, imageWanted, written };
      return this.#order.submit(key, diffOperation(this.#parts, o), pace);
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
      return this.#order.submit(
        key,
        factsOperation(this.#parts, { key, apex, facts: factsText(apex, facts) }),
        'patient',
      );
    });
  }

  diffsFrom(apex: Name, fromSerial: number, maxBytes = Infinity): ZoneDiff[] | undefined {
    this.#refuseClosed();
    try {
      return this.#diffsFrom(apex, fromSerial, maxBytes);
    } catch (cause) {
      // The zone itself is in memory, and whole.
      if (!isCorruption(cause)) throw cause;
      this.#noteDamage();
      return undefined;
    }
  }

  #diffsFrom(apex: Name, fromSerial: number, maxBytes: number): ZoneDiff[] | undefined {
    const { journal, newest, states } = this.#parts;
    const key = nameKey(apex);
    const state = states.stored(key);
    if (state?.image === undefined || state.damage !== undefined || this.#log.failed !== undefined) return undefined;
    const start = goBack(state.position, fromSerial);
    if (start === state.position) return [];
    const last = newest.find(key, state, fromSerial);
    if (last !== undefined && last.bytes.length <= maxBytes) return [last];
    const bytes = journal.bytesFrom(state, start);
    if (bytes === undefined || bytes > maxBytes) return undefined;
    const diffs: ZoneDiff[] = [];
    for (const diff of journal.chain(state, state.apex, start)) {
      if (!diff.ok) {
        this.#noteDamage();
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
    if (limits === DEFAULT_JOURNAL_LIMITS) this.#limits.delete(nameKey(apex));
    else this.#limits.set(nameKey(apex), limits);
  }

  drop(apex: Name): Promise<void> {
    return this.#queued(apex, (key) => {
      this.#images.forget(key);
      return this.#order.submit(key, dropOperation(this.#parts, { key, apex }));
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#order.idle();
    await this.#groups.idle();
    await this.#images.close();
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
      return queue(key, this.#limitsOf(key));
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
    return this.#order.submit(key, operation(), o.pace);
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
    const ready = async () => operation(await layers.prepare(apex, layers.plan(states.get(key), version).missingFiles));
    return this.#order.submitReady(key, ready, (cause) => {
      stats.commitsRefused++;
      return writeError(this.#dir, cause, nameToText(apex));
    });
  }

  #limitsOf(key: string): JournalLimits {
    return this.#limits.get(key) ?? DEFAULT_JOURNAL_LIMITS;
  }

  #refuseClosed(): void {
    if (this.#closed) throw new ZonewireError('store-closed', `the store in ${this.#dir} is closed`);
  }

  #lost(apex: Name, from: string): ZonewireError {
    const zone = nameToText(apex);
    return this.#damagedError(apex, {
      code: 'store-damaged',
      message: `it is not in zones.db, and may have been in the damaged ${from}; when nothing in that one is needed any more, remove it, and every zone like ${zone} counts as new from the next start on`,
    });
  }

  #damaged(apex: Name, problem: Problem, cause?: unknown): ZonewireError {
    this.#noteDamage();
    return this.#damagedError(apex, problem, cause);
  }

  /** Where one row is damaged a page may be. */
  #noteDamage(): void {
    this.#parts.stats.damaged++;
    this.#aside.suspect();
  }

  #damagedError(apex: Name, problem: Problem, cause?: unknown): ZonewireError {
    const zone = nameToText(apex);
    return new ZonewireError(
      'store-damaged',
      `what is stored of zone ${zone} in ${this.#dir} is damaged: ${problem.message}. Nothing of it is used: a secondary ` +
        'transfers the zone anew, a primary reads it from its file (dynamic updates not in the file are lost)',
      { zone, cause },
    );
  }
}
