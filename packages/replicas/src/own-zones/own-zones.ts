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

interface Known {
  health: Health;
  expiryWarnings: number;
  /** When time alone may change it; infinite: never. */
  lookAt: number;
}

/** Between two looks at what changes with time, ms; and the longest pause, for a clock that jumps and for the log. */
const LOOK = { least: 250, most: 10_000 } as const;

/** So many zones judged in one go, and the next go comes a pause later, ms: to each of thousands several things happen at short intervals. */
const CROWD = { zones: 8, pause: 250 } as const;

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
    return this.#zones.get(zone)?.health.state;
  }

  /** These are the zones from now on; presentation form, absolute, lower case. Not judged: they are about to be loaded. */
  configure(zones: readonly string[], { isJudged = true } = {}): void {
    const wanted = new Set(zones);
    for (const [zone, { health }] of this.#zones) {
      if (wanted.has(zone)) continue;
      this.#zones.delete(zone);
      this.#counts[health.state]--;
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
    this.#judge(zone, known, facts);
    const expiry = ownExpiry(facts);
    return { health: known.health, ...(expiry === undefined ? {} : { expiry }) };
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
    const health = {
      state: 'unknown',
      since: this.#options.clock.now(),
      reason: 'it is being loaded.',
      next: '',
    } as const;
    this.#zones.set(zone, { health, expiryWarnings: 0, lookAt: Number.POSITIVE_INFINITY });
    this.#counts.unknown++;
  }

  #judgeAll(): void {
    if (this.#stopped) return;
    const { clock } = this.#options;
    const zones = [...this.#unjudged];
    this.#unjudged.clear();
    this.#pause =
      zones.length < CROWD.zones
        ? undefined
        : clock.setTimeout(() => {
            this.#pause = undefined;
            if (this.#unjudged.size > 0) this.#judgeAll();
          }, CROWD.pause);
    for (const zone of zones) {
      const known = this.#zones.get(zone);
      const status = known && this.#options.status(zone);
      if (known !== undefined && status !== undefined) this.#judge(zone, known, this.#facts(zone, status));
    }
  }

  #facts(zone: string, status: OwnStanding): OwnFacts {
    return { now: this.#options.clock.now(), status, expire: status.expire ?? this.#options.expire(zone) };
  }

  #judge(zone: string, known: Known, facts: OwnFacts): void {
    const { identity } = this.#options;
    const { now, status } = facts;
    const verdict = ownHealth(facts);
    const from = known.health;
    const changed = from.state !== verdict.state;
    const warnings = expiryMarks(verdict, ownExpiry(facts));
    const worse = !changed && warnings > known.expiryWarnings;
    known.expiryWarnings = warnings;
    known.health = { ...verdict, since: changed ? now : from.since };
    known.lookAt = ownHealthChangesAt(facts) ?? Number.POSITIVE_INFINITY;
    this.#wake(verdict.state === 'in-sync' ? known.lookAt : Math.min(known.lookAt, now + LOOK.most), now);
    if (!changed && !worse) return;
    this.#counts[from.state]--;
    this.#counts[verdict.state]++;
    const { served } = status;
    const serial = served === undefined ? {} : { serial: served.serial };
    this.#told.emit({
      kind: 'health',
      zone,
      secondary: identity,
      at: now,
      from: from.state,
      to: known.health,
      ...serial,
    });
    this.#healthLog.changed(zone, identity, from.state, known.health, now);
  }

  /** One timer, for the first that is due. */
  #wake(at: number, now: number): void {
    const { clock } = this.#options;
    if (this.#stopped || at === Number.POSITIVE_INFINITY || at >= this.#wakeAt) return;
    clock.clearTimeout(this.#timer);
    const delay = Math.min(LOOK.most, Math.max(LOOK.least, at - now));
    this.#wakeAt = now + delay;
    this.#timer = clock.setTimeout(() => this.#lookAround(), delay);
    (this.#timer as { unref?: () => void }).unref?.();
  }

  #lookAround(): void {
    this.#timer = undefined;
    this.#wakeAt = Number.POSITIVE_INFINITY;
    const now = this.#options.clock.now();
    this.#healthLog.look(now);
    let next = Number.POSITIVE_INFINITY;
    for (const [zone, { lookAt }] of this.#zones) {
      if (lookAt <= now) this.look(zone);
      else if (lookAt < next) next = lookAt;
    }
    const troubled = this.#counts['in-sync'] < this.#zones.size;
    this.#wake(troubled ? Math.min(next, now + LOOK.most) : next, now);
  }
}
