import type { ZonewireError } from '@zonewire/shared-protocol';
import type { Pace } from '../port.ts';

/** One call's share of a transaction. */
export interface Operation {
  /** About how many octets it writes: a group is closed when it has enough of them. */
  readonly bytes: number;
  /**
   * Runs inside the transaction, once more when that failed. Returns why this operation alone is refused (it must not have
   * written anything then). What it throws undoes the whole group.
   */
  apply(): ZonewireError | undefined;
  /** Told once, before the caller is: `undefined` when durable, else why not. */
  settled?(failure: ZonewireError | undefined): void;
}

/** The database as the group sees it. Each call may throw. */
export interface Transaction {
  begin(): void;
  /** What was written since `begin` is one transaction now, and not yet on disk for sure. */
  commit(): void;
  /** Returns when what was committed is on disk; the event loop stands still meanwhile. */
  sync(): void;
  /** The same beside the event loop. `done` is told what went wrong, if anything. */
  syncBehind(done: (cause: unknown) => void): void;
  /** What was committed is on disk. */
  stored(): void;
  /** Must be safe to call when no transaction is open. */
  rollback(): void;
  /** True when what `apply` threw says nothing of the other operations of the group. */
  concernsOne(cause: unknown): boolean;
  /** The words for the callers of a group that could not be stored. */
  describe(cause: unknown): ZonewireError;
}

/** Whoever waits for an operation. */
export interface Caller {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (reason: ZonewireError) => void;
}

interface Queued {
  readonly operation: Operation;
  readonly pace: Pace;
  readonly caller: Caller;
}

/** A group holds the event loop while it is written: these bounds keep that to some tens of milliseconds. */
export const MAX_GROUP_OPERATIONS = 512;
export const MAX_GROUP_BYTES = 4 * 1024 * 1024;

/** Who is patient waits so long, ms, for others: a sync costs as much as storing several small zones. */
export const PATIENCE_MS = 25;

/** A group that comes so soon behind the last one, ms, is one of many: it is synced beside the event loop. */
export const BUSY_MS = 20;

/** After a sync that took so long, ms, the next one is beside the event loop as well: the disk is slow or busy. */
export const SLOW_MS = 3;

/**
 * Many calls, one transaction, one sync.
 *
 * ```
 * enqueue … enqueue --(end of this turn of the event loop)--> begin, apply each, commit, sync --> every caller told
 *          patient  --(somebody who is not, or PATIENCE_MS)-->
 * ```
 *
 * The group starts in the check phase (`setImmediate`), so all packets read in one turn share it, and nobody waits for
 * a timer. What arrives while it is written makes the next group.
 *
 * A single change is synced on this thread, which has nothing else to do: another thread costs it a tenth of a millisecond.
 * Where changes come one behind the other, a sync would keep this thread, and the next change, from the work that is left.
 */
export class GroupCommit {
  readonly #transaction: Transaction;
  readonly #afterCommit: (bytes: number) => void;
  readonly #now: () => number;
  #queue: Queued[] = [];
  #scheduled = false;
  /** Set while all who are queued are patient. */
  #patience: NodeJS.Timeout | undefined;
  /** Somebody in the queue is not. */
  #hurried = false;
  #syncing = false;
  /** When the last group was over, and how long it took to write. */
  #endedAt = Number.NEGATIVE_INFINITY;
  #took = 0;
  groups = 0;
  groupsFailed = 0;

  /** `afterCommit` runs when the callers of a stored group have been told: housekeeping that nobody waits for. `now` in ms. */
  constructor(transaction: Transaction, afterCommit: (bytes: number) => void, now: () => number) {
    this.#transaction = transaction;
    this.#afterCommit = afterCommit;
    this.#now = now;
  }

  /** A group is committed, and its sync not over: what is read now may never become durable. */
  get syncing(): boolean {
    return this.#syncing;
  }

  /**
   * Resolves when `operation` is durable. Operations are applied, and their callers told, in the order of these calls.
   * `caller` is one who waits already (its operation was not ready to be queued).
   */
  enqueue(operation: Operation, pace: Pace = 'now', caller: Caller = Promise.withResolvers<void>()): Promise<void> {
    this.#queue.push({ operation, pace, caller });
    this.#hurried ||= pace === 'now';
    this.#schedule();
    return caller.promise;
  }

  /** Resolves when everything queued before this call is settled. */
  idle(): Promise<void> {
    if (this.#queue.length === 0 && !this.#syncing) return Promise.resolve();
    return this.enqueue({ bytes: 0, apply: () => undefined }).catch(() => {});
  }

  #schedule(): void {
    if (this.#scheduled || this.#syncing) return;
    if (!this.#hurried) {
      this.#patience ??= setTimeout(() => {
        this.#hurried = true;
        this.#schedule();
      }, PATIENCE_MS);
      return;
    }
    clearTimeout(this.#patience);
    this.#patience = undefined;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const group = this.#takeGroup();
      // What did not fit has waited long enough.
      this.#hurried = this.#queue.length > 0;
      const isPatient = group.every(({ pace }) => pace === 'patient');
      this.#flush(group, isPatient || this.#took > SLOW_MS || this.#now() - this.#endedAt < BUSY_MS);
      if (this.#queue.length > 0) this.#schedule();
    });
  }

  #takeGroup(): Queued[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#queue.length && count < MAX_GROUP_OPERATIONS && bytes < MAX_GROUP_BYTES)
      bytes += this.#queue[count++].operation.bytes;
    const group = this.#queue.slice(0, count);
    this.#queue = this.#queue.slice(count);
    return group;
  }

  #flush(group: readonly Queued[], behind: boolean): void {
    const began = this.#now();
    let refusals: (ZonewireError | undefined)[];
    let applying = false;
    try {
      this.#transaction.begin();
      applying = true;
      refusals = group.map(({ operation }) => operation.apply());
      applying = false;
      this.#transaction.commit();
      if (!behind) this.#transaction.sync();
    } catch (cause) {
      // One zone whose rows are damaged must not keep the others from being stored: each for itself then.
      if (applying && group.length > 1 && this.#transaction.concernsOne(cause)) {
        this.#transaction.rollback();
        for (const queued of group) this.#flush([queued], false);
      } else this.#failed(group, cause);
      return;
    }
    if (!behind) {
      this.#ended(began);
      this.#stored(group, refusals);
      return;
    }
    this.#syncing = true;
    this.#transaction.syncBehind((cause) => {
      this.#syncing = false;
      this.#ended(began);
      if (cause === undefined) this.#stored(group, refusals);
      else this.#failed(group, cause);
      if (this.#queue.length > 0) this.#schedule();
    });
  }

  #ended(began: number): void {
    this.#endedAt = this.#now();
    this.#took = this.#endedAt - began;
  }

  #stored(group: readonly Queued[], refusals: readonly (ZonewireError | undefined)[]): void {
    this.#transaction.stored();
    this.groups++;
    let bytes = 0;
    group.forEach((queued, i) => {
      settle(queued, refusals[i]);
      bytes += queued.operation.bytes;
    });
    this.#afterCommit(bytes);
  }

  #failed(group: readonly Queued[], cause: unknown): void {
    this.#transaction.rollback();
    this.groupsFailed++;
    const failure = this.#transaction.describe(cause);
    for (const queued of group) settle(queued, failure);
  }
}

function settle({ operation, caller }: Queued, failure: ZonewireError | undefined): void {
  operation.settled?.(failure);
  if (failure === undefined) caller.resolve();
  else caller.reject(failure);
}
