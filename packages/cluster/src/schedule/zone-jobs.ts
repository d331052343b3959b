import { isDeepStrictEqual } from 'node:util';
import type { Job as BullmqJob, Queue } from 'bullmq';
import { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { CHANGE_PRIORITY, JOB_NAME, jobId, jobOptions, TIMER_PRIORITY, type ZoneJobData } from './job.ts';
import { isAstray, type Standing } from './standing.ts';

/** What is to stand in Redis for a zone. */
export interface JobPlan extends ZoneJobData {
  /** ms since the epoch. */
  readonly at: number;
  /** For this node only: never in Redis. */
  readonly local?: boolean | undefined;
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
  readonly #aliveKey: (worker: string) => string;

  /** `workerId`: what our locks begin with. `aliveKey`: what a worker's node keeps in Redis while it lives (redis/health.ts). */
  constructor(queue: Queue<ZoneJobData>, redis: Redis, workerId: string, aliveKey: (worker: string) => string) {
    this.#queue = queue;
    this.#redis = redis;
    this.#workerId = workerId;
    this.#aliveKey = aliveKey;
  }

  /** A job by its id alone: none of its fields are needed to move it. */
  of(zone: string): Job<ZoneJobData> {
    return new Job(this.#queue, JOB_NAME, { zone, reason: '', attempt: 1, change: false }, {}, jobId(zone));
  }

  /** Those that are there already are left as they are (BullMQ ignores an id it has). */
  async add(plans: readonly JobPlan[], now: number): Promise<void> {
    await this.#queue.addBulk(
      plans.map((plan) => ({
        name: JOB_NAME,
        data: dataOf(plan),
        opts: jobOptions(plan.zone, plan.at - now, plan.change),
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

  /** In one round trip; `was`: what it says now, where that is known. */
  async describe(job: BullmqJob<ZoneJobData>, plan: JobPlan, was?: ZoneJobData): Promise<void> {
    const priority = plan.change ? CHANGE_PRIORITY : TIMER_PRIORITY;
    const data = dataOf(plan);
    await Promise.all([
      isDeepStrictEqual(was, data) ? undefined : job.updateData(data),
      was?.change === plan.change ? undefined : job.changePriority({ priority }),
    ]);
  }

  async standingOf(zone: string): Promise<Standing> {
    const [state, lock] = await Promise.all([this.of(zone).getState(), this.#redis.get(this.#lockKey(zone))]);
    if (lock === null) return { state };
    const [holder] = lock.split(':');
    if (holder === this.#workerId) return { state, holder: 'self' };
    return { state, holder: (await this.#redis.exists(this.#aliveKey(holder))) === 1 ? 'other' : 'gone' };
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
    if (standing.holder !== undefined) await this.#redis.del(this.#lockKey(zone));
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

function dataOf({ zone, reason, serial, attempt, notified, change }: JobPlan): ZoneJobData {
  return {
    zone,
    reason,
    ...(serial === undefined ? {} : { serial }),
    attempt,
    ...(notified === undefined ? {} : { notified }),
    change,
  };
}

/** BullMQ's errors for a job that is missing (-1) or not in the state the command is for (-3). */
export function isJobState(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return code === -1 || code === -3;
}

export function isMissing(error: unknown): boolean {
  return (error as { code?: unknown }).code === -1;
}
