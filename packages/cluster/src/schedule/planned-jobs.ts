import type { Job } from 'bullmq';
import type { ZoneJobData } from './job.ts';
import { Outbox } from './outbox.ts';
import { Turnstile } from './turnstile.ts';
import { isJobState, isMissing, type JobPlan, type ZoneJobs } from './zone-jobs.ts';

/** Jobs written in one round trip. */
const BATCH = 1_000;
/** Rounds written back at once: each takes some tenths of a millisecond, which a change that comes then waits. */
const PUT_BACK_AT_ONCE = 4;

export interface PlannedJobsOptions {
  readonly jobs: ZoneJobs;
  readonly plan: (zone: string) => JobPlan | undefined;
  /** What is being processed is put back with its new time when that is over. */
  readonly isRunning: (zone: string) => boolean;
  /** ms since the epoch. */
  readonly now: () => number;
  readonly troubled: (what: string, error: unknown) => void;
}

/** Brings the jobs in Redis to the plans of this node, and remembers of which jobs Redis must be asked first. */
export class PlannedJobs {
  readonly #options: PlannedJobsOptions;
  readonly #jobs: ZoneJobs;
  /** Jobs that Redis has as far as we know: to be moved rather than added. */
  readonly #written = new Set<string>();
  /** Jobs of which Redis must be asked: it was away, did not hand them out, or refused a command about them half-way. */
  readonly #unsure = new Set<string>();
  readonly #outbox = new Outbox({ batch: BATCH, write: (zones) => this.#write(zones) });
  readonly #puttingBack = new Turnstile(PUT_BACK_AT_ONCE);

  constructor(options: PlannedJobsOptions) {
    this.#options = options;
    this.#jobs = options.jobs;
  }

  /** The zone's present plan, or that it has none any more, is to be written. */
  write(zone: string): void {
    this.#outbox.add(zone);
  }

  /** Redis must be asked what it has of the zone before the next write. */
  doubt(zone: string): void {
    this.#unsure.add(zone);
  }

  /** The zone's job is over, and gone with it. */
  ended(zone: string): void {
    this.#written.delete(zone);
  }

  /** Redis is there (again): of what it has nothing is known, and all of these are written. */
  open(zones: Iterable<string>): void {
    this.#written.clear();
    for (const zone of zones) {
      this.#unsure.add(zone);
      this.#outbox.add(zone);
    }
    this.#outbox.open();
  }

  /** Redis is lost. */
  shut(): void {
    this.#outbox.shut();
  }

  /** Resolves when nothing is left to write, or it was shut. */
  settled(): Promise<void> {
    return this.#outbox.settled();
  }

  /** Puts a change at the head of the queue. What goes wrong is told, and left to the watch of the heap. */
  async promote(plan: JobPlan): Promise<void> {
    const { zone } = plan;
    try {
      if (!this.#written.has(zone)) await this.#add([plan]);
      const job = this.#jobs.of(zone);
      // In one round trip; they may arrive in any order.
      await Promise.all([this.#jobs.describe(job, plan), job.promote()]);
    } catch (error) {
      // Waiting already (ahead now), active, or gone; the heap's watch is set for the last.
      if (!isJobState(error)) this.#options.troubled('promote', error);
      if (isMissing(error)) this.#written.delete(zone);
    }
  }

  /** A job that was handed out waits for its next time. False: Redis did not take it, and it is written again. */
  async putBack(job: Job<ZoneJobData>, token: string, next: JobPlan): Promise<boolean> {
    const { zone } = next;
    try {
      await this.#puttingBack.pass(async () => {
        // Most rounds follow one of their own kind: one command.
        await this.#jobs.describe(job, next, job.data);
        await job.moveToDelayed(Math.ceil(next.at), token);
      });
      this.#written.add(zone);
      this.#unsure.delete(zone);
      return true;
    } catch (error) {
      this.#unsure.add(zone);
      this.#outbox.add(zone);
      this.#options.troubled('put back', error);
      return false;
    }
  }

  async #write(zones: readonly string[]): Promise<void> {
    const { plan, isRunning, troubled } = this.#options;
    const idle = zones.filter((zone) => !isRunning(zone));
    const plans = idle.flatMap((zone) => plan(zone) ?? []);
    try {
      const unsure = plans.filter(({ zone }) => this.#unsure.has(zone));
      const known = plans.filter(({ zone }) => !this.#unsure.has(zone));
      const { missing, misplaced } = await this.#jobs.survey(unsure);
      for (const { zone } of unsure) this.#written.add(zone);
      for (const { zone } of missing) this.#written.delete(zone);
      const there = known.filter(({ zone }) => this.#written.has(zone));
      const added = known.filter(({ zone }) => !this.#written.has(zone));
      if (missing.length + added.length > 0) await this.#add([...missing, ...added]);
      await Promise.all([...misplaced, ...there].map(({ zone }) => this.#move(zone)));
      for (const { zone } of unsure) this.#unsure.delete(zone);
      await Promise.all(idle.map((zone) => plan(zone) === undefined && this.#remove(zone)));
    } catch (error) {
      // Lost: all of it is written when Redis is found. Refused (full, read-only): the heap's watch stands.
      for (const zone of zones) this.#unsure.add(zone);
      troubled('schedule', error);
    }
  }

  async #add(plans: readonly JobPlan[]): Promise<void> {
    await this.#jobs.add(plans, this.#options.now());
    for (const { zone } of plans) this.#written.add(zone);
  }

  async #move(zone: string): Promise<void> {
    const plan = this.#options.plan(zone);
    if (plan === undefined) return;
    const moved = await this.#jobs.move(zone, plan.at, this.#options.now());
    if (moved === 'gone') await this.#add([plan]);
  }

  async #remove(zone: string): Promise<void> {
    this.#unsure.delete(zone);
    if (this.#written.delete(zone)) await this.#jobs.remove(zone);
  }
}
