import type { ZonewireError } from '@zonewire/shared-protocol';
import type { Pace } from '../port.ts';
import { CommitQueue } from './commit-queue.ts';

/** One call's share of a transaction. */
export interface Operation {
  /** About how many octets it writes: a group is closed when it has enough of them. */
  readonly bytes: number;
  /**
   * Runs inside the transaction, once more when that failed. Returns why this operation alone is refused (it must not have
   * written anything then). What it throws undoes the whole group.
   */
  apply(): ZonewireError | undefined;
  /** Called between commit and a sync on this thread, when it was not refused. */
  readonly written?: (() => void) | undefined;
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
  readonly zone: string | undefined;
  readonly operation: Operation;
  readonly caller: Caller;
}

/** A group holds the event loop while it is written: these bounds keep that to some tens of milliseconds. */
export const MAX_GROUP_OPERATIONS = 512;
export const MAX_GROUP_BYTES = 4 * 1024 * 1024;

/** Who is patient waits so long, ms, for others: a sync costs as much as storing several small zones. */
export const PATIENCE_MS = 25;

/** Those who are patient hold the event loop for so long at a time, ms, once there are {@link LEAST_PATIENT} of them: a change may come just then. */
export const PATIENT_MS = 3;
export const LEAST_PATIENT = 16;

/** A group that comes so soon behind the last one of those who are not patient, ms, is one of many: it is synced beside the event loop. */
export const BUSY_MS = 20;

/** After a sync that took so long, ms, the next one is beside the event loop as well: the disk is slow or busy. */
export const SLOW_MS = 3;

/** Of a group with more operations nobody is told that it is written: it would have to wait for what they all do then. */
export const FEW = 8;

/**
 * Many calls, one transaction, one sync.
 *
 * ```
 * enqueue … enqueue --(end of this turn of the event loop)--> begin, apply each, commit, sync --> every caller told
 *          patient  --(PATIENCE_MS)-----------------------┘
 * ```
 *
 * The group starts in the check phase (`setImmediate`), so all packets read in one turn share it, and nobody waits for
 * a timer. What arrives while it is written makes the next group.
 *
 * Who is not patient goes ahead of those who are, and takes none of them along but those of the same zone, which come before it: thousands
 * of zones may be checked or loaded while one is changed.
 *
 * A single change is synced on this thread, which has nothing else to do: another thread costs it a tenth of a millisecond.
 * Where changes come one behind the other, a sync would keep this thread, and the next change, from the work that is left.
 */
export class GroupCommit {
  readonly #transaction: Transaction;
  readonly #afterCommit: (bytes: number) => void;
  readonly #now: () => number;
  readonly #busyMs: number;
  readonly #hurried = new CommitQueue<Queued>();
  readonly #patient = new CommitQueue<Queued>();
  #scheduled = false;
  /** Set while those who are patient wait for others. */
  #patience: NodeJS.Timeout | undefined;
  /** They have waited long enough. */
  #isPatientDue = false;
  /** The last group was of those who are not. */
  #wasHurried = false;
  #syncing = false;
  /** When the last group of those who are not patient was over, and how long it took to write. */
  #endedAt = Number.NEGATIVE_INFINITY;
  #took = 0;
  groups = 0;
  groupsFailed = 0;

  /** `afterCommit` runs when the callers of a stored group have been told: housekeeping that nobody waits for. `now` in ms. */
  constructor(transaction: Transaction, afterCommit: (bytes: number) => void, now: () => number, busyMs = BUSY_MS) {
    this.#busyMs = busyMs;
    this.#transaction = transaction;
    this.#afterCommit = afterCommit;
    this.#now = now;
  }

  /** A group is committed, and its sync not over: what is read now may never become durable. */
  get syncing(): boolean {
    return this.#syncing;
  }

