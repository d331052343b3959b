import { dirname } from 'node:path';

/** A folder that answered lately is asked without a thread for so long, ms. */
const TRUSTED_MS = 1_000;
/** Unless an answer takes longer than this, ms: then a thread asks again. */
const QUICK_MS = 5;

export interface StatPorts<T> {
  /** By a thread: this one goes on meanwhile. */
  readonly behind: (path: string) => Promise<T>;
  readonly here: (path: string) => T;
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number;
}

/**
 * Asks what is known of files, thousands in a row. A thread for each takes ten times as long as asking; but a folder on a network that
 * is gone may never answer, and holds whoever asks. So a thread asks first, once a second a folder, and the rest is asked here.
 */
export class QuickStat<T> {
  readonly #ports: StatPorts<T>;
  /** Folders and until when they are trusted; of the last second. */
  readonly #trusted = new Map<string, number>();

  constructor(ports: StatPorts<T>) {
    this.#ports = ports;
  }

  /** Rejects with what the file system says. */
  async of(path: string): Promise<T> {
    const { behind, here, elapsed } = this.#ports;
    const folder = dirname(path);
    const now = elapsed();
    if (now < (this.#trusted.get(folder) ?? 0)) {
      try {
        return here(path);
      } finally {
        if (elapsed() - now > QUICK_MS) this.#trusted.delete(folder);
      }
    }
    const answer = await behind(path);
    const at = elapsed();
    for (const [other, until] of this.#trusted) if (until <= at) this.#trusted.delete(other);
    this.#trusted.set(folder, at + TRUSTED_MS);
    return answer;
  }
}
