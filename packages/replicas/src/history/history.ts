import { Worker } from 'node:worker_threads';
import type { Clock, Log, TimerHandle } from '@zonewire/nameserver';
import type { LagBucket, ReplicaEvent, SerialTimes } from '../model.ts';
import {
  DEFAULT_HISTORY_LIMITS,
  type FromHistory,
  type HistoryEntry,
  type HistoryLimits,
  type HistoryQuestion,
  type HistoryStart,
  type LagQuery,
  type ToHistory,
} from './entries.ts';

/** What happens is written together, ms. */
const WRITE_EVERY = 1_000;
/** Entries that wait while the disk is slow; what comes beyond is left out of the history, and counted. */
export const MAX_WAITING = 50_000;
/** How far back among those that wait an entry is looked for that has to be corrected. */
const CORRECTED_WITHIN = 1_000;
/** Questions under way; more get an empty answer. */
const MAX_QUESTIONS = 64;

export interface HistoryOptions {
  /** The file; made when it is not there. */
  readonly path: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: Partial<HistoryLimits>;
}

export interface HistoryCounters {
  written: number;
  /** Left out because too many waited. */
  dropped: number;
  /** Rows deleted because of age or number. */
  forgotten: number;
  /** Rows in the file, or a few more. */
  rows: number;
  /** 1 once the file could not be written or read: nothing more is kept then. */
  stopped: number;
}

/**
 * What happened to which serial, kept in a file across restarts, by a thread of its own. A disk that is full or a file that is
 * damaged ends the history, which is said once; everything else goes on.
 */
export class History {
  readonly counters: HistoryCounters = { written: 0, dropped: 0, forgotten: 0, rows: 0, stopped: 0 };
  readonly #start: HistoryStart;
  readonly #clock: Clock;
  readonly #log: Log;
  #worker: Worker | undefined;
  #waiting: HistoryEntry[] = [];
  /** Entries that the thread has and has not confirmed. */
  #underWay = 0;
  #timer: TimerHandle | undefined;
  readonly #questions = new Map<number, (answer: SerialTimes[] | LagBucket[]) => void>();
  #nextQuestion = 0;
  #closed: (() => void) | undefined;

  constructor({ path, clock, log, limits }: HistoryOptions) {
    this.#start = { path, limits: { ...DEFAULT_HISTORY_LIMITS, ...limits } };
    this.#clock = clock;
    this.#log = log;
  }

  /** Keeps what is worth it. */
  take(event: ReplicaEvent): void {
    if (event.kind === 'committed') this.#add({ zone: event.zone, serials: event.serials, at: event.at });
    else if (event.kind === 'moment') {
      this.#take(event, '');
      if (event.node !== undefined && event.node !== '') this.#take(event, event.node);
    }
  }

