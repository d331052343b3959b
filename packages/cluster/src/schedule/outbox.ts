/**
 * What is to be written to Redis, a zone at most once: a later wish replaces an earlier one, so that what waits is bounded by the
 * number of zones however fast they change. One batch is under way at a time.
 */
export class Outbox {
  readonly #wanted = new Set<string>();
  readonly #write: (zones: readonly string[]) => Promise<void>;
  readonly #batch: number;
  #busy = false;
  #open = false;
  #idle: (() => void)[] = [];

  constructor(options: { readonly batch: number; readonly write: (zones: readonly string[]) => Promise<void> }) {
    this.#batch = options.batch;
    this.#write = options.write;
  }

  get size(): number {
    return this.#wanted.size;
  }

  /** The zone's present wish is to be written. */
  add(zone: string): void {
    this.#wanted.add(zone);
    this.#go();
  }

  open(): void {
    this.#open = true;
    this.#go();
  }

  /** Writes nothing more and forgets what was to be written: on `open` the owner adds everything anew. */
  shut(): void {
    this.#open = false;
    this.#wanted.clear();
  }

  /** Resolves when nothing is left to write, or it was shut. */
  async settled(): Promise<void> {
    if (this.#busy || (this.#open && this.#wanted.size > 0))
      await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  async #go(): Promise<void> {
    if (this.#busy || !this.#open) return;
    this.#busy = true;
    // What is set in one turn of the loop goes in one batch.
    await Promise.resolve();
    while (this.#open && this.#wanted.size > 0) {
      const zones: string[] = [];
      for (const zone of this.#wanted) {
        zones.push(zone);
        this.#wanted.delete(zone);
        if (zones.length === this.#batch) break;
      }
      await this.#write(zones);
    }
    this.#busy = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
