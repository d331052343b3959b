import type { Clock, LagFigures, ReplicaLag } from '@zonewire/nameserver';
import { isSameOrOlderSerial } from '@zonewire/shared-protocol';
import type { Judging } from './judging.ts';
import type {
  PairFigures,
  QueueEntry,
  QueuePage,
  ReplicaList,
  ReplicaQuery,
  ReplicaView,
  SecondaryTotals,
  ZoneReplicas,
} from './model.ts';
import type { Receipts } from './receipts.ts';
import type { SerialBook, SerialRecord } from './serial-times.ts';
import type { Tally } from './tally.ts';
import type { Target } from './target.ts';
import type { WatchedZone, WatchedZones } from './watched.ts';

export interface ViewParts {
  readonly zones: WatchedZones;
  readonly book: SerialBook;
  readonly judging: Judging;
  readonly receipts: Receipts;
  readonly tally: Tally;
  readonly clock: Clock;
  /** What the announcer of the zone knows, in the order of the configuration. */
  readonly lag: (zone: string) => readonly ReplicaLag[];
}

/** Goes through every zone at every target of NOTIFY: {@link Announcer.figures}. */
export type FiguresWalk = (take: (zone: string, secondary: string, lag: LagFigures) => void) => Generator<void>;
/** Gets the same object each time. */
export type FiguresTaker = (zone: string, secondary: string, figures: Readonly<PairFigures>) => void;

/** A secondary of a zone that {@link QueueEntry} may be made of. */
interface Waiting {
  readonly watched: WatchedZone;
  readonly target: Target;
  readonly lag: ReplicaLag;
  readonly since: number;
}

/** What is known, as somebody wants to look at it. */
export class Views {
  readonly #parts: ViewParts;

  constructor(parts: ViewParts) {
    this.#parts = parts;
  }

  /** {@link Replicas.view} */
  view(zone: string): ReplicaView[] {
    const { zones, book, clock, judging, receipts, lag: lagsOf } = this.#parts;
    const watched = zones.get(zone);
    if (watched === undefined) return [];
    const now = clock.now();
    return lagsOf(zone).flatMap((lag) => {
      const target = watched.targets.get(lag.id);
      if (target === undefined) return [];
      judging.judge(watched, target);
      const expiry = target.expiry(watched.expire, now);
      const skewMs = receipts.skewOf(lag.id);
      const receiptTrouble = receipts.troubleOf(lag.id);
      return {
        ...lag,
        ...exactLag(lag, book.find(zone, watched.serial)),
        health: target.health,
        ...(target.nodes.length === 0
          ? {}
          : {
              nodes: target.nodes.map(({ node, serial, at }) => ({
                node,
                ...(serial === undefined ? {} : { serial }),
                seenAt: at,
              })),
            }),
        ...(expiry === undefined ? {} : { expiry }),
        ...(skewMs === undefined ? {} : { skewMs }),
        ...(receiptTrouble === undefined ? {} : { receiptTrouble }),
        ...(target.comparison === undefined ? {} : { comparison: target.comparison }),
      };
    });
  }

  /** {@link Replicas.figures} */
  figures(walk: FiguresWalk, take: FiguresTaker): Generator<void> {
    const { zones, book, clock } = this.#parts;
    const figures: PairFigures = {
      state: 'unknown',
      isInSync: false,
      lagMs: Number.NaN,
      serialsBehind: Number.NaN,
      expiryFraction: Number.NaN,
    };
    return walk((zone, secondary, lag) => {
      const watched = zones.get(zone);
      const target = watched?.targets.get(secondary);
      if (watched === undefined || target === undefined) return;
      figures.state = target.health.state;
      figures.isInSync = lag.state === 'in-sync';
      figures.lagMs = lag.lagMs;
      figures.serialsBehind = figures.isInSync ? 0 : lag.serialsBehind;
      figures.expiryFraction = target.expiry(watched.expire, clock.now())?.fraction ?? Number.NaN;
      if (figures.isInSync) {
        const record = book.find(zone, watched.serial);
        const answeredAt = exactAnswer(record, secondary, lag.servedAt);
        if (record !== undefined && answeredAt !== undefined) figures.lagMs = answeredAt - record.committedAt;
      }
      take(zone, secondary, figures);
    });
  }

