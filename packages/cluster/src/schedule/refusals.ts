import type { Clock, Log } from '@zonewire/nameserver';

/** Refused commands are logged at most this often, ms. */
const TELL_EVERY = 10_000;

/** Commands that Redis refused (full, read-only, a script's error): counted, and told now and then. */
export class Refusals {
  readonly #counters: { refused: number };
  readonly #clock: Clock;
  readonly #log: Log;
  #lastTold = Number.NEGATIVE_INFINITY;

  constructor(counters: { refused: number }, clock: Clock, log: Log) {
    this.#counters = counters;
    this.#clock = clock;
    this.#log = log;
  }

  /** `what`: which of our commands it was. */
  add(what: string, error: unknown): void {
    const refused = ++this.#counters.refused;
    const now = this.#clock.now();
    if (now - this.#lastTold < TELL_EVERY) return;
    this.#lastTold = now;
    const message = error instanceof Error ? error.message : String(error);
    this.#log.warn({ what, refused }, `Redis refused a command (${what}): ${message}`);
  }
}
