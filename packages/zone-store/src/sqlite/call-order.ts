import type { ZonewireError } from '@zonewire/shared-protocol';
import type { Pace } from '../port.ts';
import type { GroupCommit, Operation } from './group-commit.ts';

/** A zone's commits stay in the order of their calls, though one that writes files first can be queued only when they are there. */
export class CallOrder {
  readonly #groups: GroupCommit;
  /** Zones of which one is being made ready: what is called meanwhile for such a zone is queued behind it. */
  readonly #tails = new Map<string, Promise<void>>();

  constructor(groups: GroupCommit) {
    this.#groups = groups;
  }

  /** Whether a commit of the zone is being made ready. */
  isHeld(key: string): boolean {
    return this.#tails.has(key);
  }

  submit(key: string, operation: Operation, pace?: Pace): Promise<void> {
    const tail = this.#tails.get(key);
    if (tail === undefined) return this.#groups.enqueue(operation, pace, undefined, key);
    const caller = Promise.withResolvers<void>();
    tail.then(() => {
      this.#groups.enqueue(operation, pace, caller, key);
    });
    return caller.promise;
  }

  /**
   * `ready` makes the operation, once the zone's earlier calls are settled, and holds nobody but this zone. Rejects with what `refusal` makes
   * of its failure.
   */
  submitReady(key: string, ready: () => Promise<Operation>, refusal: (cause: unknown) => ZonewireError): Promise<void> {
    const caller = Promise.withResolvers<void>();
    const tail = (this.#tails.get(key) ?? Promise.resolve())
      .then(() => this.#groups.idle())
      .then(ready)
      .then((operation) => {
        this.#groups.enqueue(operation, 'now', caller, key);
      })
      .catch((cause) => caller.reject(refusal(cause)));
    this.#tails.set(key, tail);
    // The first callback of `tail`: those who queued behind it come next, and only then anyone who finds it gone.
    tail.then(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
    return caller.promise;
  }

  /** Resolves when nothing is being made ready. */
  async idle(): Promise<void> {
    while (this.#tails.size > 0) await Promise.all(this.#tails.values());
  }
}
