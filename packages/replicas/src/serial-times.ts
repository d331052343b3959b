import { compareSerials, isSameOrOlderSerial } from '@zonewire/shared-protocol';
import type { Moment, SecondaryTimes, SerialTimes } from './model.ts';

export interface SerialLimits {
  /** Serials of one zone of which the times are kept. */
  readonly serialsPerZone: number;
  /** Serial × secondary, and serials, of all zones together: the oldest serial is forgotten first. About 100 octets each. */
  readonly rows: number;
}

export const DEFAULT_SERIAL_LIMITS: SerialLimits = { serialsPerZone: 256, rows: 200_000 };

type Row = { -readonly [K in keyof Omit<SecondaryTimes, 'id' | 'lagMs'>]: SecondaryTimes[K] } & {
  /** When each node behind the address first answered with it. */
  nodes?: Map<string, number>;
};

/** A serial of a zone and when it came where. */
export interface SerialRecord {
  readonly zone: ZoneSerials;
  readonly serial: number;
  readonly committedAt: number;
  readonly rows: Map<string, Row>;
}

/** A serial whose time at a secondary was known less exactly before. */
export type Corrected = Pick<SerialRecord, 'serial' | 'committedAt'> & { readonly answeredAt: number };

/** The newest serials of one zone, oldest first. */
export class ZoneSerials {
  readonly records: SerialRecord[] = [];
  /** For each secondary: up to which record (its place, counted since the start) it has answered. */
  readonly answeredTo = new Map<string, number>();
  /** Records ever forgotten: place of `records[0]`. */
  forgotten = 0;

  find(serial: number): SerialRecord | undefined {
    for (let i = this.records.length - 1; i >= 0; i--) if (this.records[i].serial === serial) return this.records[i];
    return undefined;
  }
}

/** Times of serials of all zones; bounded by zone and together. */
export class SerialBook {
  readonly #limits: SerialLimits;
  readonly #zones = new Map<string, ZoneSerials>();
  /** In the order of the commits. */
  readonly #all = new Set<SerialRecord>();
  rows = 0;
  /** Serials whose times were forgotten because of a limit. */
  forgotten = 0;

  constructor(limits: Partial<SerialLimits> = {}) {
    this.#limits = { ...DEFAULT_SERIAL_LIMITS, ...limits };
  }