  /**
   * Resolves when `operation` is durable. Operations of a zone are applied, and their callers told, in the order of these calls.
   * `caller` is one who waits already (its operation was not ready to be queued).
   */
  enqueue(
    operation: Operation,
    pace: Pace = 'now',
    caller: Caller = Promise.withResolvers<void>(),
    zone?: string,
  ): Promise<void> {
    const queued = { zone, operation, caller };
    // One zone's stay together: who is not patient takes along what came before, and is followed by what comes after.
    const hasHurried = zone !== undefined && this.#hurried.has(zone);
    if (pace === 'patient' && !hasHurried) this.#patient.push(queued);
    else {
      if (zone !== undefined) for (const before of this.#patient.takeOf(zone)) this.#hurried.push(before);
      this.#hurried.push(queued);
    }
    this.#schedule();
    return caller.promise;
  }

  /** Resolves when everything queued before this call is settled. */
  async idle(): Promise<void> {
    const nothing = { bytes: 0, apply: () => undefined };
    const behind: Promise<void>[] = [];
    if (this.#patient.length > 0) {
      this.#isPatientDue = true;
      behind.push(this.enqueue(nothing, 'patient'));
    }
    if (this.#hurried.length > 0 || (this.#syncing && behind.length === 0)) behind.push(this.enqueue(nothing));
    await Promise.allSettled(behind);
  }

  #schedule(): void {
    if (this.#scheduled || this.#syncing) return;
    if (this.#hurried.length === 0 && !this.#isPatientDue) {
      if (this.#patient.length === 0) return;
      this.#patience ??= setTimeout(() => {
        this.#patience = undefined;
        this.#isPatientDue = true;
        this.#schedule();
      }, PATIENCE_MS);
      return;
    }
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#next();
      this.#schedule();
    });
  }

  /** In turn, where both want it: those who are patient have to come to their end too. */
  #next(): void {
    const isPatientTurn =
      this.#isPatientDue && this.#patient.length > 0 && (this.#wasHurried || this.#hurried.length === 0);
    this.#wasHurried = !isPatientTurn;
    if (isPatientTurn) {
      this.#flush(takeGroup(this.#patient), true);
    } else {
      const isBusy = this.#took > SLOW_MS || this.#now() - this.#endedAt < this.#busyMs;
      this.#flush(takeGroup(this.#hurried), false, isBusy);
    }
    if (this.#patient.length > 0) return;
    this.#isPatientDue = false;
    clearTimeout(this.#patience);
    this.#patience = undefined;
  }

  #flush(taken: readonly Queued[], isPatient: boolean, behind = isPatient): void {
    const began = this.#now();
    let group = taken;
    const refusals: (ZonewireError | undefined)[] = [];
    let applying = false;
    try {
      this.#transaction.begin();
      applying = true;
      for (const { operation } of taken) {
        refusals.push(operation.apply());
        if (isPatient && refusals.length >= LEAST_PATIENT && this.#now() - began >= PATIENT_MS) break;
      }
      applying = false;
      group = taken.slice(0, refusals.length);
      this.#transaction.commit();
      if (!behind) {
        if (group.length <= FEW) tellWritten(group, refusals);
        this.#transaction.sync();
      }
    } catch (cause) {
      // One zone whose rows are damaged must not keep the others from being stored: each for itself then.
      if (applying && taken.length > 1 && this.#transaction.concernsOne(cause)) {
        this.#transaction.rollback();
        for (const queued of taken) this.#flush([queued], false);
      } else this.#failed(taken, cause);
      return;
    }
    this.#patient.giveBack(taken.slice(group.length));
    const ended = () => {
      if (isPatient) return;
      this.#endedAt = this.#now();
      this.#took = this.#endedAt - began;
    };
    if (!behind) {
      ended();
      this.#stored(group, refusals);
      return;
    }
    this.#syncing = true;
    this.#transaction.syncBehind((cause) => {
      this.#syncing = false;
      ended();
      if (cause === undefined) this.#stored(group, refusals);
      else this.#failed(group, cause);
      this.#schedule();
    });
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

function tellWritten(group: readonly Queued[], refusals: readonly (ZonewireError | undefined)[]): void {
  try {
    group.forEach(({ operation }, i) => {
      if (refusals[i] === undefined) operation.written?.();
    });
  } catch (error) {
    // What is committed is to be synced all the same; the error is nobody's to handle.
    queueMicrotask(() => {
      throw error;
    });
  }
}

function settle({ operation, caller }: Queued, failure: ZonewireError | undefined): void {
  operation.settled?.(failure);
  if (failure === undefined) caller.resolve();
  else caller.reject(failure);
}

/** From the beginning of `queue` what fits into a group. */
function takeGroup(queue: CommitQueue<Queued>): Queued[] {
  let bytes = 0;
  let count = 0;
  return queue.take(({ operation }) => {
    if (count++ === MAX_GROUP_OPERATIONS || bytes >= MAX_GROUP_BYTES) return false;
    bytes += operation.bytes;
    return true;
  });
}
