import { Worker } from 'node:worker_threads';
import { unwrap } from '@zonewire/shared-protocol';
import { compact, ZoneVersion } from '@zonewire/zone';

/** Octets of a version up to which merging its layers here takes less time (8 ms) than starting a thread for it. */
const MERGED_HERE = 2 * 1024 ** 2;

export interface CompactorCounters {
  compactions: number;
  /** Of these, on a thread of their own. */
  onThread: number;
  failed: number;
}

/**
 * Merges the layers of versions in the background, one version at a time: small ones between two turns of the event loop, large
 * ones on a thread, which shares the layers and gives the new one back without copying. The owner of the zone then puts its
 * current version upon the new base (`replaceBase`).
 */
export class Compactor {
  readonly counters: CompactorCounters = { compactions: 0, onThread: 0, failed: 0 };
  #turn: Promise<unknown> = Promise.resolve();

  /** Rejects when the thread fails; nothing is lost then, the layers just stay as they are. */
  compact(version: ZoneVersion): Promise<ZoneVersion> {
    const turn = this.#turn.then(() => this.#compact(version));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #compact(version: ZoneVersion): Promise<ZoneVersion> {
    try {
      const onThread = version.byteLength > MERGED_HERE;
      if (!onThread) await new Promise((resolve) => setImmediate(resolve));
      const compacted = onThread ? await compactOnThread(version) : compact(version);
      this.counters.compactions++;
      if (onThread) this.counters.onThread++;
      return compacted;
    } catch (error) {
      this.counters.failed++;
      throw error;
    }
  }
}

function compactOnThread(version: ZoneVersion): Promise<ZoneVersion> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./compaction-thread.ts', import.meta.url), { workerData: version.layers });
    // A background task must not keep the process alive.
    worker.unref();
    worker.once('message', (layers: SharedArrayBuffer[]) => resolve(unwrap(ZoneVersion.open(layers, version.apex))));
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the compaction thread ended with ${code} and no result`)));
  });
}