  commit(zone: string, serials: readonly number[], at: number): void {
    const kept = this.#zones.get(zone) ?? new ZoneSerials();
    this.#zones.set(zone, kept);
    // Of a group larger than what is kept only the end would stay.
    for (const serial of serials.slice(-this.#limits.serialsPerZone)) {
      const record = { zone: kept, serial, committedAt: at, rows: new Map() };
      kept.records.push(record);
      this.#all.add(record);
      if (kept.records.length > this.#limits.serialsPerZone) this.#forgetOldest(kept);
    }
    this.#enforce();
  }

  /** @returns false where it happened before, or the serial is not known (any more). */
  first(zone: string, serial: number, secondary: string, moment: Moment, at: number): SerialRecord | undefined {
    const record = this.#zones.get(zone)?.find(serial);
    if (record === undefined || !this.#set(record, secondary, moment, at)) return undefined;
    this.#enforce();
    return record;
  }

  /**
   * A secondary answers with `serial`: so it has every older one that we committed (RFC 1982 order). `olderAt`: it was last asked then
   * and answered with an older one, where that is how it is known.
   * @returns those that it is seen to answer for the first time, oldest first.
   */
  answered(zone: string, serial: number, secondary: string, at: number, olderAt?: number): SerialRecord[] {
    const kept = this.#zones.get(zone);
    if (kept === undefined) return [];
    const fresh: SerialRecord[] = [];
    const first = Math.max(0, (kept.answeredTo.get(secondary) ?? 0) - kept.forgotten);
    let place = first;
    for (; place < kept.records.length; place++) {
      const record = kept.records[place];
      if (!isSameOrOlderSerial(record.serial, serial)) break;
      if (!this.#set(record, secondary, 'answered', at)) continue;
      if (olderAt !== undefined) record.rows.get(secondary)!.olderAt = Math.max(olderAt, record.committedAt);
      fresh.push(record);
    }
    if (place !== first) kept.answeredTo.set(secondary, place + kept.forgotten);
    this.#enforce();
    return fresh;
  }

  /**
   * A secondary of ours says that it answers with `serial` since `at`, which is more exact than when a probe saw it.
   * @returns the serials, oldest first, that were thought to be there later than that; their times are right now.
   */
  corrected(zone: string, serial: number, secondary: string, at: number): Corrected[] {
    const records = this.#zones.get(zone)?.records ?? [];
    const last = records.findLastIndex((record) => record.serial === serial);
    const corrected: Corrected[] = [];
    for (let place = last; place >= 0; place--) {
      const record = records[place];
      const row = record.rows.get(secondary);
      // Clocks are compared as well as that can be done: nothing is answered before it is committed.
      const answeredAt = Math.max(at, record.committedAt);
      if (row?.answeredAt === undefined || row.answeredAt <= answeredAt) break;
      row.answeredAt = answeredAt;
      delete row.olderAt;
      corrected.push({ serial: record.serial, committedAt: record.committedAt, answeredAt });
    }
    return corrected.reverse();
  }

  /** @returns the record when this node had not answered with it before. */
  answeredBy(zone: string, serial: number, secondary: string, node: string, at: number): SerialRecord | undefined {
    const record = this.#zones.get(zone)?.find(serial);
    const row = record?.rows.get(secondary);
    if (row === undefined) return undefined;
    row.nodes ??= new Map();
    const known = row.nodes.get(node);
    if (known !== undefined && at < known) row.nodes.set(node, Math.max(at, record?.committedAt ?? at));
    if (known !== undefined || row.nodes.size >= NODES_PER_ROW) return undefined;
    row.nodes.set(node, at);
    return record;
  }

  find(zone: string, serial: number): SerialRecord | undefined {
    return this.#zones.get(zone)?.find(serial);
  }

  /** What a secondary that answers with `serial` lacks: how many, and the oldest of them. */
  missing(zone: string, serial: number): { readonly count: number; readonly oldest: SerialRecord } | undefined {
    const records = this.#zones.get(zone)?.records ?? [];
    let first = records.length;
    while (first > 0 && compareSerials(records[first - 1].serial, serial) === 1) first--;
    return first === records.length ? undefined : { count: records.length - first, oldest: records[first] };
  }

  /** Newest first. */
  timeline(zone: string, limit: number): SerialTimes[] {
    const records = this.#zones.get(zone)?.records ?? [];
    return records.slice(-limit).reverse().map(serialTimes);
  }

  forget(zone: string): void {
    for (const record of this.#zones.get(zone)?.records ?? []) this.#drop(record);
    this.#zones.delete(zone);
  }

  #set(record: SerialRecord, secondary: string, moment: Moment, at: number): boolean {
    let row = record.rows.get(secondary);
    if (row === undefined) {
      row = {};
      record.rows.set(secondary, row);
      this.rows++;
    }
    const field = `${moment}At` as const;
    if (row[field] !== undefined) return false;
    row[field] = at;
    return true;
  }

  #enforce(): void {
    const { rows } = this.#limits;
    while ((this.rows > rows || this.#all.size > rows) && this.#all.size > 1) {
      const [oldest] = this.#all;
      this.#forgetOldest(oldest.zone);
    }
  }

  #forgetOldest(zone: ZoneSerials): void {
    const oldest = zone.records.shift();
    if (oldest === undefined) return;
    zone.forgotten++;
    this.forgotten++;
    this.#drop(oldest);
  }

  #drop(record: SerialRecord): void {
    this.#all.delete(record);
    this.rows -= record.rows.size;
  }
}

/** Nodes behind one address that are told apart, for each serial. */
const NODES_PER_ROW = 16;

function serialTimes({ serial, committedAt, rows }: SerialRecord): SerialTimes {
  return { serial, committedAt, secondaries: [...rows].flatMap(([id, row]) => rowTimes(id, row, committedAt)) };
}

/** One line for the secondary; where several nodes answer at its address, one more for each. */
function rowTimes(id: string, { nodes, ...times }: Row, committedAt: number): SecondaryTimes[] {
  const lag = (at: number | undefined) => (at === undefined ? {} : { lagMs: Math.max(0, at - committedAt) });
  const whole = { id, ...times, ...lag(times.answeredAt) };
  if (nodes === undefined) return [whole];
  if (nodes.size === 1) return [{ ...whole, node: nodes.keys().next().value }];
  return [whole, ...Array.from(nodes, ([node, answeredAt]) => ({ id, node, answeredAt, ...lag(answeredAt) }))];
}
