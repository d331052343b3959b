import type {
  Clock,
  Log,
  NotifyWatcher,
  Remote,
  ReplicaLag,
  TargetAnswer,
  TargetFailure,
  TransferServed,
} from '@zonewire/nameserver';
import { Judging } from './judging.ts';
import type {
  Comparison,
  Moment,
  QueuePage,
  ReceiptFacts,
  ReplicaEvent,
  ReplicaList,
  ReplicaQuery,
  ReplicaView,
  SecondaryTotals,
  SerialTimes,
} from './model.ts';
import { Peers } from './peers.ts';
import { Receipts } from './receipts.ts';
import { SerialBook, type SerialLimits } from './serial-times.ts';
import { Tally } from './tally.ts';
import { Target } from './target.ts';
import { Told } from './told.ts';
import { type FiguresTaker, type FiguresWalk, Views } from './views.ts';
import { hostsOf, keyName, type WatchedZones } from './watched.ts';

export interface ReplicasOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** What the announcer of the zone knows, in the order of the configuration. */
  readonly lag: (zone: string) => readonly ReplicaLag[];
  /** Listeners are called, and health is judged, through it: a change does not wait for them. Default: at once (tests). */
  readonly later?: (call: () => void) => void;
  /** Told of each transfer to a secondary that has come to its end: it can be asked now. */
  readonly fetched?: (zone: string, secondary: string, serial: number, wantsForetold: boolean) => void;
  readonly limits?: Partial<SerialLimits>;
}

export interface ReplicaCounters {
  /** Events told to listeners, by kind. */
  readonly events: Record<ReplicaEvent['kind'], number>;
  /** Receipts of secondaries that this node does not notify, or not of this zone. */
  receiptsUnknown: number;
}

/** Who wants to know which secondaries there are, and when something came to one. */
export interface PairWatch {
  /** These are notified of the zone from now on; none: it is forgotten. */
  watching(zone: string, secondaries: readonly string[]): void;
  /** It has transferred the zone, or answered with another serial than before. */
  touched(zone: string, secondary: string): void;
}

export interface CopyFacts {
  readonly remote: Remote;
  readonly seen: number | undefined;
  /** Its receipts tell what its copy holds. */
  readonly hasDigest: boolean;
}

