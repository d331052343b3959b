import type { Clock, TimerHandle } from '@zonewire/nameserver';
import { unwrap, ZonewireError } from '@zonewire/shared-protocol';
import type { Change } from './change-id.ts';
import { type ChangeProgress, type Goal, judge, type Look, parseGoal } from './judge.ts';

export interface WaitingLimits {
  /** Requests that may wait at once. */
  readonly waits: number;
  /** ms that one may wait at most; whoever asks for longer is answered then, and may ask again. */
  readonly timeout: number;
}

export const DEFAULT_WAITING_LIMITS: WaitingLimits = { waits: 1_000, timeout: 600_000 };

export interface WaitingCounters {
  /** Waits that are over, by how. */
  done: number;
  timedOut: number;
  /** Told of progress before the end, as they wished. */
  progressed: number;
  /** Whoever asked went away. */
  gone: number;
  /** Turned away: too many wait already. */
  refused: number;
  /** Asked for longer than {@link WaitingLimits.timeout}. */
  capped: number;
}

export interface WaitingOptions {
  readonly clock: Clock;
  /** What is known now; undefined: the zone is not here. */
  readonly look: (change: Change) => Look | undefined;
  readonly limits?: Partial<WaitingLimits>;
}

export interface WaitRequest extends Change {
  /** {@link parseGoal} */
  readonly goal: string;
  /** ms */
  readonly timeout: number;
  /** Come back also when more than this many of the wanted secondaries have answered: for whoever shows progress. */
  readonly moreThan?: number | undefined;
  /** Aborted when whoever asked is gone. */
  readonly signal?: AbortSignal | undefined;
}

interface Waiter {
  readonly change: Change;
  readonly goal: Goal;
  readonly moreThan: number;
  readonly end: (how: Ending) => void;
}

type Ending = 'done' | 'timedOut' | 'progressed' | 'gone';

/** Between a look at the secondaries and the next: a burst of events is one look for every waiter. */
const LOOK_AFTER_MS = 2;
/** A look without an event: for what no event tells of. */
const LOOK_ALWAYS_MS = 500;

/**
 * Requests that wait for changes to arrive. Nobody is asked for their sake: they look at what is known whenever it is told that
 * something has changed.
 */
export class WaitingRoom {
  readonly limits: WaitingLimits;
  readonly counters: WaitingCounters = { done: 0, timedOut: 0, progressed: 0, gone: 0, refused: 0, capped: 0 };
  readonly #clock: Clock;
  readonly #look: WaitingOptions['look'];
  readonly #waiters = new Map<string, Set<Waiter>>();
  readonly #changed = new Set<string>();
  #size = 0;
  #soon: TimerHandle | undefined;
  #always: TimerHandle | undefined;

  constructor({ clock, look, limits }: WaitingOptions) {
    this.#clock = clock;
    this.#look = look;
    this.limits = { ...DEFAULT_WAITING_LIMITS, ...limits };
  }

  /** How many wait. */
  get size(): number {
    return this.#size;
  }

  /** How far the change is now, without waiting. @throws ZonewireError `zone-unknown`, `secondary-unknown` */
  progress({ zone, serial }: Change, goal: string): ChangeProgress {
    const look = this.#known({ zone, serial });
    return judge({ zone, serial }, unwrap(parseGoal(goal, look.standings), { zone }), look);
  }

