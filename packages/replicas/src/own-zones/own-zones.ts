import type { Clock, Log, TimerHandle, ZoneStatus } from '@zonewire/nameserver';
import { expiryMarks } from '../health.ts';
import { HealthLog } from '../health-log.ts';
import { type Expiry, type Health, type HealthState, noHealth, type ReplicaEvent } from '../model.ts';
import { Told } from '../told.ts';
import { type OwnFacts, type OwnStanding, ownExpiry, ownHealth, ownHealthChangesAt } from './own-health.ts';

export interface OwnZonesOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** The identity of this node: the secondary in the events. */
  readonly identity: string;
  /** Of a zone that this node is secondary for; undefined: it is not. */
  readonly status: (zone: string) => OwnStanding | undefined;
  /** Seconds, of the SOA that is held. */
  readonly expire: (zone: string) => number | undefined;
  /** Zones are judged, and listeners called, through it. Default: at once (tests). */
  readonly later?: (call: () => void) => void;
}

/** What is added to the status of a zone. */
export interface OwnZoneView {
  readonly health: Health;
  readonly expiry?: Expiry;
}

/** Of each of thousands of zones: what has to be said of its health is made anew when somebody asks. */
interface Known {
  state: HealthState;
  since: number;
  expiryWarnings: number;
  /** When time alone may change it; infinite: never. */
  lookAt: number;
}

/**
 * Between two looks at what changes with time, ms; and the longest pause, for a clock that jumps and for the log. A look goes through all zones,
 * so many in one go: of 100,000 it would take some ms, and much longer where they are to be judged.
 */
export const LOOK = { least: 250, most: 10_000, atOnce: 5_000 } as const;

/**
 * So many zones judged in one go, and the next go comes a pause later, ms: to each of thousands several things happen at short intervals.
 * More than `atOnce` (some 10 µs each) are judged in several goes, so that a change has its turn in between.
 */
export const CROWD = { zones: 8, pause: 250, atOnce: 200, between: 5 } as const;

/** The health of the zones that this node is secondary for: judged when something happens to one, and as time passes. */
export class OwnZones {
  readonly #options: OwnZonesOptions;
  readonly #told: Told;
  readonly #later: (call: () => void) => void;
  readonly #healthLog: HealthLog;
  readonly #zones = new Map<string, Known>();
  readonly #counts = noHealth();
  readonly #unjudged = new Set<string>();
  #timer: TimerHandle | undefined;
  #wakeAt = Number.POSITIVE_INFINITY;
  /** A look is under way, and when somebody wants to be looked at next who was judged since it began. */
  #isLooking = false;
  #wantedMeanwhile = Number.POSITIVE_INFINITY;
  #pause: TimerHandle | undefined;
  #stopped = false;

  constructor(options: OwnZonesOptions) {
    this.#options = options;
    this.#later = options.later ?? ((call) => call());
    this.#told = new Told(options.log, this.#later);
    this.#healthLog = new HealthLog(options.log);
  }

  /** Calls `listener` with every change of health, and each mark of a countdown to an expiry. @returns a function that ends it. */
  events(listener: (event: ReplicaEvent) => void): () => void {
    return this.#told.listen(listener);
  }

  /** Zones by the state of their health. */
  get counts(): Readonly<Record<HealthState, number>> {
    return this.#counts;
  }

  /** As it was judged last; undefined: the zone is none of these. */
  stateOf(zone: string): HealthState | undefined {
    return this.#zones.get(zone)?.state;
  }