type MomentEvent = Extract<ReplicaEvent, { kind: 'moment' }>;

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
  readonly #zones: WatchedZones = new Map();
  readonly #receipts = new Receipts();
  readonly #told: Told;
  readonly #tally = new Tally();
  readonly #judging: Judging;
  readonly #views: Views;
  readonly #fetched: ReplicasOptions['fetched'];
  #pairWatch: PairWatch | undefined;

  constructor({ clock, log, lag, later = (call) => call(), fetched, limits }: ReplicasOptions) {
    this.#clock = clock;
    this.#fetched = fetched;
    this.#told = new Told(log, later);
    this.counters = { events: this.#told.counters, receiptsUnknown: 0 };
    this.book = new SerialBook(limits);
    const shared = { zones: this.#zones, book: this.book, tally: this.#tally, clock };
    this.#judging = new Judging({ ...shared, peers: this.peers, told: this.#told, log, later });
    this.#views = new Views({ ...shared, judging: this.#judging, receipts: this.#receipts, lag });
  }

  /** Calls `listener` with everything that happens, in order. @returns a function that ends it. */
  events(listener: (event: ReplicaEvent) => void): () => void {
    return this.#told.listen(listener);
  }

  /** One that is told from now on. */
  watchPairs(watch: PairWatch): void {
    this.#pairWatch = watch;
  }

  /** Zones that somebody is notified of. */
  zones(): string[] {
    return [...this.#zones.keys()];
  }

  /** Where each secondary of the zone stands; in the order of the configuration. Empty: nobody is notified. */
  view(zone: string): ReplicaView[] {
    return this.#views.view(zone);
  }

  /**
   * What {@link view} shows in numbers, of every zone and secondary, with the health that was judged last; cheap enough for 100,000 of them.
   * `walk` goes through what the announcers know; a step of it is a zone.
   */
  figures(walk: FiguresWalk, take: FiguresTaker): Generator<void> {
    return this.#views.figures(walk, take);
  }

  /** Zones with their secondaries, a page of them. Zones in the order in which they came. */
  list(query: ReplicaQuery): ReplicaList {
    return this.#views.list(query);
  }

  /** Who answers with `serial` or with a newer one (RFC 1982 order): `answeredAt` is when that was first seen; absent: not yet. */
  servedBy(zone: string, serial: number): { readonly secondary: string; readonly answeredAt?: number }[] {
    return this.#views.servedBy(zone, serial);
  }

  /** Each secondary over all its zones; costs the same for one zone as for 10,000. In no particular order. */
  totals(): SecondaryTotals[] {
    return this.#views.totals();
  }

  /** Who is still to be told, or to be seen to have it; the longest waiting first; a page of them. A step is a zone, or an entry. */
  queue({ offset, limit }: { readonly offset: number; readonly limit: number }): Generator<void, QueuePage> {
    return this.#views.queue(offset, limit);
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
      targets.set(remote.id, kept ?? this.#newTarget(zone, remote, now));
      if (kept !== undefined) {
        kept.remote = remote;
        this.#tally.moved(kept);
      }
      for (const { host } of remote.addresses) this.peers.expect(host);
    }
    // After the new ones, so that what is known of an address that stays is kept.
    this.#unexpect(expected);
    for (const old of before?.targets.values() ?? []) if (!targets.has(old.secondary)) this.#end(old);
    this.peers.expectZone(zone);
    this.#zones.set(zone, { ...served, targets });
    this.#pairWatch?.watching(zone, [...targets.keys()]);
  }

  forgotten(zone: string): void {
    const targets = [...(this.#zones.get(zone)?.targets.values() ?? [])];
    for (const target of targets) this.#end(target);
    this.#unexpect(targets.map(({ remote }) => remote));
    this.peers.forgetZone(zone);
    this.#zones.delete(zone);
    this.#receipts.forget(zone);
    this.book.forget(zone);
    this.#pairWatch?.watching(zone, []);
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
      this.#judging.watchClosely(target, at);
    }
  }

  notified(zone: string, secondary: string, serial: number, at: number): void {
    this.moment('notified', { zone, secondary, serial, at, source: 'notify' });
  }

  acknowledged(zone: string, secondary: string, serial: number, at: number): void {
    const matters = this.#target(zone, secondary)?.acknowledged(at);
    this.moment('acknowledged', { zone, secondary, serial, at, source: 'notify' });
    if (matters) this.#look(zone, secondary);
  }

  notifyFailed(zone: string, secondary: string, failure: TargetFailure): void {
    this.#target(zone, secondary)?.failed(failure, 'notify');
    this.#look(zone, secondary);
  }

  answered(zone: string, secondary: string, answer: TargetAnswer): void {
    const watched = this.#zones.get(zone);
    const target = watched?.targets.get(secondary);
    if (watched === undefined || target === undefined) return;
    const { serial, at, node } = answer;
    const olderAt = target.askedAt;
    const before = target.seen?.serial;
    target.answered(answer, watched.serial);
    if (target.seen?.serial !== before) this.#pairWatch?.touched(zone, secondary);
    this.#servedFirst(target, { serial, at, olderAt, source: 'probe', node });
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
      this.#servedFirst(target, about);
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
    this.#receipts.take(target, facts);
    this.#judging.look(target);
  }

  /** The content that is served here, for comparing it with what secondaries of ours say of theirs. */
  content(zone: string, serial: number, digest: string): void {
    const watched = this.#zones.get(zone);
    if (watched === undefined) return;
    this.#receipts.content(zone, serial, digest);
    for (const target of watched.targets.values()) {
      this.#receipts.compare(target);
      this.#judging.look(target);
    }
  }

  /** Whom to ask for the copy of a secondary, and what it was last seen to answer with; undefined: it is not notified. */
  copyOf(zone: string, secondary: string): CopyFacts | undefined {
    const target = this.#target(zone, secondary);
    if (target === undefined) return undefined;
    const { remote, seen, receipt } = target;
    return { remote, seen: seen?.serial, hasDigest: receipt?.digest !== undefined };
  }

  /** The copy of a secondary was compared with what is served here, or could not be. */
  compared(zone: string, secondary: string, comparison: Comparison): void {
    this.#target(zone, secondary)?.compared(comparison);
    this.#look(zone, secondary);
  }

  /** Why the receipts of a secondary are not to be had; undefined: they are. */
  receiptTrouble(secondary: string, message: string | undefined): void {
    this.#receipts.trouble(secondary, message);
  }

  /** Whether the secondary is notified of the zone. */
  notifies(zone: string, secondary: string): boolean {
    return this.#target(zone, secondary) !== undefined;
  }

  /** The clock of a secondary less ours, ms; undefined: not known any more. */
  skew(secondary: string, ms: number | undefined): void {
    this.#receipts.skew(secondary, ms);
  }

  /** What has happened is told before. */
  stop(): void {
    this.#told.stop();
    this.#judging.stop();
    this.#zones.clear();
    this.#tally.clear();
  }

  /** A transfer of ours came to its end. Where several secondaries share an address, the key must tell which one it was. */
  #transferred({ zone, peer, key, serial, at, wantsForetold = false }: TransferServed): void {
    const same: Target[] = [];
    for (const target of this.#zones.get(zone)?.targets.values() ?? [])
      if (target.remote.addresses.some(({ host }) => host === peer)) same.push(target);
    const likely = same.length > 1 ? same.filter(({ remote }) => keyName(remote) === key?.toLowerCase()) : same;
    for (const { secondary } of likely) {
      this.#pairWatch?.touched(zone, secondary);
      this.#fetched?.(zone, secondary, serial, wantsForetold && likely.length === 1);
    }
    const [only, another] = likely;
    if (only === undefined || another !== undefined) return;
    this.moment('transferred', { zone, secondary: only.secondary, serial, at, source: 'transfer' });
  }

  #unexpect(remotes: readonly Remote[]): void {
    for (const remote of remotes) for (const host of hostsOf(remote)) this.peers.unexpect(host);
  }

  #newTarget(zone: string, remote: Remote, now: number): Target {
    const target = new Target(zone, remote, now, (node, by) => this.#tally.node(remote.id, node, by));
    this.#tally.joined(target);
    return target;
  }

  /** It is not notified any more. */
  #end(target: Target): void {
    this.#judging.rest(target);
    this.#tally.left(target);
  }

  #target(zone: string, secondary: string): Target | undefined {
    return this.#zones.get(zone)?.targets.get(secondary);
  }

  /** `olderAt`: when it was asked, at the last, and answered with an older serial. */
  #servedFirst(
    target: Target,
    {
      serial,
      at,
      source,
      node,
      olderAt,
    }: Pick<MomentEvent, 'serial' | 'at' | 'source'> & {
      readonly node?: string | undefined;
      readonly olderAt?: number | undefined;
    },
  ): void {
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
    const fresh = this.book.answered(zone, serial, secondary, at, olderAt);
    const newest = fresh.at(-1);
    if (newest !== undefined) this.#tally.lag(target, at, lagMs(newest.committedAt));
    const another = node === undefined ? undefined : this.book.answeredBy(zone, serial, secondary, node, at);
    for (const record of fresh) this.#told.emit({ ...told, serial: record.serial, lagMs: lagMs(record.committedAt) });
    if (another !== undefined && fresh.length === 0)
      this.#told.emit({ ...told, serial, lagMs: lagMs(another.committedAt) });
    if (source !== 'receipt') return;
    for (const { serial: known, committedAt, answeredAt } of this.book.corrected(zone, serial, secondary, at)) {
      const exact = answeredAt - committedAt;
      if (known === target.seen?.serial) this.#tally.lag(target, answeredAt, exact);
      this.#told.emit({ ...told, serial: known, at: answeredAt, lagMs: exact, corrected: true });
    }
  }

  /** Its health may have changed. */
  #look(zone: string, secondary: string): void {
    const target = this.#target(zone, secondary);
    if (target !== undefined) this.#judging.look(target);
  }
}
