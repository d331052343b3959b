import type { Log } from '@zonewire/nameserver';
import type { ReplicaEvent } from './model.ts';

/** Events on their way to whoever listens, in order. */
export class Told {
  /** By kind, heard by somebody or not. */
  readonly counters: Record<ReplicaEvent['kind'], number> = { committed: 0, moment: 0, 'probe-failed': 0, health: 0 };
  readonly #log: Log;
  readonly #later: (call: () => void) => void;
  readonly #listeners = new Set<(event: ReplicaEvent) => void>();
  readonly #waiting: ReplicaEvent[] = [];

  /** Listeners are called through `later`, so that a change does not wait for them. */
  constructor(log: Log, later: (call: () => void) => void) {
    this.#log = log;
    this.#later = later;
  }

  /** @returns a function that ends it. */
  listen(listener: (event: ReplicaEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  emit(event: ReplicaEvent): void {
    this.counters[event.kind]++;
    if (this.#listeners.size === 0) return;
    this.#waiting.push(event);
    if (this.#waiting.length === 1) this.#later(() => this.#tell());
  }

  /** What has happened is told before. */
  stop(): void {
    this.#tell();
    this.#listeners.clear();
  }

  #tell(): void {
    for (const event of this.#waiting.splice(0)) {
      for (const listener of this.#listeners) {
        try {
          listener(event);
        } catch (error) {
          this.#log.error({ err: error, event: event.kind }, 'a listener of replica events failed');
        }
      }
    }
  }
}