  /**
   * Resolves when the change has arrived where it is wanted, at the end of the timeout (`timed-out`), or at progress that was
   * asked for (`pending`); with what is known then. A timeout of 0 is only a look, and not counted. Rejects with ZonewireError `zone-unknown`, `secondary-unknown`,
   * `nobody-to-wait-for`, `too-many-waits`.
   */
  async wait({ zone, serial, goal: text, timeout, moreThan = Number.POSITIVE_INFINITY, signal }: WaitRequest) {
    const change = { zone, serial };
    const look = this.#known(change);
    if (look.standings.length === 0)
      throw new ZonewireError(
        'nobody-to-wait-for',
        `this node notifies nobody of ${zone}, so it knows of no secondary; ask the zone's primary, or set "notify" here`,
        { zone },
      );
    const goal = unwrap(parseGoal(text, look.standings), { zone });
    const now = judge(change, goal, look);
    if (now.state === 'done') {
      this.counters.done++;
      return now;
    }
    if (timeout === 0) return { ...now, state: 'timed-out' as const };
    if (now.answered > moreThan) {
      this.counters.progressed++;
      return now;
    }
    if (this.#size >= this.limits.waits) {
      this.counters.refused++;
      throw new ZonewireError('too-many-waits', `${this.#size} requests wait already; ask again a little later`, {
        zone,
      });
    }
    if (timeout > this.limits.timeout) this.counters.capped++;
    const how = await this.#sit({ change, goal, moreThan }, Math.min(timeout, this.limits.timeout), signal);
    this.counters[how]++;
    const last = judge(change, goal, this.#known(change));
    return how === 'timedOut' && last.state === 'pending' ? { ...last, state: 'timed-out' as const } : last;
  }

  /** Something is known of a secondary of this zone that was not known before. Cheap when nobody waits for it. */
  changed(zone: string): void {
    if (!this.#waiters.has(zone)) return;
    this.#changed.add(zone);
    this.#soon ??= this.#clock.setTimeout(() => {
      this.#soon = undefined;
      const zones = [...this.#changed];
      this.#changed.clear();
      for (const one of zones) this.#lookAt(one);
    }, LOOK_AFTER_MS);
  }

  /** Everybody goes home. */
  stop(): void {
    for (const waiters of [...this.#waiters.values()]) for (const { end } of [...waiters]) end('gone');
  }

  #known(change: Change): Look {
    const look = this.#look(change);
    if (look !== undefined) return look;
    const { zone } = change;
    throw new ZonewireError('zone-unknown', `this node has no zone ${zone}; see: zonewire zone list`, { zone });
  }

  #sit(waiting: Omit<Waiter, 'end'>, timeout: number, signal: AbortSignal | undefined): Promise<Ending> {
    const { zone } = waiting.change;
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve('gone');
      const gone = () => waiter.end('gone');
      const timer = this.#clock.setTimeout(() => waiter.end('timedOut'), timeout);
      const waiter: Waiter = {
        ...waiting,
        end: (how) => {
          if (!this.#leave(zone, waiter)) return;
          this.#clock.clearTimeout(timer);
          signal?.removeEventListener('abort', gone);
          resolve(how);
        },
      };
      signal?.addEventListener('abort', gone);
      const others = this.#waiters.get(zone) ?? new Set();
      this.#waiters.set(zone, others.add(waiter));
      this.#size++;
      this.#lookNowAndThen();
    });
  }

  #leave(zone: string, waiter: Waiter): boolean {
    const waiters = this.#waiters.get(zone);
    if (!waiters?.delete(waiter)) return false;
    this.#size--;
    if (waiters.size === 0) this.#waiters.delete(zone);
    if (this.#size === 0) {
      for (const timer of [this.#soon, this.#always]) if (timer !== undefined) this.#clock.clearTimeout(timer);
      this.#soon = undefined;
      this.#always = undefined;
      this.#changed.clear();
    }
    return true;
  }

  #lookNowAndThen(): void {
    this.#always ??= this.#clock.setTimeout(() => {
      this.#always = undefined;
      for (const zone of [...this.#waiters.keys()]) this.#lookAt(zone);
      if (this.#size > 0) this.#lookNowAndThen();
    }, LOOK_ALWAYS_MS);
  }

  #lookAt(zone: string): void {
    for (const waiter of [...(this.#waiters.get(zone) ?? [])]) {
      const look = this.#look(waiter.change);
      // The zone went away: the end tells of it.
      if (look === undefined) {
        waiter.end('gone');
        continue;
      }
      const { state, answered } = judge(waiter.change, waiter.goal, look);
      if (state === 'done') waiter.end('done');
      else if (answered > waiter.moreThan) waiter.end('progressed');
    }
  }
}
