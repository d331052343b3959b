import { setImmediate as turn } from 'node:timers/promises';

/** Work in the foreground without a turn of the event loop for others, ms: a change that comes just then waits that long at each of its steps. */
export const WORK_MS = 4;

export interface SharedTurnPorts {
  /** Milliseconds that only go forward. Default: the process's. */
  readonly elapsed?: () => number;
  /** Resolves in the next turn of the event loop. */
  readonly turn?: () => Promise<unknown>;
}

/**
 * Turns of the event loop for several who work side by side: together they have {@link WORK_MS} of each. With a limit of its own for each, 32
 * workers would take 32 times as long before anybody else has a turn.
 */
export class SharedTurns {
  readonly #elapsed: () => number;
  readonly #turn: () => Promise<unknown>;
  #began: number;
  #coming: Promise<void> | undefined;

  constructor({ elapsed = () => performance.now(), turn: next = () => turn() }: SharedTurnPorts = {}) {
    this.#elapsed = elapsed;
    this.#turn = next;
    this.#began = elapsed();
  }

  /** To be asked before each piece of work, and again after {@link take}: others may have worked meanwhile. */
  get areDue(): boolean {
    return this.#coming !== undefined || this.#elapsed() - this.#began >= WORK_MS;
  }

  /** Resolves in the next turn, for all who take one at the same moment. */
  take(): Promise<void> {
    this.#coming ??= this.#turn().then(() => {
      this.#coming = undefined;
      this.#began = this.#elapsed();
    });
    return this.#coming;
  }
}
