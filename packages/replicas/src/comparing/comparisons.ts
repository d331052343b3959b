import { type Clock, type TimerHandle, WakeHeap } from '@zonewire/nameserver';
import { ZonewireError } from '@zonewire/shared-protocol';
import type { Comparison, ComparisonResult } from '../model.ts';
import {
  COMPARING,
  type ComparingSettings,
  type ComparisonFacts,
  DEFAULT_COMPARING,
  NO_TRIES,
  passedOver,
  type Tries,
  triesAfter,
  waitAfter,
} from './rules.ts';

/** What came of transferring a copy and comparing it. */
export interface ComparisonOutcome {
  readonly result: Exclude<ComparisonResult, 'off' | 'receipts' | 'too-large' | 'behind'>;
  /** Of the copy, when it came. */
  readonly serial?: number;
  /** Half a sentence: why, or what differs. */
  readonly reason: string;
}

export interface ZoneAtSecondary {
  readonly zone: string;
  readonly secondary: string;
}

export interface ComparisonPorts {
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Undefined: the zone is not served here now, or the secondary is not notified of it any more. */
  readonly facts: (zone: string, secondary: string) => ComparisonFacts | undefined;
  /** Transfers the copy and compares it. Rejects only when something is wrong with this program. */
  readonly compare: (zone: string, secondary: string, signal: AbortSignal) => Promise<ComparisonOutcome>;
  readonly done: (zone: string, secondary: string, comparison: Comparison) => void;
  readonly failed: (zone: string, secondary: string, error: unknown) => void;
  /** The copies that were known to differ when the node ended: they are compared first. */
  readonly differed: readonly ZoneAtSecondary[];
  /** All that are known to differ, each time that there are others. */
  readonly differ: (copies: readonly ZoneAtSecondary[]) => void;
}

export interface AskedComparison extends Comparison {
  readonly secondary: string;
}

/** Comparisons asked for that may wait at a time. */
export const ASKED_MOST = 1_000;

interface Pair extends ZoneAtSecondary {
  dueAt: number | undefined;
  /** When it was last compared. */
  at: number;
  tries: Tries;
  isGone: boolean;
}

interface Asked {
  readonly pair: Pair;
  readonly resolve: (comparison: Comparison) => void;
}

/**
 * Compares what secondaries hold with what is served here, slowly: each zone at each secondary once an interval, spread over it, one at a
 * time. A copy that differs is looked at again soon, until it is the same. It transfers nothing itself.
 */
export class Comparisons {
  readonly counters = {
    /** By what came of it. */
    results: new Map<ComparisonResult, number>(),
    /** Comparisons asked for and turned away: too many waited. */
    refused: 0,
    /** Errors of this program. */
    errors: 0,
  };
  readonly #ports: ComparisonPorts;
  readonly #pairs = new Map<string, Map<string, Pair>>();
  readonly #heap: WakeHeap<Pair>;
  readonly #due = new Set<Pair>();
  readonly #asked: Asked[] = [];
  /** Zone and secondary -> a copy that differs, or differed before the start and was not compared since. */
  readonly #differing = new Map<string, ZoneAtSecondary>();
  #settings = DEFAULT_COMPARING;
  #running: { readonly pair: Pair; readonly abort: AbortController } | undefined;
  #pause: TimerHandle | undefined;
  #isStopped = false;

