import type { Clock } from '@zonewire/nameserver';
import type { ScheduleCounters, ScheduleProcessor } from '@zonewire/secondary';
import type { ZoneJobData } from './job.ts';
import type { JobPlan } from './zone-jobs.ts';

export interface RoundsOptions<Plan extends JobPlan> {
  /** What this node has planned; a round takes its zone's plan away, and its end may bring another. */
  readonly plans: Map<string, Plan>;
  readonly clock: Clock;
  readonly counters: ScheduleCounters;
  readonly isClosed: () => boolean;
}

/** The rounds under way on this node: one processing of a zone at a time. */
export class Rounds<Plan extends JobPlan> {
  readonly #options: RoundsOptions<Plan>;
  readonly #running = new Map<string, Promise<void>>();
  #process: ScheduleProcessor | undefined;

  constructor(options: RoundsOptions<Plan>) {
    this.#options = options;
  }

  get isStarted(): boolean {
    return this.#process !== undefined;
  }

  start(process: ScheduleProcessor): void {
    this.#process = process;
  }

  has(zone: string): boolean {
    return this.#running.has(zone);
  }

  zones(): Iterable<string> {
    return this.#running.keys();
  }

  /** Resolves when the zone's round is over; undefined without one. Never rejects. */
  of(zone: string): Promise<void> | undefined {
    return this.#running.get(zone);
  }

  /** Resolves when those under way now are over. */
  async settled(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  /** Processes what is planned, as `told`; what was promoted meanwhile follows at once. Never rejects. */
  run(zone: string, plan: Plan, told: ZoneJobData): Promise<void> {
    const promise = this.#run(zone, plan, told);
    this.#running.set(zone, promise);
    return promise;
  }

  async #run(zone: string, plan: Plan, told: ZoneJobData): Promise<void> {
    const { plans, clock, counters, isClosed } = this.#options;
    let next: Plan | undefined = plan;
    let about = told;
    while (next !== undefined) {
      plans.delete(zone);
      const { change, at }: Plan = next;
      counters.active++;
      if (!change) counters.latest = Math.max(counters.latest, clock.now() - at);
      try {
        await this.#process!(zone, about.reason, about);
        counters.processed++;
      } catch {
        counters.failed++;
      }
      counters.active--;
      const planned = plans.get(zone);
      next = planned?.change && planned.at <= clock.now() && !isClosed() ? planned : undefined;
      if (next !== undefined) about = next;
    }
    this.#running.delete(zone);
  }
}