  /** {@link Replicas.list} */
  list({ health, secondary, search, offset, limit }: ReplicaQuery): ReplicaList {
    const { zones: watchedZones } = this.#parts;
    const wanted = search?.toLowerCase();
    const matching: string[] = [];
    for (const [zone, { targets }] of watchedZones) {
      if (wanted !== undefined && !zone.includes(wanted)) continue;
      if (secondary !== undefined && !targets.has(secondary)) continue;
      if (health === undefined || hasHealth(targets, health, secondary)) matching.push(zone);
    }
    return { total: matching.length, zones: this.#views(matching.slice(offset, offset + limit)) };
  }

  /** {@link Replicas.servedBy} */
  servedBy(zone: string, serial: number): { readonly secondary: string; readonly answeredAt?: number }[] {
    const { zones, book } = this.#parts;
    const record = book.find(zone, serial);
    return Array.from(zones.get(zone)?.targets.values() ?? [], ({ secondary, seen }) => {
      const known = record?.rows.get(secondary)?.answeredAt;
      if (known !== undefined) return { secondary, answeredAt: known };
      const hasIt = seen !== undefined && isSameOrOlderSerial(serial, seen.serial);
      return hasIt ? { secondary, answeredAt: seen.at } : { secondary };
    });
  }

  /** {@link Replicas.totals} */
  totals(): SecondaryTotals[] {
    const { tally, receipts } = this.#parts;
    return tally.totals().map((totals) => {
      const skewMs = receipts.skewOf(totals.id);
      return skewMs === undefined ? totals : { ...totals, skewMs };
    });
  }

  /** {@link Replicas.queue} */
  *queue(offset: number, limit: number): Generator<void, QueuePage> {
    const waiting: Waiting[] = [];
    for (const [zone, watched] of this.#parts.zones) {
      let lags: Map<string, ReplicaLag> | undefined;
      for (const target of watched.targets.values()) {
        if (target.seen?.serial === watched.serial) continue;
        lags ??= new Map(this.#parts.lag(zone).map((lag) => [lag.id, lag]));
        const lag = lags.get(target.secondary);
        if (lag !== undefined && (lag.notifyAt !== undefined || lag.attempts > 0))
          waiting.push({ watched, target, lag, since: target.waitingSince ?? target.health.since });
      }
      yield;
    }
    waiting.sort((a, b) => a.since - b.since);
    const entries: QueueEntry[] = [];
    for (const one of waiting.slice(offset, offset + limit)) {
      entries.push(this.#entry(one));
      yield;
    }
    return { total: waiting.length, entries };
  }

  /** A zone that is not watched any more is left out. */
  *#views(names: readonly string[]): Generator<ZoneReplicas> {
    const { zones, book } = this.#parts;
    for (const zone of names) {
      const watched = zones.get(zone);
      if (watched === undefined) continue;
      const { serial } = watched;
      const committedAt = book.find(zone, serial)?.committedAt;
      yield { zone, serial, ...(committedAt === undefined ? {} : { committedAt }), replicas: this.view(zone) };
    }
  }

  #entry({ watched, target, lag, since }: Waiting): QueueEntry {
    const { zone, secondary, acknowledgedAt } = target;
    const likely = this.#parts.judging.likely(watched, target);
    return {
      zone,
      secondary,
      address: lag.address,
      serial: watched.serial,
      attempts: lag.attempts,
      since,
      ...(lag.notifyAt === undefined ? {} : { nextAt: lag.notifyAt }),
      ...(acknowledgedAt === undefined ? {} : { acknowledgedAt }),
      ...(likely === undefined ? {} : { likely: likely.reason, next: likely.next }),
    };
  }
}

function hasHealth(targets: ReadonlyMap<string, Target>, state: string, secondary: string | undefined): boolean {
  if (secondary !== undefined) return targets.get(secondary)?.health.state === state;
  for (const target of targets.values()) if (target.health.state === state) return true;
  return false;
}

/** The announcer knows when a probe saw it; a receipt says since when it was so. */
function exactLag({ id, state, servedAt }: ReplicaLag, record: SerialRecord | undefined): Partial<ReplicaLag> {
  const answeredAt = state === 'in-sync' ? exactAnswer(record, id, servedAt) : undefined;
  if (record === undefined || answeredAt === undefined) return {};
  return { servedAt: answeredAt, lagMs: answeredAt - record.committedAt };
}

/** Undefined: it is known no better than by the probe that saw it at `servedAt`. */
function exactAnswer(record: SerialRecord | undefined, secondary: string, servedAt = Number.NaN): number | undefined {
  const answeredAt = record?.rows.get(secondary)?.answeredAt;
  return answeredAt !== undefined && answeredAt < servedAt ? answeredAt : undefined;
}
