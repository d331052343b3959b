import type { Job as BullmqJob, Queue } from 'bullmq';
import { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { CHANGE_PRIORITY, JOB_NAME, jobId, jobOptions, TIMER_PRIORITY, type ZoneJobData } from './job.ts';
import { isAstray, type Standing } from './standing.ts';

/** What is to stand in Redis for a zone. */
export interface JobPlan {
  readonly zone: string;
  /** ms since the epoch. */
  readonly at: number;
  readonly reason: string;
  readonly change: boolean;
}

/** A time in Redis may differ so much from the plan, ms: delays are rounded up, and what is handed out too late is noticed by its watch. */
const CLOSE_ENOUGH = 1_000;
/** BullMQ keeps a job's time as ms times this, plus a counter. */
const SCORE = 0x1000;

/** The jobs of a site's zones in Redis: what stands there, and how it is brought to a plan. Rejects as BullMQ and ioredis do. */
export class ZoneJobs {
  readonly #queue: Queue<ZoneJobData>;
  readonly #redis: Redis;
  readonly #workerId: string;

  /** `workerId`: what our locks begin with. */
  constructor(queue: Queue<ZoneJobData>, redis: Redis, workerId: string) {
    this.#queue = queue;
    this.#redis = redis;
    this.#workerId = workerId;
  }

  /** A job by its id alone: none of its fields are needed to move it. */
  of(zone: string): Job<ZoneJobData> {
    return new Job(this.#queue, JOB_NAME, { zone, reason: '', change: false }, {}, jobId(zone));
  }

  /** Those that are there already are left as they are (BullMQ ignores an id it has). */
  async add(plans: readonly JobPlan[], now: number): Promise<void> {
    await this.#queue.addBulk(
      plans.map(({ zone, at, reason, change }) => ({
        name: JOB_NAME,
        data: { zone, reason, change },
        opts: jobOptions(zone, at - now, change),
      })),
    );
  }

  /**
   * Gives a delayed job its new time. gone: there is none. elsewhere: it is handed out now, or waits to be, and is put right there.
   */
  async move(zone: string, at: number, now: number): Promise<'moved' | 'gone' | 'elsewhere'> {
    try {
      await this.of(zone).changeDelay(Math.max(0, Math.ceil(at - now)));
      return 'moved';
    } catch (error) {
      if (isMissing(error)) return 'gone';
      if (isJobState(error)) return 'elsewhere';
      throw error;
    }
  }

  async describe(job: BullmqJob<ZoneJobData>, { zone, reason, change }: JobPlan): Promise<void> {
    const priority = change ? CHANGE_PRIORITY : TIMER_PRIORITY;
    await Promise.all([job.updateData({ zone, reason, change }), job.changePriority({ priority })]);
  }

  async standingOf(zone: string): Promise<Standing> {
    const [state, lock] = await Promise.all([this.of(zone).getState(), this.#redis.get(this.#lockKey(zone))]);
    return { state, holder: lock === null ? undefined : lock.startsWith(this.#workerId) ? 'self' : 'other' };
  }

  /**
   * What Redis has for these zones, of which we cannot know: it was away, or refused something half-way. Jobs that nobody would ever
   * hand out are removed. missing: to be added. late or early: to be moved.
   */
  async survey(plans: readonly JobPlan[]): Promise<{ missing: JobPlan[]; misplaced: JobPlan[] }> {
    const pipeline = this.#redis.pipeline();
    const delayed = this.#queue.toKey('delayed');
    for (const { zone } of plans) pipeline.zscore(delayed, jobId(zone)).exists(this.#queue.toKey(jobId(zone)));
    const answers = (await pipeline.exec())!;
    const missing: JobPlan[] = [];
    const misplaced: JobPlan[] = [];
    const inQuestion: JobPlan[] = [];
    for (const [i, plan] of plans.entries()) {
      const [scoreError, score] = answers[2 * i];
      const [existsError, exists] = answers[2 * i + 1];
      if (scoreError || existsError) throw scoreError ?? existsError;
      if (exists === 0) missing.push(plan);
      else if (score === null) inQuestion.push(plan);
      else if (Math.abs(Number(score) / SCORE - plan.at) > CLOSE_ENOUGH) misplaced.push(plan);
    }
    await Promise.all(
      inQuestion.map(async (plan) => {
        if (await this.#removeAstray(plan.zone)) missing.push(plan);
      }),
    );
    return { missing, misplaced };
  }

  async #removeAstray(zone: string): Promise<boolean> {
    const standing = await this.standingOf(zone);
    if (!isAstray(standing)) return false;
    if (standing.holder === 'self') await this.#redis.del(this.#lockKey(zone));
    await this.of(zone).remove();
    return true;
  }

  async remove(zone: string): Promise<void> {
    try {
      await this.of(zone).remove();
    } catch (error) {
      // Under way on another node, which ends it when it finds that it has no such zone any more.
      if (!isJobState(error) && !/locked by another worker/.test(String(error))) throw error;
    }
  }

  #lockKey(zone: string): string {
    return `${this.#queue.toKey(jobId(zone))}:lock`;
  }
}

/** BullMQ's errors for a job that is missing (-1) or not in the state the command is for (-3). */
export function isJobState(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return code === -1 || code === -3;
}

export function isMissing(error: unknown): boolean {
  return (error as { code?: unknown }).code === -1;
}
