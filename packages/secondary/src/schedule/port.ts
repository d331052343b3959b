/**
 * When each zone's next round is due, and one at a time: the port behind which the embedded heap (heap.ts) and BullMQ stand.
 * A zone has at most one entry; its id is the zone's name in lower case, so that every node of a site means the same job.
 *
 * The schedule holds plans, not truth: it can be lost and set again from the facts of the zones at any moment.
 */
export interface Schedule {
  /** Begins to hand out zones. Called once; entries may be set before. */
  start(process: ScheduleProcessor): void;

  /**
   * Replaces the zone's entry. `at`: ms since the epoch, past means now. While the zone is being processed the entry waits until
   * that is over, whatever its time. `about` is for whoever reads the schedule.
   */
  set(zone: string, at: number, reason: string, priority?: SchedulePriority, about?: ScheduleAbout): void;

  /**
   * The zone is due now, ahead of timers; an entry is made when there is none. While it is being processed it will be processed
   * once more afterwards: many promotions, one more time.
   */
  promote(zone: string, reason: string, about?: ScheduleAbout): void;

  /** Forgets the entry; a processing under way is not ended by it. */
  cancel(zone: string): void;

  /** What is planned, earliest first: for an operator. At most `limit` entries. */
  list(limit?: number): readonly ScheduleEntry[];

  readonly counters: Readonly<ScheduleCounters>;

  /** Hands out nothing more; resolves when what is being processed is over. */
  close(): Promise<void>;
}

/**
 * change: caused by NOTIFY or a person, starts at once. timer: at most `concurrency` of them at a time.
 */
export type SchedulePriority = 'change' | 'timer';

/** What an entry says of its zone beside its reason. */
export interface ScheduleAbout {
  /** The serial held. */
  readonly serial?: number | undefined;
  /** 1: the first try after a good one. */
  readonly attempt: number;
  /** What the NOTIFY that caused it said: for the node that does the round, which may be another one than has it. */
  readonly notified?: { readonly serial?: number | undefined; readonly primary?: string | undefined } | undefined;
  /** Somebody waits for this node's own round. */
  readonly local?: boolean;
}

/** Does the zone's round; `about` is what another node of the site said of it.  Plans the next one itself by `set`. Must not reject; a rejection is counted and the zone forgotten until set again. */
export type ScheduleProcessor = (zone: string, reason: string, about?: ScheduleAbout) => Promise<void>;

export interface ScheduleEntry {
  readonly zone: string;
  readonly at: number;
  readonly reason: string;
  readonly active: boolean;
}

export interface ScheduleCounters {
  processed: number;
  failed: number;
  /** Largest lateness of a timer's start, ms: due, but the places for timers were taken, or the loop was busy. */
  latest: number;
  active: number;
}