  #take(event: MomentEvent, node: string): void {
    const entry = entryOf(event, node);
    if (event.corrected === undefined) this.#add(entry);
    else this.#correct(entry);
  }

  /** Newest first; empty where nothing is kept. */
  async timeline(zone: string, limit: number): Promise<SerialTimes[]> {
    return (await this.#ask({ kind: 'timeline', zone, limit })) as SerialTimes[];
  }

  /** Oldest first. */
  async lag(query: Omit<LagQuery, 'now'>): Promise<LagBucket[]> {
    return (await this.#ask({ kind: 'lag', query: { ...query, now: this.#clock.now() } })) as LagBucket[];
  }

  /** Writes what waits, closes the file. */
  async close(): Promise<void> {
    this.#flush();
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    const worker = this.#worker;
    if (worker === undefined) return;
    // Its thread has ended, or is about to: its exit may be over.
    if (this.counters.stopped > 0) {
      await worker.terminate();
      return;
    }
    await new Promise<void>((resolve) => {
      this.#closed = resolve;
      worker.on('exit', () => resolve());
      this.#send({ kind: 'close' });
    });
    this.#end();
    await worker.terminate();
  }

  get #isOff(): boolean {
    return this.#start.limits.maxRows === 0 || this.counters.stopped > 0;
  }

  #add(entry: HistoryEntry): void {
    if (this.#isOff) return;
    if (this.#waiting.length + this.#underWay >= MAX_WAITING) {
      this.counters.dropped++;
      return;
    }
    this.#waiting.push(entry);
    this.#timer ??= this.#clock.setTimeout(() => {
      this.#timer = undefined;
      this.#flush();
    }, WRITE_EVERY);
  }

  /** Mostly it has not been written yet: a correction comes some ms later. */
  #correct(entry: MomentEntry): void {
    const from = Math.max(0, this.#waiting.length - CORRECTED_WITHIN);
    for (let i = this.#waiting.length - 1; i >= from; i--) {
      if (!isSameMoment(this.#waiting[i], entry)) continue;
      this.#waiting[i] = entry;
      return;
    }
    this.#add({ ...entry, lagMs: undefined });
  }

  #flush(): void {
    if (this.#waiting.length === 0 || this.#isOff) return;
    const entries = this.#waiting;
    this.#waiting = [];
    this.#underWay += entries.length;
    this.#send({ kind: 'write', entries, now: this.#clock.now() });
  }

  #ask(question: HistoryQuestion): Promise<SerialTimes[] | LagBucket[]> {
    if (this.#isOff || this.#questions.size >= MAX_QUESTIONS) return Promise.resolve([]);
    // What has just happened belongs to the answer.
    this.#flush();
    return new Promise((resolve) => {
      const id = this.#nextQuestion++;
      this.#questions.set(id, resolve);
      this.#send({ kind: 'ask', id, question });
    });
  }

  #send(message: ToHistory): void {
    this.#worker ??= this.#startThread();
    this.#worker.postMessage(message);
  }

  #startThread(): Worker {
    const worker = new Worker(new URL('./history-thread.ts', import.meta.url), { workerData: this.#start });
    worker.unref();
    worker.on('message', (message: FromHistory) => this.#heard(message));
    worker.on('error', (error: Error) => this.#failed(error.message));
    return worker;
  }

  #heard(message: FromHistory): void {
    if (message.kind === 'failed') this.#failed(message.message);
    else if (message.kind === 'closed') this.#closed?.();
    else if (message.kind === 'answer') {
      this.#questions.get(message.id)?.(message.answer);
      this.#questions.delete(message.id);
    } else {
      this.counters.written += this.#underWay;
      this.#underWay = 0;
      this.counters.rows = message.rows;
      this.counters.forgotten = message.forgotten;
    }
  }

  #failed(message: string): void {
    if (this.counters.stopped > 0) return;
    this.counters.stopped = 1;
    const { path } = this.#start;
    this.#log.error(
      { path },
      `the history of replication is not kept any more: ${message}; everything else goes on. Make room on the disk or move ${path} away, then restart`,
    );
    this.#end();
  }

  /** Nobody waits for an answer that does not come. */
  #end(): void {
    for (const resolve of this.#questions.values()) resolve([]);
    this.#questions.clear();
    this.#waiting = [];
    this.#underWay = 0;
  }
}

type MomentEntry = Exclude<HistoryEntry, { readonly serials: unknown }>;

type MomentEvent = Extract<ReplicaEvent, { kind: 'moment' }>;

function entryOf(event: MomentEvent, node: string): MomentEntry {
  const { zone, serial, secondary, moment, at, lagMs } = event;
  return { zone, serial, secondary, node, moment, at, lagMs };
}

function isSameMoment(entry: HistoryEntry, { zone, serial, secondary, node, moment }: MomentEntry): boolean {
  if ('serials' in entry || entry.serial !== serial || entry.moment !== moment) return false;
  return entry.zone === zone && entry.secondary === secondary && entry.node === node;
}
