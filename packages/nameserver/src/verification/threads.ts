import { Worker } from 'node:worker_threads';
import type { VerificationPolicy, VerificationReport } from '@zonewire/zone';

/** ms that a thread without work is kept: to start one takes longer than most verifications after an IXFR. */
const KEPT_IDLE = 60_000;

/** What a thread gets, and gives. Layers are shared, not copied. */
export interface VerificationJob {
  readonly layers: readonly SharedArrayBuffer[];
  readonly policy: VerificationPolicy;
  readonly now: number;
  readonly checked: readonly SharedArrayBuffer[] | undefined;
}

export type VerificationReply = { readonly report: VerificationReport } | { readonly error: string };

/** Threads that verify, kept for a while after their work. How many work at a time is the caller's business. */
export class VerificationThreads {
  readonly #idle: Thread[] = [];
  #isClosed = false;

  /** Threads that are kept for the next version. */
  get kept(): number {
    return this.#idle.length;
  }

  /** Rejects with the signal's reason when it is aborted, with what `late` gives after `timeout` ms, and when the thread ends. */
  async run(
    job: VerificationJob,
    signal: AbortSignal | undefined,
    timeout: number,
    late: () => Error,
  ): Promise<VerificationReport> {
    const thread = this.#idle.pop() ?? new Thread((ended) => this.#forget(ended));
    const aborted = () => thread.end(signal?.reason);
    const timer = setTimeout(() => thread.end(late()), timeout);
    timer.unref();
    signal?.addEventListener('abort', aborted, { once: true });
    try {
      const reply = await thread.run(job);
      this.#keep(thread);
      if ('report' in reply) return reply.report;
      throw new Error(reply.error);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
    }
  }

  /** Ends threads without work, and keeps none any more. */
  close(): void {
    this.#isClosed = true;
    for (const thread of this.#idle.splice(0)) thread.end(new Error('the node is stopping'));
  }

  #keep(thread: Thread): void {
    if (this.#isClosed) thread.end(new Error('the node is stopping'));
    else {
      this.#idle.push(thread);
      thread.endAfter(KEPT_IDLE);
    }
  }

  #forget(thread: Thread): void {
    const at = this.#idle.indexOf(thread);
    if (at >= 0) this.#idle.splice(at, 1);
  }
}

/** One thread; one job at a time. */
class Thread {
  readonly #worker = new Worker(new URL('./verification-thread.ts', import.meta.url));
  #job:
    | { readonly resolve: (reply: VerificationReply) => void; readonly reject: (reason: unknown) => void }
    | undefined;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(ended: (thread: Thread) => void) {
    const worker = this.#worker;
    // Work in the background must not keep the process alive.
    worker.unref();
    worker.on('message', (reply: VerificationReply) => {
      this.#job?.resolve(reply);
      this.#job = undefined;
    });
    worker.on('error', (error) => this.#settle(error));
    worker.on('exit', (code) => {
      ended(this);
      this.#settle(new Error(`the verification thread ended with ${code} and no result`));
    });
  }

  run(job: VerificationJob): Promise<VerificationReply> {
    clearTimeout(this.#idleTimer);
    return new Promise((resolve, reject) => {
      this.#job = { resolve, reject };
      this.#worker.postMessage(job);
    });
  }

  endAfter(ms: number): void {
    this.#idleTimer = setTimeout(() => void this.#worker.terminate(), ms);
    this.#idleTimer.unref();
  }

  /** Whoever waits for a result gets `reason`. */
  end(reason: unknown): void {
    clearTimeout(this.#idleTimer);
    this.#settle(reason);
    void this.#worker.terminate();
  }

  #settle(reason: unknown): void {
    this.#job?.reject(reason);
    this.#job = undefined;
  }
}
