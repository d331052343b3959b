import {
  addressText,
  type Clock,
  type Log,
  type NotifyWatcher,
  type Remote,
  type ReplicaLag,
  type TargetAnswer,
  type TargetFailure,
  type TimerHandle,
  type TransferServed,
} from '@zonewire/nameserver';
import { compareSerials, nameToText } from '@zonewire/shared-protocol';
import { HEALTH, healthOf } from './health.ts';
import { HealthLog } from './health-log.ts';
import { type Likely, likelyReason } from './likely.ts';
import type {
  Expiry,
  HealthState,
  Moment,
  QueueEntry,
  ReceiptFacts,
  ReplicaEvent,
  ReplicaPage,
  ReplicaQuery,
  ReplicaView,
  SerialTimes,
} from './model.ts';
import { Peers } from './peers.ts';
import { SerialBook, type SerialLimits } from './serial-times.ts';
import { Target } from './target.ts';
import { Told } from './told.ts';

export interface ReplicasOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** What the announcer of the zone knows, in the order of the configuration. */
  readonly lag: (zone: string) => readonly ReplicaLag[];
  /** Listeners are called, and health is judged, through it: a change does not wait for them. Default: at once (tests). */
  readonly later?: (call: () => void) => void;
  readonly limits?: Partial<SerialLimits>;
}

export interface ReplicaCounters {
  /** Events told to listeners, by kind. */
  readonly events: Record<ReplicaEvent['kind'], number>;
  /** Receipts of secondaries that this node does not notify, or not of this zone. */
  receiptsUnknown: number;
}

type MomentEvent = Extract<ReplicaEvent, { kind: 'moment' }>;

interface WatchedZone {
  serial: number;
  /** Seconds, of its SOA. */
  expire: number;
  targets: Map<string, Target>;
}

/** How often what changes by time alone is looked at: only secondaries that are not in sync. */
const LOOK_EVERY = 500;

/**
 * What this node knows of those it notifies: who got which serial when, how far behind each is and why. It is told by the
 * announcers (NOTIFY, probes), by transfers out and by receipts; it asks nobody itself.
 */
