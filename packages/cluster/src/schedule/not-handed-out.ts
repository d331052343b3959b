import type { Clock, Log } from '@zonewire/nameserver';
import { inTime } from '../redis/in-time.ts';
import { jobId, type ZoneJobData } from './job.ts';
import { type SiteWatch, SWEEP_EVERY } from './site-watch.ts';
import { isInGoodHands, type Standing } from './standing.ts';
import type { TakeOver } from './take-over.ts';
import type { JobPlan, ZoneJobs } from './zone-jobs.ts';

export interface NotHandedOutOptions {
  readonly jobs: ZoneJobs;
  readonly watch: SiteWatch;
  readonly takeOver: TakeOver;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether Redis answers. */
  readonly answers: () => boolean;
  /** Whether a round of the zone would still be wanted: it is planned, and not under way. */
  readonly isWanted: (zone: string) => boolean;
  /** Begins again what a node that is gone had under way. */
  readonly beginAgain: (job: ZoneJobData) => void;
  readonly troubled: (what: string, error: unknown) => void;
}

/** What Redis was to hand out and has not, or has handed to a node that is gone: who of the site begins it, and when. */
export class NotHandedOut {
  readonly #options: NotHandedOutOptions;
  #lastHandedOut = 0;
  #sweepTimer: unknown;

  constructor(options: NotHandedOutOptions) {
    this.#options = options;
    this.#sweepLater();
  }

  /** Redis hands out: called for each job, and when it is found. */
  moves(): void {
    this.#lastHandedOut = this.#options.clock.now();
  }

  /**
   * A plan's grace is over. wait: somebody will do it; look again. longer: the same, and no sooner than after twice the time.
   * Otherwise this node is to begin it, and where its job stands: another node finds it claimed.
   */
  async claim({ zone, change }: JobPlan): Promise<Standing | 'wait' | 'longer'> {
    const { clock, jobs, takeOver, watch } = this.#options;
    // Not later than a change may wait: a Redis that is silent holds up nothing.
    const standing = await inTime<Standing>(clock, takeOver.change, jobs.standingOf(zone), { state: 'unknown' });
    const queueMoves = clock.now() - this.#lastHandedOut < takeOver.timer;
    if (isInGoodHands(standing, change, queueMoves)) return change ? 'wait' : 'longer';
    // Of the nodes whose watch found it, one begins. When Redis does not say, this one.
    return (await inTime(clock, takeOver.change, watch.claim(jobId(zone)), true)) ? standing : 'wait';
  }

  /** The round of a zone that was claimed is over. */
  release(zone: string): void {
    this.#options.watch.release(jobId(zone)).catch(() => {});
  }

  close(): void {
    this.#options.clock.clearTimeout(this.#sweepTimer);
  }

  #sweepLater(): void {
    this.#sweepTimer = this.#options.clock.setTimeout(() => void this.#sweep(), SWEEP_EVERY);
  }

  /** A node that died had rounds under way, of changes that perhaps no other node was told of. */
  async #sweep(): Promise<void> {
    const { answers, beginAgain, isWanted, log, troubled, watch } = this.#options;
    this.#sweepLater();
    if (!answers()) return;
    try {
      for (const job of await watch.orphans()) {
        if (!isWanted(job.zone)) continue;
        log.warn({ zone: job.zone }, `the node that had the round of ${job.zone} is gone: begun again`);
        beginAgain(job);
      }
    } catch (error) {
      troubled('sweep', error);
    }
  }
}