  constructor(ports: ComparisonPorts) {
    this.#ports = ports;
    for (const { zone, secondary } of ports.differed)
      this.#differing.set(keyOf({ zone, secondary }), { zone, secondary });
    this.#heap = new WakeHeap(ports.clock, (pair) => {
      pair.dueAt = undefined;
      this.#due.add(pair);
      this.#next();
    });
  }

  /** Comparisons that are due and wait for their turn, asked ones included. */
  get waiting(): number {
    return this.#due.size + this.#asked.length;
  }

  /** Another interval takes effect at once; what is known of each pair is kept. */
  configure(settings: ComparingSettings): void {
    const interval = Math.min(settings.interval, COMPARING.intervalMost);
    this.#settings = { ...settings, interval };
    const now = this.#ports.clock.now();
    for (const pairs of this.#pairs.values())
      for (const pair of pairs.values()) {
        if (pair.tries.differs || pair === this.#running?.pair) continue;
        if (interval === 0) {
          this.#due.delete(pair);
          this.#plan(pair, undefined);
        } else if (!this.#due.has(pair) && (pair.dueAt === undefined || pair.dueAt > now + 1.1 * interval))
          this.#plan(pair, this.#first(now));
      }
  }

  /** These are notified of the zone from now on. */
  watching(zone: string, secondaries: readonly string[]): void {
    const before = this.#pairs.get(zone);
    const pairs = new Map<string, Pair>();
    const now = this.#ports.clock.now();
    for (const secondary of secondaries) {
      const kept = before?.get(secondary);
      if (kept !== undefined) {
        before!.delete(secondary);
        pairs.set(secondary, kept);
        continue;
      }
      const differs = this.#differing.has(keyOf({ zone, secondary }));
      const tries = { ...NO_TRIES, differs };
      const pair: Pair = { zone, secondary, dueAt: undefined, at: 0, tries, isGone: false };
      pairs.set(secondary, pair);
      this.#plan(pair, differs ? now + COMPARING.touched : this.#first(now));
    }
    for (const gone of before?.values() ?? []) this.#forget(gone);
    if (pairs.size === 0) this.#pairs.delete(zone);
    else this.#pairs.set(zone, pairs);
  }

  /** It has transferred the zone, or answered with another serial: where its copy differed it may be repaired. */
  touched(zone: string, secondary: string): void {
    const pair = this.#pairs.get(zone)?.get(secondary);
    if (pair === undefined || !pair.tries.differs || pair.dueAt === undefined) return;
    const at = Math.max(this.#ports.clock.now() + COMPARING.touched, pair.at + COMPARING.touchedGap);
    if (at < pair.dueAt) this.#plan(pair, at);
  }

  /**
   * Compares the zone at one secondary, or at all, as soon as what is under way is over, whatever its size.
   * @throws ZonewireError `secondary-unknown`, `comparisons-too-many`
   */
  async compareNow(zone: string, secondary?: string): Promise<AskedComparison[]> {
    const pairs = this.#pairs.get(zone) ?? new Map<string, Pair>();
    if (secondary !== undefined && !pairs.has(secondary)) {
      const known = pairs.size === 0 ? 'nobody is' : `these are: ${[...pairs.keys()].join(', ')}`;
      throw new ZonewireError('secondary-unknown', `${secondary} is not notified of ${zone}; ${known}`, { zone });
    }
    const wanted = secondary === undefined ? [...pairs.values()] : [pairs.get(secondary)!];
    if (this.#asked.length + wanted.length > ASKED_MOST) {
      this.counters.refused++;
      throw new ZonewireError(
        'comparisons-too-many',
        `more than ${ASKED_MOST} comparisons are asked for; try again later`,
        {
          zone,
        },
      );
    }
    return Promise.all(
      wanted.map(async (pair) => {
        const comparison = await new Promise<Comparison>((resolve) => {
          this.#asked.push({ pair, resolve });
          this.#next();
        });
        return { secondary: pair.secondary, ...comparison };
      }),
    );
  }

  stop(): void {
    this.#isStopped = true;
    this.#heap.stop();
    this.#due.clear();
    this.#pairs.clear();
    this.#running?.abort.abort();
    this.#ports.clock.clearTimeout(this.#pause);
    const at = this.#ports.clock.now();
    for (const { resolve } of this.#asked.splice(0)) resolve({ at, result: 'failed', reason: 'the node is stopping' });
  }

  /** Those that came together are spread over the whole interval. */
  #first(now: number): number | undefined {
    const { interval } = this.#settings;
    return interval === 0 ? undefined : now + interval * this.#ports.random();
  }

  #plan(pair: Pair, at: number | undefined): void {
    pair.dueAt = at;
    this.#heap.set(pair, at);
  }

  #forget(pair: Pair): void {
    pair.isGone = true;
    this.#differs(pair, false);
    this.#plan(pair, undefined);
    this.#due.delete(pair);
    if (this.#running?.pair === pair) this.#running.abort.abort();
  }

  #differs({ zone, secondary }: Pair, differs: boolean): void {
    const key = keyOf({ zone, secondary });
    if (this.#differing.has(key) === differs) return;
    if (differs) this.#differing.set(key, { zone, secondary });
    else this.#differing.delete(key);
    this.#ports.differ([...this.#differing.values()]);
  }

  /** One at a time; who is asked for comes first. */
  #next(): void {
    if (this.#running !== undefined || this.#isStopped) return;
    const asked = this.#asked.shift();
    if (asked !== undefined) {
      void this.#run(asked.pair, asked);
      return;
    }
    if (this.#pause !== undefined) return;
    const [pair] = this.#due;
    if (pair === undefined) return;
    this.#due.delete(pair);
    void this.#run(pair, undefined);
  }

  async #run(pair: Pair, asked: Asked | undefined): Promise<void> {
    const { clock } = this.#ports;
    const abort = new AbortController();
    this.#running = { pair, abort };
    const outcome = await this.#outcome(pair, asked !== undefined, abort.signal);
    const { result } = outcome;
    this.#running = undefined;
    const at = clock.now();
    if (!abort.signal.aborted) this.counters.results.set(result, (this.counters.results.get(result) ?? 0) + 1);
    const comparison = pair.isGone || this.#isStopped ? { at, ...outcome } : this.#take(pair, at, outcome);
    asked?.resolve(comparison);
    if (this.#isStopped) return;
    clock.clearTimeout(this.#pause);
    this.#pause = clock.setTimeout(() => {
      this.#pause = undefined;
      this.#next();
    }, COMPARING.pause);
    this.#next();
  }

  #take(pair: Pair, at: number, outcome: Omit<Comparison, 'at'>): Comparison {
    pair.at = at;
    pair.tries = triesAfter(pair.tries, outcome.result);
    this.#differs(pair, pair.tries.differs);
    const wait = waitAfter(pair.tries, this.#settings.interval, this.#ports.random());
    this.#due.delete(pair);
    this.#plan(pair, wait === undefined ? undefined : at + wait);
    const comparison = { at, ...outcome, ...(wait === undefined ? {} : { nextAt: Math.round(at + wait) }) };
    this.#ports.done(pair.zone, pair.secondary, comparison);
    return comparison;
  }

  async #outcome(
    { zone, secondary, isGone }: Pair,
    isAsked: boolean,
    signal: AbortSignal,
  ): Promise<Omit<Comparison, 'at'>> {
    const facts = isGone ? undefined : this.#ports.facts(zone, secondary);
    if (facts === undefined) return { result: 'failed', reason: 'the zone is not served here' };
    const not = passedOver(secondary, facts, this.#settings, isAsked);
    if (not !== undefined) return not;
    try {
      return await this.#ports.compare(zone, secondary, signal);
    } catch (error) {
      this.counters.errors++;
      this.#ports.failed(zone, secondary, error);
      return { result: 'failed', reason: 'an error of this program, see its log' };
    }
  }
}

function keyOf({ zone, secondary }: ZoneAtSecondary): string {
  return `${zone} ${secondary}`;
}