export class Replicas implements NotifyWatcher {
  readonly counters: ReplicaCounters;
  readonly book: SerialBook;
  /** What the secondaries ask here. */
  readonly peers = new Peers((served) => this.#transferred(served));
  readonly #clock: Clock;
  readonly #lag: ReplicasOptions['lag'];
  readonly #zones = new Map<string, WatchedZone>();
  readonly #skews = new Map<string, number>();
  readonly #receiptTroubles = new Map<string, string>();
  /** Of the zones served here, by zone. */
  readonly #contents = new Map<string, { readonly serial: number; readonly digest: string }>();
  readonly #told: Told;
  readonly #later: (call: () => void) => void;
  readonly #unjudged = new Set<Target>();
  /** Whose health may change without anything happening. */
  readonly #restless = new Set<Target>();
  readonly #healthLog: HealthLog;
  #timer: TimerHandle | undefined;

  constructor({ clock, log, lag, later, limits }: ReplicasOptions) {
    this.#clock = clock;
    this.#lag = lag;
    this.#later = later ?? ((call) => call());
    this.#told = new Told(log, this.#later);
    this.counters = { events: this.#told.counters, receiptsUnknown: 0 };
    this.book = new SerialBook(limits);
    this.#healthLog = new HealthLog(log);
  }

  /** Calls `listener` with everything that happens, in order. @returns a function that ends it. */
  events(listener: (event: ReplicaEvent) => void): () => void {
    return this.#told.listen(listener);
  }

  /** Zones that somebody is notified of. */
  zones(): string[] {
    return [...this.#zones.keys()];
  }

  /** Where each secondary of the zone stands; in the order of the configuration. Empty: nobody is notified. */
  view(zone: string): ReplicaView[] {
    const watched = this.#zones.get(zone);
    if (watched === undefined) return [];
    const now = this.#clock.now();
    return this.#lag(zone).flatMap((lag) => {
      const target = watched.targets.get(lag.id);
      if (target === undefined) return [];
      this.#judge(watched, target);
      const expiry = target.expiry(watched.expire, now);
      const skewMs = this.#skews.get(lag.id);
      const receiptTrouble = this.#receiptTroubles.get(lag.id);
      return {
        ...lag,
        health: target.health,
        ...(target.nodes.size === 0 ? {} : { nodes: [...target.nodes.values()] }),
        ...(expiry === undefined ? {} : { expiry }),
        ...(skewMs === undefined ? {} : { skewMs }),
        ...(receiptTrouble === undefined ? {} : { receiptTrouble }),
      };
    });
  }

  /** Zones with their secondaries, a page of them. Zones in the order in which they came. */
  list({ health, secondary, search, offset, limit }: ReplicaQuery): ReplicaPage {
    const wanted = search?.toLowerCase();
    const matching: string[] = [];
    for (const [zone, { targets }] of this.#zones) {
      if (wanted !== undefined && !zone.includes(wanted)) continue;
      if (secondary !== undefined && !targets.has(secondary)) continue;
      if (health === undefined || hasHealth(targets, health, secondary)) matching.push(zone);
    }
    const zones = matching.slice(offset, offset + limit).map((zone) => {
      const { serial } = this.#zones.get(zone)!;
      const committedAt = this.book.find(zone, serial)?.committedAt;
      return { zone, serial, ...(committedAt === undefined ? {} : { committedAt }), replicas: this.view(zone) };
    });
    return { total: matching.length, zones };
  }

  /** Who answers with `serial` or with a newer one (RFC 1982 order): `answeredAt` is when that was first seen; absent: not yet. */
  servedBy(zone: string, serial: number): { readonly secondary: string; readonly answeredAt?: number }[] {
    const targets = this.#zones.get(zone)?.targets.values() ?? [];
    const record = this.book.find(zone, serial);
    return Array.from(targets, ({ secondary, seen }) => {
      const known = record?.rows.get(secondary)?.answeredAt;
      if (known !== undefined) return { secondary, answeredAt: known };
      const order = seen && compareSerials(serial, seen.serial);
      return seen !== undefined && (order === 0 || order === -1) ? { secondary, answeredAt: seen.at } : { secondary };
    });
  }

  /** Zones by the state of their health, for each secondary. */
  healthCounts(): Map<string, Partial<Record<HealthState, number>>> {
    const counts = new Map<string, Partial<Record<HealthState, number>>>();
    for (const { targets } of this.#zones.values()) {
      for (const { secondary, health } of targets.values()) {
        const states = counts.get(secondary) ?? {};
        counts.set(secondary, states);
        states[health.state] = (states[health.state] ?? 0) + 1;
      }
    }
    return counts;
  }

  /** Who is still to be told, or to be seen to have it; the longest waiting first. */
  queue(): QueueEntry[] {
    const entries: QueueEntry[] = [];
    for (const [zone, watched] of this.#zones) {
      const waiting = [...watched.targets.values()].filter(({ seen }) => seen?.serial !== watched.serial);
      if (waiting.length === 0) continue;
      const lags = new Map(this.#lag(zone).map((lag) => [lag.id, lag]));
      for (const target of waiting) {
        const lag = lags.get(target.secondary);
        if (lag !== undefined && (lag.notifyAt !== undefined || lag.attempts > 0))
          entries.push(this.#entry(watched, target, lag));
      }
    }
    return entries.sort((a, b) => a.since - b.since);
  }

  /** When the newest serials came where, newest first. */
  timeline(zone: string, limit: number): SerialTimes[] {
    return this.book.timeline(zone, limit);
  }

  watching(
    zone: string,
    remotes: readonly Remote[],
    served: { readonly serial: number; readonly expire: number },
  ): void {
    if (remotes.length === 0) {
      this.forgotten(zone);
      return;
    }
    const now = this.#clock.now();
    const before = this.#zones.get(zone);
    const targets = new Map<string, Target>();
    const expected = Array.from(before?.targets.values() ?? [], ({ remote }) => remote);
    for (const remote of remotes) {
      const kept = before?.targets.get(remote.id);
      if (kept !== undefined) kept.remote = remote;
      targets.set(remote.id, kept ?? new Target(zone, remote, now));
      for (const { host } of remote.addresses) this.peers.expect(host);
    }
    // After the new ones, so that what is known of an address that stays is kept.
    this.#unexpect(expected);
    for (const old of before?.targets.values() ?? []) if (!targets.has(old.secondary)) this.#rest(old);
    this.peers.expectZone(zone);
    this.#zones.set(zone, { ...served, targets });
  }

  forgotten(zone: string): void {
    const targets = [...(this.#zones.get(zone)?.targets.values() ?? [])];
    for (const target of targets) this.#rest(target);
    this.#unexpect(targets.map(({ remote }) => remote));
    this.peers.forgetZone(zone);
    this.#zones.delete(zone);
    this.#contents.delete(zone);
    this.book.forget(zone);
  }

  committed(zone: string, serial: number, serials: readonly number[], at: number, expire: number): void {
    const watched = this.#zones.get(zone);
    if (watched === undefined) return;
    watched.serial = serial;
    watched.expire = expire;
    this.book.commit(zone, serials, at);
    this.#told.emit({ kind: 'committed', zone, serial, serials, at });
    for (const target of watched.targets.values()) {
      target.waitingSince ??= at;
      this.#watchClosely(target);
    }
  }

  notified(zone: string, secondary: string, serial: number, at: number): void {
    this.moment('notified', { zone, secondary, serial, at, source: 'notify' });
  }

  acknowledged(zone: string, secondary: string, serial: number, at: number): void {
    this.#target(zone, secondary)?.acknowledged(at);
    this.moment('acknowledged', { zone, secondary, serial, at, source: 'notify' });
    this.#look(zone, secondary);
  }

  notifyFailed(zone: string, secondary: string, failure: TargetFailure): void {
    this.#target(zone, secondary)?.failed(failure, 'notify');
    this.#look(zone, secondary);
  }

  answered(zone: string, secondary: string, answer: TargetAnswer): void {
    const watched = this.#zones.get(zone);
    const target = watched?.targets.get(secondary);
    if (watched === undefined || target === undefined) return;
    target.answered(answer, answer.serial === watched.serial);
    const { serial, at, node } = answer;
    this.#servedFirst(target, serial, at, 'probe', node);
    this.#look(zone, secondary);
  }

  probeFailed(zone: string, secondary: string, failure: TargetFailure): void {
    const target = this.#target(zone, secondary);
    if (target === undefined) return;
    target.failed(failure, 'probe');
    this.#told.emit({ kind: 'probe-failed', zone, secondary, at: failure.at, reason: failure.reason });
    this.#look(zone, secondary);
  }

  /** Something happened to a serial at a secondary. Only the first time counts, and is told. */
  moment(moment: Moment, about: Omit<MomentEvent, 'kind' | 'moment' | 'lagMs'>): void {
    const { zone, secondary, serial, at } = about;
    const target = this.#target(zone, secondary);
    if (target === undefined) return;
    if (moment === 'answered') {
      this.#servedFirst(target, serial, at, about.source, about.node);
      return;
    }
    const record = this.book.first(zone, serial, secondary, moment, at);
    if (record === undefined) return;
    this.#told.emit({ kind: 'moment', moment, ...about, lagMs: Math.max(0, at - record.committedAt) });
  }

  /** What a secondary of ours says of a zone; times by our clock. */
  receipt(zone: string, secondary: string, facts: ReceiptFacts): void {
    const target = this.#target(zone, secondary);
    if (target === undefined) {
      this.counters.receiptsUnknown++;
      return;
    }
    target.receipt = facts;
    this.#compare(zone, target);
    this.#look(zone, secondary);
  }

  /** The content that is served here, for comparing it with what secondaries of ours say of theirs. */
  content(zone: string, serial: number, digest: string): void {
    const watched = this.#zones.get(zone);
    if (watched === undefined) return;
    this.#contents.set(zone, { serial, digest });
    for (const target of watched.targets.values()) {
      this.#compare(zone, target);
      this.#look(zone, target.secondary);
    }
  }

  /** Why the receipts of a secondary are not to be had; undefined: they are. */
  receiptTrouble(secondary: string, message: string | undefined): void {
    if (message === undefined) this.#receiptTroubles.delete(secondary);
    else this.#receiptTroubles.set(secondary, message);
  }

  /** Whether the secondary is notified of the zone. */
  notifies(zone: string, secondary: string): boolean {
    return this.#target(zone, secondary) !== undefined;
  }

  /** The same serial, other content. */
  #compare(zone: string, target: Target): void {
    const ours = this.#contents.get(zone);
    const theirs = target.receipt;
    if (ours === undefined || theirs?.digest === undefined || theirs.serial !== ours.serial) return;
    const how = `its receipt has the digest ${theirs.digest.slice(0, 16)}…, ours is ${ours.digest.slice(0, 16)}…`;
    target.diverged = theirs.digest === ours.digest ? undefined : { serial: ours.serial, how };
  }

  /** The clock of a secondary less ours, ms; undefined: not known any more. */
  skew(secondary: string, ms: number | undefined): void {
    if (ms === undefined) this.#skews.delete(secondary);
    else this.#skews.set(secondary, ms);
  }

  /** What has happened is told before. */
  stop(): void {
    this.#told.stop();
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#restless.clear();
    this.#unjudged.clear();
    this.#zones.clear();
  }

  #entry(watched: WatchedZone, target: Target, lag: ReplicaLag): QueueEntry {
    const { zone, secondary, acknowledgedAt, waitingSince, health } = target;
    const likely = this.#likely(watched, target);
    return {
      zone,
      secondary,
      address: lag.address,
      serial: watched.serial,
      attempts: lag.attempts,
      since: waitingSince ?? health.since,
      ...(lag.notifyAt === undefined ? {} : { nextAt: lag.notifyAt }),
      ...(acknowledgedAt === undefined ? {} : { acknowledgedAt }),
      ...(likely === undefined ? {} : { likely: likely.reason, next: likely.next }),
    };
  }

  /** A transfer of ours came to its end. Where several secondaries share an address, the key must tell which one it was. */
  #transferred({ zone, peer, key, serial, at }: TransferServed): void {
    const same = [...(this.#zones.get(zone)?.targets.values() ?? [])].filter(({ remote }) =>
      hostsOf(remote).includes(peer),
    );
    const [only] = same.length > 1 ? same.filter(({ remote }) => keyName(remote) === key?.toLowerCase()) : same;
    if (only === undefined) return;
    this.moment('transferred', { zone, secondary: only.secondary, serial, at, source: 'transfer' });
  }

  #unexpect(remotes: readonly Remote[]): void {
    for (const remote of remotes) for (const host of hostsOf(remote)) this.peers.unexpect(host);
  }

  #likely(watched: WatchedZone, target: Target): Likely | undefined {
    const { zone, remote, waitingSince, acknowledgedAt, notifyRefused, silent } = target;
    if (waitingSince === undefined) return undefined;
    const hosts = hostsOf(remote);
    return likelyReason({
      now: this.#clock.now(),
      zone,
      serial: watched.serial,
      address: addressText(remote.addresses[0]),
      hosts,
      key: keyName(remote),
      since: waitingSince,
      acknowledgedAt,
      notifyRefused,
      silent,
      peer: this.peers.facts(hosts[0]),
      asks: this.peers.asks(zone),
    });
  }

  #target(zone: string, secondary: string): Target | undefined {
    return this.#zones.get(zone)?.targets.get(secondary);
  }

