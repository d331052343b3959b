import type { Clock, Log } from '@zonewire/nameserver';
import {
  HeapSchedule,
  type Schedule,
  type ScheduleAbout,
  type ScheduleCounters,
  type ScheduleEntry,
  type SchedulePriority,
  type ScheduleProcessor,
  TIMER_CONCURRENCY,
} from '@zonewire/secondary';
import { DelayedError, type Job, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { commandConnection, type RedisAddress, workerConnection } from '../redis/connection.ts';
import { CONNECT_TIMEOUT, PROBE_TIMEOUT, RedisHealth, type RedisState } from '../redis/health.ts';
import { ChangesAhead } from './changes-ahead.ts';
import { JOB_NAME, LOCK, type ZoneJobData } from './job.ts';
import { NotHandedOut } from './not-handed-out.ts';
import { PlannedJobs } from './planned-jobs.ts';
import { Refusals } from './refusals.ts';
import { Rounds } from './rounds.ts';
import { SiteWatch } from './site-watch.ts';
import { DEFAULT_TAKE_OVER, graceOf, type TakeOver } from './take-over.ts';
import { type JobPlan, ZoneJobs } from './zone-jobs.ts';

export interface BullmqScheduleOptions extends RedisAddress {
  /** Nodes with the same site share one schedule. */
  readonly site: string;
  /** This node's name, for whoever looks at a job under way. */
  readonly node?: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Rounds of timers under way at once on this node. */
  readonly concurrency?: number | undefined;
  readonly takeOver?: TakeOver;
}

export interface BullmqScheduleCounters extends ScheduleCounters {
  /** Rounds that Redis did not hand out in time while it answered, and that this node began by itself. */
  takenOver: number;
  /** How often Redis was lost. */
  lost: number;
  /** Commands that Redis refused: full, read-only, a script's error. */
  refused: number;
}

interface Plan extends JobPlan {
  /** How long after `at` this node begins it by itself, ms. */
  grace: number;
}

const FIRST: ScheduleAbout = { attempt: 1 };
/** Whether Redis answers is known by then, after a start, ms. */
const UNTIL_KNOWN = CONNECT_TIMEOUT + PROBE_TIMEOUT;
/** A time in Redis may be so much ahead of the plan, ms: clocks are in milliseconds, delays are rounded up. */
const EARLY = 5;

/**
 * SOA timers as BullMQ jobs: one a zone, delayed until its next round, promoted by NOTIFY. Which node of the site runs it, Redis decides.
 *
 * Every node also keeps all plans in an embedded {@link HeapSchedule}. While Redis answers, the heap stands a grace behind (take-over.ts) and
 * catches what Redis did not hand out (not-handed-out.ts). While Redis is lost, the heap is the schedule. When Redis is found again,
 * every plan is written anew: an id that is there already is left alone, so that exactly one job a zone results.
 */
export class BullmqSchedule implements Schedule {
  readonly counters: BullmqScheduleCounters = {
    processed: 0,
    failed: 0,
    latest: 0,
    active: 0,
    takenOver: 0,
    lost: 0,
    refused: 0,
  };
  readonly #options: BullmqScheduleOptions;
  readonly #takeOver: TakeOver;
  readonly #concurrency: number;
  readonly #plans = new Map<string, Plan>();
  readonly #rounds: Rounds<Plan>;
  readonly #refusals: Refusals;
  readonly #heap: HeapSchedule;
  #redis: Redis | undefined;
  #workerRedis: Redis | undefined;
  #queue: Queue<ZoneJobData> | undefined;
  #planned: PlannedJobs | undefined;
  #ahead: ChangesAhead | undefined;
  #notHandedOut: NotHandedOut | undefined;
  #worker: Worker<ZoneJobData> | undefined;
  #health: RedisHealth | undefined;
  readonly #known = Promise.withResolvers<void>();
  readonly #onLost = new Set<() => void>();
  #closed = false;

  constructor(options: BullmqScheduleOptions) {
    this.#options = options;
    this.#takeOver = options.takeOver ?? DEFAULT_TAKE_OVER;
    this.#concurrency = options.concurrency ?? TIMER_CONCURRENCY;
    const { clock, log } = options;
    this.#rounds = new Rounds({
      plans: this.#plans,
      clock,
      counters: this.counters,
      isClosed: () => this.#closed,
    });
    this.#refusals = new Refusals(this.counters, clock, log);
    this.#heap = new HeapSchedule({ clock, concurrency: this.#concurrency });
  }

  /** For `node status` and metrics. */
  get redis(): RedisState {
    return this.#health?.state ?? 'connecting';
  }

  /** Resolves when Redis has answered, or counts as lost, for the first time. */
  get known(): Promise<void> {
    return this.#known.promise;
  }

  get answers(): boolean {
    return this.redis === 'answers';
  }

  /** Bull Board over the jobs: a Fastify plugin. Once {@link start}ed. */
  async board(basePath: string) {
    // Only where it is wanted: its parts take a while to load.
    const { bullBoard } = await import('../board/board.ts');
    return bullBoard(this.#queue!, basePath);
  }

  /** Calls `listener` each time Redis is lost. */
  onLost(listener: () => void): void {
    this.#onLost.add(listener);
  }

  /** Since when it is in that state, ms since the epoch. */
  get redisSince(): number {
    return this.#health?.since ?? 0;
  }

  /** Why Redis is lost. */
  get redisTrouble(): string | undefined {
    return this.#health?.trouble;
  }

  start(process: ScheduleProcessor): void {
    const { site, node, clock, log } = this.#options;
    this.#rounds.start(process);
    this.#heap.start((zone) => this.#overdue(zone));
    this.#redis = commandConnection(this.#options);
    this.#workerRedis = workerConnection(this.#options);
    const prefix = `zonewire:{${site}}`;
    const aliveKey = (worker: string) => `${prefix}:alive:${worker}`;
    this.#queue = new Queue(JOB_NAME, { connection: this.#redis, prefix, skipMetasUpdate: true });
    this.#worker = new Worker<ZoneJobData>(JOB_NAME, (job, token) => this.#ahead!.work(job, token!), {
      connection: this.#workerRedis,
      prefix,
      ...(node === undefined ? {} : { name: node }),
      concurrency: this.#concurrency,
      lockDuration: LOCK,
      // A zone's node may die any number of times; its job lives on.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      // After an error of the connection; the heap covers the time until then.
      runRetryDelay: 1_000,
    });
    // What goes wrong there shows as Redis lost, or as rounds taken over. Without listeners BullMQ would end the process.
    this.#worker.on('error', (error) => this.#troubled('worker', error));
    this.#queue.on('error', (error) => this.#troubled('queue', error));
    this.#workerRedis.on('error', () => {});
    const queue = this.#queue;
    const watch = new SiteWatch(this.#redis, this.#worker.id, {
      queue: (name) => queue.toKey(name),
      site: (name) => `${prefix}:${name}`,
    });
    const jobs = new ZoneJobs(this.#queue, this.#redis, this.#worker.id, aliveKey);
    const troubled = (what: string, error: unknown) => this.#troubled(what, error);
    this.#notHandedOut = new NotHandedOut({
      jobs,
      watch,
      takeOver: this.#takeOver,
      clock,
      log,
      answers: () => this.answers,
      isWanted: (zone) => this.#plans.has(zone) && !this.#rounds.has(zone),
      beginAgain: ({ zone, reason, ...about }) => this.set(zone, clock.now(), reason, 'change', about),
      troubled,
    });
    this.#planned = new PlannedJobs({
      jobs,
      plan: (zone) => this.#plans.get(zone),
      isRunning: (zone) => this.#rounds.has(zone),
      now: () => clock.now(),
      troubled,
    });
    this.#ahead = new ChangesAhead({
      worker: this.#worker,
      places: this.#concurrency,
      clock,
      handedOut: (job, token) => this.#handedOut(job, token),
      left: (zone) => this.#left(zone),
      troubled,
    });
    this.#health = new RedisHealth(this.#redis, aliveKey(this.#worker.id), clock, {
      found: () => this.#found(),
      lost: (reason) => this.#lost(reason),
    });
  }

  set(zone: string, at: number, reason: string, priority: SchedulePriority = 'timer', about = FIRST): void {
    if (this.#closed) return;
    const change = priority === 'change';
    const grace = graceOf(
      at - this.#options.clock.now(),
      change,
      about.serial === undefined && reason === 'bootstrap',
      this.#takeOver,
    );
    const plan: Plan = { zone, at, reason, ...about, change, grace };
    this.#plans.set(zone, plan);
    if (!change) this.#ahead?.forget(zone);
    this.#arm(zone, plan);
    // What is being processed is put back with its new time when that is over.
    if (!this.#rounds.isStarted || this.#rounds.has(zone)) return;
    if (plan.local) this.#heap.set(zone, at, reason, 'change');
    else if (plan.change && at <= this.#options.clock.now()) this.#urge(plan);
    else this.#planned?.write(zone);
  }

  promote(zone: string, reason: string, about?: ScheduleAbout): void {
    this.set(zone, this.#options.clock.now(), reason, 'change', about);
  }

  cancel(zone: string): void {
    if (this.#closed || !this.#plans.delete(zone)) return;
    this.#heap.cancel(zone);
    this.#planned?.write(zone);
  }

  list(limit = 1000): readonly ScheduleEntry[] {
    const now = this.#options.clock.now();
    const entries: ScheduleEntry[] = [];
    for (const [zone, { at, reason }] of this.#plans)
      entries.push({ zone, at, reason, active: this.#rounds.has(zone) });
    for (const zone of this.#rounds.zones())
      if (!this.#plans.has(zone)) entries.push({ zone, at: now, reason: '', active: true });
    return entries.sort((a, b) => a.at - b.at).slice(0, limit);
  }

  /** Jobs stay in Redis for the other nodes of the site, and for the next start. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#ahead?.close();
    const answers = this.answers;
    const heapClosed = this.#heap.close();
    // Without Redis its jobs cannot be put back: their locks run out.
    if (!answers) this.#redis?.disconnect();
    await this.#worker?.close(!answers);
    await Promise.all([heapClosed, this.#ahead?.settled(), this.#rounds.settled()]);
    if (answers) await this.#planned?.settled();
    this.#planned?.shut();
    this.#health?.close();
    this.#notHandedOut?.close();
    await this.#queue?.close();
    this.#redis?.disconnect();
    this.#workerRedis?.disconnect();
  }

  #found(): void {
    this.#known.resolve();
    this.#options.log.info({ zones: this.#plans.size }, 'Redis answers: SOA timers are BullMQ jobs');
    this.#notHandedOut!.moves();
    for (const [zone, plan] of this.#plans) this.#arm(zone, plan);
    this.#planned!.open(this.#plans.keys());
    this.#worker?.resume();
  }

  #lost(reason: string): void {
    this.#known.resolve();
    this.counters.lost++;
    this.#options.log.warn({ zones: this.#plans.size }, `Redis is lost (${reason}): SOA timers go on in this node`);
    this.#planned!.shut();
    this.#ahead!.forgetAll();
    for (const tell of this.#onLost) tell();
    // A Redis that refuses would be asked for the next job without a pause.
    this.#worker?.pause(true);
    for (const [zone, plan] of this.#plans) this.#arm(zone, plan);
  }

  /**
   * The heap's share: the plan itself while Redis is lost, its watchdog while it answers. While that is not known yet, which is soon, it waits:
   * a round that began here would be one that the other nodes of the site know nothing of.
   */
  #arm(zone: string, { at, reason, change, grace }: Plan): void {
    const { redis } = this;
    const patience = redis === 'connecting' ? Math.max(grace, UNTIL_KNOWN) : grace;
    const wake = redis === 'lost' ? at : Math.max(at, this.#options.clock.now()) + patience;
    this.#heap.set(zone, wake, reason, change ? 'change' : 'timer');
  }

  /** Redis has not handed it out within its grace, or there is no Redis. */
  async #overdue(zone: string): Promise<void> {
    const plan = this.#plans.get(zone);
    if (plan === undefined || this.#rounds.has(zone)) return;
    const isRedisAsked = this.answers && !plan.local;
    if (isRedisAsked && !(await this.#takesOver(zone, plan))) return;
    await this.#rounds.run(zone, plan, plan);
    if (this.#plans.has(zone)) this.#planned!.write(zone);
    if (isRedisAsked) this.#notHandedOut!.release(zone);
  }

  async #takesOver(zone: string, plan: Plan): Promise<boolean> {
    const claimed = await this.#notHandedOut!.claim(plan);
    if (this.#closed || this.#plans.get(zone) !== plan || this.#rounds.has(zone)) return false;
    if (claimed === 'wait' || claimed === 'longer') {
      if (claimed === 'longer') plan.grace = Math.min(this.#takeOver.timer, 2 * plan.grace);
      this.#arm(zone, plan);
      return false;
    }
    this.counters.takenOver++;
    this.#planned!.doubt(zone);
    const { state } = claimed;
    this.#options.log.warn({ zone, state }, `Redis did not hand out the round of ${zone} in time: begun by this node`);
    return true;
  }

  /** A job from Redis, active and locked for us. */
  async #handedOut(job: Job<ZoneJobData>, token: string): Promise<void> {
    const { zone, change } = job.data;
    const { clock } = this.#options;
    this.#notHandedOut!.moves();
    const plan = this.#plans.get(zone);
    const running = this.#rounds.of(zone);
    if (running !== undefined) await running;
    // A zone we do not have (any more) ends here. An old time in Redis is put right.
    else if (plan !== undefined && (change || plan.at <= clock.now() + EARLY))
      await this.#rounds.run(zone, plan, change && !plan.change ? job.data : plan);
    await this.#putBack(job, token, plan);
  }

  /** Leaves by DelayedError, BullMQ's way to say that the job was moved and is not over. */
  async #putBack(job: Job<ZoneJobData>, token: string, plan: Plan | undefined): Promise<void> {
    const { zone } = job.data;
    // A node that stops has cut the round short: another one has it at once, or this one when it is back.
    const next = this.#plans.get(zone) ?? (this.#closed ? plan : undefined);
    if (next === undefined) {
      this.#planned!.ended(zone);
      return;
    }
    if (!(await this.#planned!.putBack(job, token, next))) throw new DelayedError();
    // Changed while that was written, when it could not be told to a job that was still active.
    const changed = this.#plans.get(zone);
    if (changed === undefined) this.#planned!.write(zone);
    else if (changed !== next) this.set(zone, changed.at, changed.reason, priorityOf(changed), changed);
    throw new DelayedError();
  }

  /** What was planned while the job was on its way out could be neither moved nor added: Redis had it still. */
  #left(zone: string): void {
    if (!this.#plans.has(zone) || this.#rounds.has(zone)) return;
    this.#planned!.doubt(zone);
    this.#planned!.write(zone);
  }

  /** A change: the job goes ahead of all timers, and does not wait for a place that they have. */
  async #urge(plan: Plan): Promise<void> {
    // The heap has it, and what is planned is written once Redis is found.
    if (!this.answers) return;
    await this.#planned!.promote(plan);
    this.#ahead!.urge(plan.zone);
  }

  #troubled(what: string, error: unknown): void {
    // A lost connection is told once, by the health watch.
    if (!this.answers || this.#closed) return;
    this.#refusals.add(what, error);
    // Full or read-only: it is lost as a whole, and found when it takes what is written again.
    this.#health?.check();
  }
}

function priorityOf({ change }: Plan): SchedulePriority {
  return change ? 'change' : 'timer';
}
