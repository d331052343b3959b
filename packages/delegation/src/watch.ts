import type { Clock, TimerHandle } from '@zonewire/nameserver';
import { type Name, nameKey } from '@zonewire/shared-protocol';
import type { LimitName } from './limits.ts';
import type { DelegationFinding, DelegationReport } from './model.ts';

export interface DelegationWatchPorts {
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  /** One check; ends early with the signal. */
  readonly check: (zone: Name, signal: AbortSignal) => Promise<DelegationReport>;
  /** Findings came or went, against the check before. */
  readonly changed: (change: DelegationChange) => void;
  /** A check threw, which is a fault of this program. */
  readonly failed: (zone: Name, error: unknown) => void;
}

export interface DelegationChange {
  readonly report: DelegationReport;
  readonly appeared: readonly DelegationFinding[];
  readonly gone: readonly DelegationFinding[];
}

/** Checks under way at once, whatever the number of zones: each may have 16 questions under way. */
export const CHECKS_AT_ONCE = 2;

/** First checks are spread over the interval, and over no more than this; ms. */
const FIRST_WITHIN = 600_000;

interface Watched {
  readonly zone: Name;
  dueAt: number;
  report?: DelegationReport;
}

/** Checks the delegation of each zone from time to time, spread so that they do not all come at once. */
export class DelegationWatch {
  readonly counters = { checks: 0, failed: 0, limits: new Map<LimitName, number>() };
  readonly #ports: DelegationWatchPorts;
  readonly #zones = new Map<string, Watched>();
  readonly #running = new Set<Watched>();
  readonly #abort = new AbortController();
  #interval = 0;
  #timer: TimerHandle | undefined;

  constructor(ports: DelegationWatchPorts) {
    this.#ports = ports;
  }

  /** These zones from now on, each once an `interval` (ms); what is known of those that stay is kept. Interval 0: none. */
  watch(zones: readonly Name[], interval: number): void {
    this.#interval = interval;
    const wanted = interval > 0 ? zones : [];
    const keys = new Set(wanted.map(nameKey));
    for (const key of this.#zones.keys()) if (!keys.has(key)) this.#zones.delete(key);
    const fresh = wanted.filter((zone) => !this.#zones.has(nameKey(zone)));
    const now = this.#ports.clock.now();
    const within = Math.min(interval, FIRST_WITHIN);
    for (const [i, zone] of fresh.entries())
      this.#zones.set(nameKey(zone), { zone, dueAt: now + (within * (i + 1)) / fresh.length });
    for (const watched of this.#zones.values()) watched.dueAt = Math.min(watched.dueAt, now + interval);
    this.#plan();
  }

  /** No zone is watched. */
  get isEmpty(): boolean {
    return this.#zones.size === 0;
  }

  /** When it is checked next, ms since the epoch; undefined: it is not watched. */
  dueAt(zone: Name): number | undefined {
    return this.#zones.get(nameKey(zone))?.dueAt;
  }

  /** The last check; undefined: none yet. */
  report(zone: Name): DelegationReport | undefined {
    return this.#zones.get(nameKey(zone))?.report;
  }

  *reports(): Generator<DelegationReport> {
    for (const { report } of this.#zones.values()) if (report !== undefined) yield report;
  }

  stop(): void {
    this.#zones.clear();
    this.#abort.abort();
    this.#plan();
  }

  /** One timer for all: at the time of the zone that is due first. */
  #plan(): void {
    const { clock } = this.#ports;
    clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#running.size >= CHECKS_AT_ONCE) return;
    let next: Watched | undefined;
    for (const watched of this.#zones.values()) {
      if (!this.#running.has(watched) && (next === undefined || watched.dueAt < next.dueAt)) next = watched;
    }
    if (next === undefined) return;
    const due = next;
    this.#timer = clock.setTimeout(
      () => void this.#check(due),
      Math.min(0x7fff_ffff, Math.max(0, due.dueAt - clock.now())),
    );
    (this.#timer as { unref?: () => void }).unref?.();
  }

  async #check(watched: Watched): Promise<void> {
    const { clock, random, check, failed } = this.#ports;
    if (watched.dueAt > clock.now()) return this.#plan();
    this.#running.add(watched);
    this.#plan();
    try {
      this.counters.checks++;
      const report = await check(watched.zone, this.#abort.signal);
      if (this.#zones.get(nameKey(watched.zone)) === watched) this.#take(watched, report);
    } catch (error) {
      this.counters.failed++;
      if (!this.#abort.signal.aborted) failed(watched.zone, error);
    } finally {
      this.#running.delete(watched);
      watched.dueAt = clock.now() + this.#interval * (0.9 + 0.2 * random());
      this.#plan();
    }
  }

  #take(watched: Watched, report: DelegationReport): void {
    const before = watched.report?.findings ?? [];
    watched.report = report;
    const { limits } = this.counters;
    for (const { code, subject } of report.findings)
      if (code === 'check-incomplete') limits.set(subject as LimitName, (limits.get(subject as LimitName) ?? 0) + 1);
    const appeared = without(report.findings, before);
    const gone = without(before, report.findings);
    if (appeared.length > 0 || gone.length > 0) this.#ports.changed({ report, appeared, gone });
  }
}

function without(findings: readonly DelegationFinding[], others: readonly DelegationFinding[]): DelegationFinding[] {
  const known = new Set(others.map(keyOf));
  return findings.filter((finding) => !known.has(keyOf(finding)));
}

function keyOf({ code, subject }: DelegationFinding): string {
  return `${code} ${subject}`;
}
