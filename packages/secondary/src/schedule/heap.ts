import type { Clock, TimerHandle } from '@zonewire/nameserver';
import { DueTimes } from './due-times.ts';
import type { Schedule, ScheduleCounters, ScheduleEntry, SchedulePriority, ScheduleProcessor } from './port.ts';

/** Rounds that timers may have under way at once. Most of one is waiting for a packet; dead primaries make it seconds. */
export const TIMER_CONCURRENCY = 256;

/**
 * Rounds that timers begin in one go, 0.2 ms each with what comes of them, and the pause before the next, ms. After a moment in which nothing
 * could be done thousands may be due: what a change has caused then waits for a few of them at each of its steps, not for all.
 */
export const TIMER_ROUNDS = { atOnce: 8, pause: 1 } as const;

interface Entry {
  at: number;
  reason: string;
  priority: SchedulePriority;
}

interface Job {
  /** Waiting for its time (it is in `#times`), due and waiting for a place, or none. */
  entry: Entry | undefined;
  active: boolean;
}

/** The embedded schedule: one timer over a heap, nothing at rest but a few words a zone. */
export class HeapSchedule implements Schedule {
  readonly counters: ScheduleCounters = { processed: 0, failed: 0, latest: 0, active: 0 };
  readonly #clock: Clock;
  readonly #concurrency: number;
  readonly #jobs = new Map<string, Job>();
  readonly #times: DueTimes;
  /** Due, waiting for a place; a set keeps the order of arrival and lets a zone leave it. */
  readonly #waiting = new Set<string>();
  #timersActive = 0;
  /** Rounds of timers begun since the last pause, and the pause. */
  #begun = 0;
  #pause: TimerHandle | undefined;
  #process: ScheduleProcessor | undefined;
  #closed = false;
  #idle: (() => void) | undefined;

  constructor(options: { readonly clock: Clock; readonly concurrency?: number | undefined }) {
    this.#clock = options.clock;
    this.#concurrency = options.concurrency ?? TIMER_CONCURRENCY;
    this.#times = new DueTimes(options.clock, (zones) => {
      for (const zone of zones) this.#become(zone);
    });
  }

  start(process: ScheduleProcessor): void {
    this.#process = process;
    for (const [zone, job] of this.#jobs) if (job.entry !== undefined) this.#place(zone, job.entry);
  }

  set(zone: string, at: number, reason: string, priority: SchedulePriority = 'timer'): void {
    if (this.#closed) return;
    const job = this.#job(zone);
    job.entry = { at, reason, priority };
    if (job.active || this.#process === undefined) return;
    this.#waiting.delete(zone);
    this.#place(zone, job.entry);
  }

  promote(zone: string, reason: string): void {
    this.set(zone, this.#clock.now(), reason, 'change');
  }

  cancel(zone: string): void {
    const job = this.#jobs.get(zone);
    if (job === undefined) return;
    job.entry = undefined;
    this.#times.delete(zone);
    this.#waiting.delete(zone);
    if (!job.active) this.#jobs.delete(zone);
  }

  list(limit = 1000): readonly ScheduleEntry[] {
    const entries: ScheduleEntry[] = [];
    for (const [zone, { entry, active }] of this.#jobs) {
      if (entry !== undefined || active)
        entries.push({
          zone,
          at: this.#times.get(zone) ?? entry?.at ?? this.#clock.now(),
          reason: entry?.reason ?? '',
          active,
        });
    }
    return entries.sort((a, b) => a.at - b.at).slice(0, limit);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#times.close();
    this.#waiting.clear();
    if (this.#pause !== undefined) this.#clock.clearTimeout(this.#pause);
    for (const job of this.#jobs.values()) job.entry = undefined;
    if (this.counters.active > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
  }

  #job(zone: string): Job {
    let job = this.#jobs.get(zone);
    if (job === undefined) {
      job = { entry: undefined, active: false };
      this.#jobs.set(zone, job);
    }
    return job;
  }

  #place(zone: string, entry: Entry): void {
    if (entry.at <= this.#clock.now()) {
      this.#times.delete(zone);
      this.#become(zone);
    } else {
      this.#times.set(zone, entry.at);
    }
  }

  /** The zone is due: it runs, or waits for a place. */
  #become(zone: string): void {
    const job = this.#jobs.get(zone);
    if (job?.entry === undefined || job.active || this.#closed) return;
    if (job.entry.priority === 'timer' && !this.#mayBegin) this.#waiting.add(zone);
    else this.#run(zone, job, job.entry);
  }

  get #mayBegin(): boolean {
    return this.#pause === undefined && this.#timersActive < this.#concurrency;
  }

  /** Those that wait for a place, in the order of arrival. */
  #fill(): void {
    for (const zone of this.#waiting) {
      if (!this.#mayBegin) break;
      this.#waiting.delete(zone);
      this.#become(zone);
    }
  }

  #count(): void {
    if (++this.#begun < TIMER_ROUNDS.atOnce) return;
    this.#begun = 0;
    this.#pause = this.#clock.setTimeout(() => {
      this.#pause = undefined;
      this.#fill();
    }, TIMER_ROUNDS.pause);
  }

  #run(zone: string, job: Job, entry: Entry): void {
    const isTimer = entry.priority === 'timer';
    job.entry = undefined;
    job.active = true;
    this.counters.active++;
    if (isTimer) {
      this.#timersActive++;
      this.#count();
      this.counters.latest = Math.max(this.counters.latest, this.#clock.now() - entry.at);
    }
    const over = () => {
      job.active = false;
      this.counters.active--;
      if (isTimer) this.#timersActive--;
      this.#after(zone, job);
    };
    // Not synchronously: `set` must return to its caller before the processor looks at the caller's state.
    Promise.resolve()
      .then(() => this.#process!(zone, entry.reason))
      .then(
        () => {
          this.counters.processed++;
          over();
        },
        () => {
          this.counters.failed++;
          over();
        },
      );
  }

  #after(zone: string, job: Job): void {
    if (this.#closed) {
      if (this.counters.active === 0) this.#idle?.();
      return;
    }
    if (job.entry === undefined) this.#jobs.delete(zone);
    else this.#place(zone, job.entry);
    this.#fill();
  }
}