  #servedFirst(target: Target, serial: number, at: number, source: MomentEvent['source'], node?: string): void {
    const { zone, secondary } = target;
    const told = {
      kind: 'moment',
      moment: 'answered',
      zone,
      secondary,
      at,
      source,
      ...(node === undefined ? {} : { node }),
    } as const;
    const lagMs = (committedAt: number) => Math.max(0, at - committedAt);
    const fresh = this.book.answered(zone, serial, secondary, at);
    const another = node === undefined ? undefined : this.book.answeredBy(zone, serial, secondary, node, at);
    for (const record of fresh) this.#told.emit({ ...told, serial: record.serial, lagMs: lagMs(record.committedAt) });
    if (another !== undefined && fresh.length === 0)
      this.#told.emit({ ...told, serial, lagMs: lagMs(another.committedAt) });
  }

  /** Its health may have changed. */
  #look(zone: string, secondary: string): void {
    const target = this.#target(zone, secondary);
    if (target === undefined) return;
    this.#unjudged.add(target);
    if (this.#unjudged.size === 1) this.#later(() => this.#judgeAll());
  }

  #judgeAll(): void {
    const targets = [...this.#unjudged];
    this.#unjudged.clear();
    for (const target of targets) {
      const watched = this.#zones.get(target.zone);
      if (watched?.targets.get(target.secondary) === target) this.#judge(watched, target);
    }
  }

  #judge(watched: WatchedZone, target: Target): void {
    const { zone, secondary, remote, seen, receipt, diverged, silent, silentSince } = target;
    const now = this.#clock.now();
    const missing = seen && this.book.missing(zone, seen.serial);
    const { probeRefused, notifyRefused, lastFailure } = target;
    const verdict = healthOf({
      now,
      secondary,
      address: addressText(remote.addresses[0]),
      serial: watched.serial,
      seen,
      missing: missing && { count: missing.count, oldestAt: missing.oldest.committedAt },
      silent,
      silentSince,
      probeRefused,
      notifyRefused,
      lastFailure,
      expiry: target.expiry(watched.expire, now),
      receipt,
      diverged,
      likely: verdictNeeds(seen?.serial, watched.serial) ? this.#likely(watched, target) : undefined,
    });
    const from = target.health;
    const changed = from.state !== verdict.state;
    // A countdown is warned of at each of its marks.
    const warnings = verdict.state === 'expiring' ? expiryWarnings(target.expiry(watched.expire, now)) : 0;
    const worse = !changed && warnings > target.expiryWarnings;
    target.expiryWarnings = warnings;
    target.health = { ...verdict, since: changed ? now : from.since };
    if (verdict.state === 'in-sync' && seen?.serial === watched.serial) this.#restless.delete(target);
    else this.#watchClosely(target);
    if (!changed && !worse) return;
    const serial = seen === undefined ? {} : { serial: seen.serial };
    this.#told.emit({ kind: 'health', zone, secondary, at: now, from: from.state, to: target.health, ...serial });
    this.#healthLog.changed(zone, secondary, from.state, target.health, now);
  }

  /** It is not watched any more. */
  #rest(target: Target): void {
    this.#restless.delete(target);
    this.#healthLog.forget(target.zone, target.secondary);
  }

  #watchClosely(target: Target): void {
    this.#restless.add(target);
    this.#timer ??= this.#clock.setTimeout(() => this.#lookAgain(), LOOK_EVERY);
  }

  #lookAgain(): void {
    this.#timer = undefined;
    this.#healthLog.look(this.#clock.now());
    for (const target of [...this.#restless]) {
      this.#restless.delete(target);
      this.#look(target.zone, target.secondary);
    }
  }
}

/** How many of the marks of {@link HEALTH} the countdown has passed. */
function expiryWarnings(expiry: Expiry | undefined): number {
  return HEALTH.expiryWarnings.filter((mark) => expiry !== undefined && expiry.fraction >= mark).length;
}

function hostsOf({ addresses }: Remote): string[] {
  return addresses.map(({ host }) => host);
}

function keyName({ key }: Remote): string | undefined {
  return key && nameToText(key.name).toLowerCase();
}

/** Only who lacks something has a reason for it. */
function verdictNeeds(seen: number | undefined, serial: number): boolean {
  return seen !== undefined && seen !== serial;
}

function hasHealth(targets: ReadonlyMap<string, Target>, state: string, secondary: string | undefined): boolean {
  if (secondary !== undefined) return targets.get(secondary)?.health.state === state;
  for (const target of targets.values()) if (target.health.state === state) return true;
  return false;
}