  /** These are the zones from now on; presentation form, absolute, lower case. Not judged: they are about to be loaded. */
  configure(zones: readonly string[], { isJudged = true } = {}): void {
    const wanted = new Set(zones);
    for (const [zone, { state }] of this.#zones) {
      if (wanted.has(zone)) continue;
      this.#zones.delete(zone);
      this.#counts[state]--;
      this.#healthLog.forget(zone, this.#options.identity);
    }
    for (const zone of wanted) {
      if (!this.#zones.has(zone)) this.#add(zone);
      if (isJudged) this.look(zone);
    }
  }

  /** Something happened to the zone: it is judged soon. */
  look(zone: string): void {
    if (this.#stopped || !this.#zones.has(zone)) return;
    this.#unjudged.add(zone);
    if (this.#unjudged.size === 1 && this.#pause === undefined) this.#later(() => this.#judgeAll());
  }

  /** Undefined: the zone is none of these. */
  view(status: ZoneStatus): OwnZoneView | undefined {
    const zone = status.zone.toLowerCase();
    const known = this.#zones.get(zone);
    if (known === undefined) return undefined;
    const facts = this.#facts(zone, status);
    const health = this.#judge(zone, known, facts);
    const expiry = ownExpiry(facts);
    return { health, ...(expiry === undefined ? {} : { expiry }) };
  }

  stop(): void {
    this.#stopped = true;
    this.#told.stop();
    this.#options.clock.clearTimeout(this.#timer);
    this.#options.clock.clearTimeout(this.#pause);
    this.#timer = undefined;
    this.#unjudged.clear();
  }

  #add(zone: string): void {
    const since = this.#options.clock.now();
    this.#zones.set(zone, { state: 'unknown', since, expiryWarnings: 0, lookAt: Number.POSITIVE_INFINITY });
    this.#counts.unknown++;
  }

  #judgeAll(): void {
    if (this.#stopped) return;
    const { clock } = this.#options;
    const zones: string[] = [];
    for (const zone of this.#unjudged) {
      if (zones.length === CROWD.atOnce) break;
      this.#unjudged.delete(zone);
      zones.push(zone);
    }
    const isMore = this.#unjudged.size > 0;
    if (zones.length >= CROWD.zones)
      this.#pause = clock.setTimeout(
        () => {
          this.#pause = undefined;
          if (this.#unjudged.size > 0) this.#judgeAll();
        },
        isMore ? CROWD.between : CROWD.pause,
      );
    for (const zone of zones) {
      const known = this.#zones.get(zone);
      const status = known && this.#options.status(zone);
      if (known !== undefined && status !== undefined) this.#judge(zone, known, this.#facts(zone, status));
    }
  }

  #facts(zone: string, status: OwnStanding): OwnFacts {
    return { now: this.#options.clock.now(), status, expire: status.expire ?? this.#options.expire(zone) };
  }

  #judge(zone: string, known: Known, facts: OwnFacts): Health {
    const { identity } = this.#options;
    const { now, status } = facts;
    const verdict = ownHealth(facts);
    const from = known.state;
    const changed = from !== verdict.state;
    const warnings = expiryMarks(verdict, ownExpiry(facts));
    const worse = !changed && warnings > known.expiryWarnings;
    known.expiryWarnings = warnings;
    known.state = verdict.state;
    if (changed) known.since = now;
    const health = { ...verdict, since: known.since };
    known.lookAt = ownHealthChangesAt(facts) ?? Number.POSITIVE_INFINITY;
    this.#wake(verdict.state === 'in-sync' ? known.lookAt : Math.min(known.lookAt, now + LOOK.most), now);
    if (!changed && !worse) return health;
    this.#counts[from]--;
    this.#counts[verdict.state]++;
    const { served } = status;
    const serial = served === undefined ? {} : { serial: served.serial };
    this.#told.emit({
      kind: 'health',
      zone,
      secondary: identity,
      at: now,
      from,
      to: health,
      ...serial,
    });
    this.#healthLog.changed(zone, identity, from, health, now);
    return health;
  }

  /** One timer, for the first that is due. */
  #wake(at: number, now: number): void {
    const { clock } = this.#options;
    if (this.#isLooking) this.#wantedMeanwhile = Math.min(this.#wantedMeanwhile, at);
    if (this.#isLooking || this.#stopped || at === Number.POSITIVE_INFINITY || at >= this.#wakeAt) return;
    clock.clearTimeout(this.#timer);
    const delay = Math.min(LOOK.most, Math.max(LOOK.least, at - now));
    this.#wakeAt = now + delay;
    this.#timer = clock.setTimeout(() => this.#lookAround(), delay);
    (this.#timer as { unref?: () => void }).unref?.();
  }

  #lookAround(): void {
    this.#timer = undefined;
    const now = this.#options.clock.now();
    this.#healthLog.look(now);
    const zones = this.#zones.entries();
    let next = Number.POSITIVE_INFINITY;
    const goOn = () => {
      let left: number = LOOK.atOnce;
      for (let entry = zones.next(); !entry.done; entry = zones.next()) {
        const [zone, { lookAt }] = entry.value;
        if (lookAt <= now) this.look(zone);
        else if (lookAt < next) next = lookAt;
        if (--left > 0) continue;
        this.#timer = this.#options.clock.setTimeout(goOn, CROWD.between);
        return;
      }
      this.#timer = undefined;
      // Whoever was judged meanwhile may want to be looked at before all others.
      next = Math.min(next, this.#wantedMeanwhile);
      this.#wantedMeanwhile = Number.POSITIVE_INFINITY;
      this.#isLooking = false;
      this.#wakeAt = Number.POSITIVE_INFINITY;
      const troubled = this.#counts['in-sync'] < this.#zones.size;
      this.#wake(troubled ? Math.min(next, now + LOOK.most) : next, this.#options.clock.now());
    };
    this.#isLooking = true;
    goOn();
  }
}
