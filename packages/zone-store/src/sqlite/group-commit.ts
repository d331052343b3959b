import type { ZonewireError } from '@zonewire/shared-protocol';

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
  /** Returns when everything since `begin` is on disk. */
  commit(): void;
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
  readonly caller: Caller;
}

/** A group holds the event loop while it is written: these bounds keep that to some tens of milliseconds. */
export const MAX_GROUP_OPERATIONS = 512;
export const MAX_GROUP_BYTES = 4 * 1024 * 1024;

/**
 * Many calls, one transaction, one sync.
 *
 * ```
 * enqueue … enqueue --(end of this turn of the event loop)--> begin, apply each, commit --> every caller told
 * ```
 *
 * The group starts in the check phase (`setImmediate`), so all packets read in one turn share it, and nobody waits for
 * a timer. The commit is synchronous; what arrives behind it makes the next group.
 */
export class GroupCommit {
  readonly #transaction: Transaction;
  readonly #afterCommit: () => void;
  #queue: Queued[] = [];
  #scheduled = false;
  groups = 0;
  groupsFailed = 0;

  /** `afterCommit` runs when the callers of a stored group have been told: housekeeping that nobody waits for. */
  constructor(transaction: Transaction, afterCommit: () => void) {
    this.#transaction = transaction;
    this.#afterCommit = afterCommit;
  }

  /**
   * Resolves when `operation` is durable. Operations are applied, and their callers told, in the order of these calls.
   * `caller` is one who waits already (its operation was not ready to be queued).
   */
  enqueue(operation: Operation, caller: Caller = Promise.withResolvers<void>()): Promise<void> {
    this.#queue.push({ operation, caller });
    this.#schedule();
    return caller.promise;
  }

  /** Resolves when everything queued before this call is settled. */
  idle(): Promise<void> {
    if (this.#queue.length === 0) return Promise.resolve();
    return this.enqueue({ bytes: 0, apply: () => undefined }).catch(() => {});
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush(this.#takeGroup());
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

  #flush(group: readonly Queued[]): void {
    let refusals: (ZonewireError | undefined)[];
    let applying = false;
    try {
      this.#transaction.begin();
      applying = true;
      refusals = group.map(({ operation }) => operation.apply());
      applying = false;
      this.#transaction.commit();
    } catch (cause) {
      this.#transaction.rollback();
      // One zone whose rows are damaged must not keep the others from being stored: each for itself then.
      if (applying && group.length > 1 && this.#transaction.concernsOne(cause)) {
        for (const queued of group) this.#flush([queued]);
        return;
      }
      this.groupsFailed++;
      const failure = this.#transaction.describe(cause);
      for (const queued of group) settle(queued, failure);
      return;
    }
    this.groups++;
    group.forEach((queued, i) => {
      settle(queued, refusals[i]);
    });
    this.#afterCommit();
  }
}

function settle({ operation, caller }: Queued, failure: ZonewireError | undefined): void {
  operation.settled?.(failure);
  if (failure === undefined) caller.resolve();
  else caller.reject(failure);
}
