import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { LagBucket, Moment, SerialTimes } from '../model.ts';
import type { HistoryEntry, HistoryLimits, LagQuery } from './entries.ts';
import { addLag, type Histogram, percentile } from './histogram.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS commits (id INTEGER PRIMARY KEY, zone TEXT NOT NULL, serial INTEGER NOT NULL, at INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS commits_by_zone ON commits (zone, serial, id);
  CREATE TABLE IF NOT EXISTS moments (
    commit_id INTEGER NOT NULL, secondary TEXT NOT NULL, node TEXT NOT NULL,
    notified INTEGER, acknowledged INTEGER, transferred INTEGER, verified INTEGER, answered INTEGER,
    PRIMARY KEY (commit_id, secondary, node)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS lag (
    secondary TEXT NOT NULL, seconds INTEGER NOT NULL, start INTEGER NOT NULL,
    count INTEGER NOT NULL, max INTEGER NOT NULL, histogram TEXT NOT NULL,
    PRIMARY KEY (secondary, seconds, start)
  ) WITHOUT ROWID;
  PRAGMA user_version = 1;
`;

const MOMENTS: readonly Moment[] = ['notified', 'acknowledged', 'transferred', 'verified', 'answered'];
const MINUTE = 60;
const HOUR = 3_600;
/** Lag by minutes is shown, and kept, for so long; then by hours. ms */
const MINUTES_FOR = 6 * 3_600_000;
const MINUTES_KEPT = 48 * 3_600_000;
/** Commits deleted in one go. */
const PRUNE_STEP = 1_000;

/**
 * The history of replication in one SQLite file (WAL). Synchronous: it lives on a thread of its own (history-thread.ts).
 * Everything throws what SQLite throws; then nothing more is done with the file.
 */
export class HistoryFile {
  readonly #db: DatabaseSync;
  readonly #limits: HistoryLimits;
  readonly #commit: StatementSync;
  readonly #find: StatementSync;
  readonly #moments: Record<Moment, StatementSync>;
  readonly #readLag: StatementSync;
  readonly #writeLag: StatementSync;
  /** Serial × secondary in the file. */
  rows: number;
  /** Of these, deleted because of age or number since it was opened. */
  forgotten = 0;

  constructor(path: string, limits: HistoryLimits) {
    this.#limits = limits;
    this.#db = new DatabaseSync(path);
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000;');
    this.#db.exec(SCHEMA);
    this.#commit = this.#db.prepare('INSERT INTO commits (zone, serial, at) VALUES (?, ?, ?)');
    this.#find = this.#db.prepare('SELECT id FROM commits WHERE zone = ? AND serial = ? ORDER BY id DESC LIMIT 1');
    const moment = (column: Moment) =>
      this.#db.prepare(
        `INSERT INTO moments (commit_id, secondary, node, ${column}) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET ${column} = min(coalesce(${column}, excluded.${column}), excluded.${column})`,
      );
    this.#moments = Object.fromEntries(MOMENTS.map((column) => [column, moment(column)])) as Record<
      Moment,
      StatementSync
    >;
    this.#readLag = this.#db.prepare(
      'SELECT count, max, histogram FROM lag WHERE secondary = ? AND seconds = ? AND start = ?',
    );
    this.#writeLag = this.#db.prepare('INSERT OR REPLACE INTO lag VALUES (?, ?, ?, ?, ?, ?)');
    this.rows = this.#count();
  }

  /** All or nothing. `now` decides what is too old. */
  write(entries: readonly HistoryEntry[], now: number): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const lags = new Map<string, number[]>();
      for (const entry of entries) this.#writeEntry(entry, lags);
      this.rows += entries.reduce((sum, entry) => sum + ('serials' in entry ? entry.serials.length : 1), 0);
      for (const [key, values] of lags) this.#mergeLag(key, values);
      this.#prune(now);
      this.#db.exec('COMMIT');
    } catch (error) {
      // The first error is the one to tell.
      try {
        this.#db.exec('ROLLBACK');
      } catch {}
      throw error;
    }
  }

  /** Newest first. */
  timeline(zone: string, limit: number): SerialTimes[] {
    const commits = this.#db.prepare('SELECT id, serial, at FROM commits WHERE zone = ? ORDER BY id DESC LIMIT ?');
    const moments = this.#db.prepare('SELECT * FROM moments WHERE commit_id = ? ORDER BY secondary, node');
    return commits.all(zone, limit).map(({ id, serial, at }) => ({
      serial: Number(serial),
      committedAt: Number(at),
      secondaries: oneLineForOneNode(moments.all(id)).map((row) => {
        const times = MOMENTS.flatMap((moment) => (row[moment] === null ? [] : [[`${moment}At`, Number(row[moment])]]));
        const lag = row.answered === null ? {} : { lagMs: Math.max(0, Number(row.answered) - Number(at)) };
        const node = row.node === '' ? {} : { node: String(row.node) };
        return { id: String(row.secondary), ...node, ...Object.fromEntries(times), ...lag };
      }),
    }));
  }

  /** Oldest first: by the minute for the last hours, else by the hour. */
  lag(query: LagQuery): LagBucket[] {
    const seconds = query.now - query.since <= MINUTES_FOR ? MINUTE : HOUR;
    return query.zone === undefined ? this.#lagOfAll(query, seconds) : this.#lagOfZone(query, query.zone, seconds);
  }

  close(): void {
    this.#db.close();
  }

  #writeEntry(entry: HistoryEntry, lags: Map<string, number[]>): void {
    if ('serials' in entry) {
      for (const serial of entry.serials) this.#commit.run(entry.zone, serial, entry.at);
      return;
    }
    const { zone, serial, secondary, node, moment, at, lagMs } = entry;
    const commit = this.#find.get(zone, serial);
    if (commit === undefined) return;
    this.#moments[moment].run(commit.id, secondary, node, at);
    if (moment !== 'answered' || node !== '' || lagMs === undefined) return;
    for (const seconds of [MINUTE, HOUR]) {
      const start = at - (at % (seconds * 1000));
      const key = `${start} ${seconds} ${secondary}`;
      const values = lags.get(key);
      if (values === undefined) lags.set(key, [lagMs]);
      else values.push(lagMs);
    }
  }

  #mergeLag(key: string, values: readonly number[]): void {
    const [start, seconds] = key.split(' ', 2).map(Number);
    const secondary = key.split(' ').slice(2).join(' ');
    const before = this.#readLag.get(secondary, seconds, start);
    const histogram: Histogram = before === undefined ? {} : JSON.parse(String(before.histogram));
    for (const ms of values) addLag(histogram, ms);
    const count = Number(before?.count ?? 0) + values.length;
    const max = values.reduce((most, ms) => Math.max(most, ms), Number(before?.max ?? 0));
    this.#writeLag.run(secondary, seconds, start, count, Math.round(max), JSON.stringify(histogram));
  }

  #lagOfAll({ secondary, since }: LagQuery, seconds: number): LagBucket[] {
    const rows = this.#db
      .prepare(
        `SELECT * FROM lag WHERE seconds = ? AND start >= ? AND (? IS NULL OR secondary = ?) ORDER BY start, secondary LIMIT 100000`,
      )
      .all(seconds, since - (since % (seconds * 1000)), secondary ?? null, secondary ?? null);
    return rows.map((row) => {
      const histogram: Histogram = JSON.parse(String(row.histogram));
      const max = Number(row.max);
      const part = (of: number) => Math.min(max, percentile(histogram, of));
      const count = Number(row.count);
      return {
        from: Number(row.start),
        seconds,
        secondary: String(row.secondary),
        count,
        p50: part(0.5),
        p99: part(0.99),
        max,
      };
    });
  }

  #lagOfZone({ secondary, since }: LagQuery, zone: string, seconds: number): LagBucket[] {
    const rows = this.#db
      .prepare(
        `SELECT m.secondary, m.answered, m.answered - c.at AS lag FROM commits c JOIN moments m ON m.commit_id = c.id
         WHERE c.zone = ? AND m.node = '' AND m.answered >= ? AND (? IS NULL OR m.secondary = ?) ORDER BY lag LIMIT 100000`,
      )
      .all(zone, since, secondary ?? null, secondary ?? null);
    const buckets = new Map<string, { from: number; secondary: string; lags: number[] }>();
    for (const row of rows) {
      const from = Number(row.answered) - (Number(row.answered) % (seconds * 1000));
      const key = `${from} ${row.secondary}`;
      const bucket = buckets.get(key) ?? { from, secondary: String(row.secondary), lags: [] };
      buckets.set(key, bucket);
      bucket.lags.push(Math.max(0, Number(row.lag)));
    }
    const exact = (lags: readonly number[], part: number) => lags[Math.max(0, Math.ceil(part * lags.length) - 1)];
    return Array.from(buckets.values(), ({ from, secondary: id, lags }) => {
      const [p50, p99, max] = [exact(lags, 0.5), exact(lags, 0.99), lags[lags.length - 1]];
      return { from, seconds, secondary: id, count: lags.length, p50, p99, max };
    }).sort((a, b) => a.from - b.from || (a.secondary < b.secondary ? -1 : 1));
  }

  #prune(now: number): void {
    const { maxAge, maxRows } = this.#limits;
    this.#db
      .prepare('DELETE FROM lag WHERE seconds = ? AND start < ?')
      .run(MINUTE, now - Math.min(maxAge, MINUTES_KEPT));
    this.#db.prepare('DELETE FROM lag WHERE seconds = ? AND start < ?').run(HOUR, now - maxAge);
    // An upper bound is enough until it is above the limit: counting a million rows takes its time.
    if (this.rows > maxRows) this.rows = this.#count();
    const wanted = this.rows > maxRows ? Math.floor(maxRows * 0.95) : maxRows;
    const oldest = this.#db.prepare('SELECT at FROM commits ORDER BY id LIMIT 1');
    for (let first = oldest.get(); first !== undefined; first = oldest.get()) {
      const tooMany = this.rows - wanted;
      if (tooMany <= 0 && Number(first.at) >= now - maxAge) return;
      const old = tooMany > 0 ? Number.MAX_SAFE_INTEGER : now - maxAge;
      this.#dropOldest(old, tooMany > 0 ? Math.min(PRUNE_STEP, Math.ceil(tooMany / 2)) : PRUNE_STEP);
    }
  }

  #dropOldest(before: number, commits: number): void {
    const last = this.#db
      .prepare('SELECT max(id) AS id FROM (SELECT id FROM commits WHERE at < ? ORDER BY id LIMIT ?)')
      .get(before, commits);
    const id = Number(last?.id);
    const dropped =
      Number(this.#db.prepare('DELETE FROM moments WHERE commit_id <= ?').run(id).changes) +
      Number(this.#db.prepare('DELETE FROM commits WHERE id <= ?').run(id).changes);
    this.rows -= dropped;
    this.forgotten += dropped;
  }

  #count(): number {
    const row = this.#db.prepare('SELECT (SELECT count(*) FROM moments) + (SELECT count(*) FROM commits) AS n').get();
    return Number(row?.n ?? 0);
  }
}

/** As while the node runs (serial-times.ts): one line for the secondary, and more only where several nodes answer at its address. */
function oneLineForOneNode(rows: readonly Row[]): Row[] {
  const nodes = Map.groupBy(
    rows.filter(({ node }) => node !== ''),
    ({ secondary }) => secondary,
  );
  return rows.flatMap((row) => {
    const [only, another] = nodes.get(row.secondary) ?? [];
    if (only === undefined || another !== undefined) return [row];
    return row.node === '' ? [{ ...row, node: only.node }] : [];
  });
}

type Row = ReturnType<StatementSync['all']>[number];
