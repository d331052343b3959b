import { randomUUID } from 'node:crypto';
import type { Clock } from '@zonewire/nameserver';
import { DelayedError, type Job, type Worker } from 'bullmq';
import { LOCK, type ZoneJobData } from './job.ts';

export interface ChangesAheadOptions {
  readonly worker: Worker<ZoneJobData>;
  /** Places that the worker has. */
  readonly places: number;
  readonly clock: Clock;
  readonly handedOut: (job: Job<ZoneJobData>, token: string) => Promise<void>;
  /** A zone's job is over, and Redis has it no more. */
  readonly left: (zone: string) => void;
  readonly troubled: (what: string, error: unknown) => void;
}

/** Changes do not wait for a place that polls have: when all of the worker's are taken, jobs are fetched besides it. */
export class ChangesAhead {
  readonly #options: ChangesAheadOptions;
  /** Rounds of timers and changes that the worker has under way: it fetches no more beyond its places. */
  #fromWorker = 0;
  /** Changes in Redis that have not been handed out yet, and for which the worker may have a place. */
  readonly #urged = new Set<string>();
  readonly #taken = new Set<Promise<void>>();
  #closed = false;

  constructor(options: ChangesAheadOptions) {
    this.#options = options;
    options.worker.on('completed', (job) => options.left(job.data.zone));
  }

  /** The worker's processor. */
  async work(job: Job<ZoneJobData>, token: string): Promise<void> {
    this.#fromWorker++;
    this.#urged.delete(job.data.zone);
    // The last place went to a poll that was fetched before the change was there.
    this.#takeIfFull();
    try {
      await this.#options.handedOut(job, token);
    } finally {
      this.#fromWorker--;
    }
  }

  /** The zone's job stands first in the queue. */
  urge(zone: string): void {
    this.#urged.add(zone);
    this.#takeIfFull();
  }

  forget(zone: string): void {
    this.#urged.delete(zone);
  }

  forgetAll(): void {
    this.#urged.clear();
  }

  /** Fetches nothing more. */
  close(): void {
    this.#closed = true;
  }

  /** Resolves when what was fetched besides the worker is over. */
  async settled(): Promise<void> {
    await Promise.all(this.#taken);
  }

  /** Each change is fetched at most once besides the worker: it may be under way on another node, and a poll come instead. */
  #takeIfFull(): void {
    if (this.#fromWorker < this.#options.places) return;
    const takes = this.#urged.size;
    this.#urged.clear();
    for (let i = 0; i < takes; i++) void this.#take();
  }

  /** Fetches the first job in the queue, which a change is. */
  async #take(): Promise<void> {
    const { worker, troubled } = this.#options;
    if (this.#closed) return;
    const token = `${worker.id}:${randomUUID()}`;
    const job = await worker.getNextJob(token, { block: false }).catch((error) => troubled('fetch', error));
    if (!job) return;
    const work = this.#process(job, token).finally(() => this.#taken.delete(work));
    this.#taken.add(work);
  }

  async #process(job: Job<ZoneJobData>, token: string): Promise<void> {
    const { clock, handedOut, left, troubled } = this.#options;
    let timer: unknown;
    const renew = () => {
      timer = clock.setTimeout(() => {
        job.extendLock(token, LOCK).catch((error) => troubled('lock', error));
        renew();
      }, LOCK / 2);
    };
    renew();
    try {
      await handedOut(job, token);
      await job.moveToCompleted('', token, false);
      left(job.data.zone);
    } catch (error) {
      if (!(error instanceof DelayedError)) troubled('put back', error);
    } finally {
      clock.clearTimeout(timer);
    }
  }
}
