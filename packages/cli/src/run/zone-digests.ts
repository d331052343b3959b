import type { Clock, TimerHandle, ZoneTable } from '@zonewire/nameserver';
import { type Name, nameKey, nameToText } from '@zonewire/shared-protocol';
import type { ZoneVersion } from '@zonewire/zone';
import { inSlices, pauseAfter } from './in-slices.ts';

export interface ZoneDigestOptions {
  readonly table: ZoneTable;
  readonly clock: Clock;
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number;
  /** Whether anybody would compare them. */
  readonly isWanted: () => boolean;
  readonly done: (zone: Name, version: ZoneVersion, digest: string) => void;
}

export const DIGESTS = {
  /** ms that a zone is at rest before its digest is made. */
  quiet: 1_000,
  /** ms after which one that is never at rest has its turn. */
  longest: 30_000,
  /** Names between two looks at the time. */
  names: 200,
} as const;

export interface ContentDigest {
  readonly serial: number;
  readonly digest: string;
}

interface Waiting {
  readonly since: number;
  due: number;
}

/**
 * Digests of what the zones of a node hold (ZoneVersion.digest), for comparing them between nodes. Made when somebody wants them, once a
 * zone is at rest, one after the other and in small slices: a tenth of a core at most, and no answer waits.
 */
export class ZoneDigests {
  readonly counters = { made: 0, givenUp: 0 };
  readonly #options: ZoneDigestOptions;
  readonly #known = new Map<string, { readonly version: ZoneVersion; readonly digest: string }>();
  readonly #waiting = new Map<string, Waiting & { readonly apex: Name }>();
  readonly #unwatch: () => void;
  #timer: TimerHandle | undefined;
  #isWorking = false;
  #isStopped = false;

  constructor(options: ZoneDigestOptions) {
    this.#options = options;
    this.#unwatch = options.table.watch((change) => {
      if (change.kind === 'removed') {
        this.#known.delete(nameKey(change.apex));
        this.#waiting.delete(nameKey(change.apex));
      } else if (change.kind === 'changed' && options.isWanted())
        this.#changed(change.entry.apex, change.entry.version);
    });
  }

  /** Zones whose digest is known. */
  get size(): number {
    return this.#known.size;
  }

  /** Of the version that is served, when it is known. */
  of(apex: Name): ContentDigest | undefined {
    const known = this.#known.get(nameKey(apex));
    if (known === undefined || this.#options.table.get(apex)?.version !== known.version) return undefined;
    return { serial: known.version.serial, digest: known.digest };
  }

  /** Somebody wants them now: those that are missing are made. */
  wake(): void {
    for (const { apex, version } of this.#options.table.entries()) this.#changed(apex, version);
  }

  stop(): void {
    this.#isStopped = true;
    this.#unwatch();
    this.#waiting.clear();
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
  }

  #changed(apex: Name, version: ZoneVersion | undefined): void {
    const key = nameKey(apex);
    if (version === undefined || this.#known.get(key)?.version === version) return;
    const now = this.#options.elapsed();
    const since = this.#waiting.get(key)?.since ?? now;
    // Behind the others: who waits longest is first.
    this.#waiting.delete(key);
    this.#waiting.set(key, { apex, since, due: Math.min(now + DIGESTS.quiet, since + DIGESTS.longest) });
    this.#wakeAt(DIGESTS.quiet);
  }

  #wakeAt(ms: number): void {
    if (this.#isWorking || this.#isStopped || this.#timer !== undefined) return;
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#timer = undefined;
      void this.#work();
    }, ms);
  }

  async #work(): Promise<void> {
    const { table, elapsed, isWanted } = this.#options;
    this.#isWorking = true;
    let next: number | undefined;
    for (const [key, { apex, due }] of this.#waiting) {
      if (this.#isStopped) break;
      const wait = due - elapsed();
      if (wait > 0) {
        next = Math.min(next ?? wait, wait);
        continue;
      }
      this.#waiting.delete(key);
      const version = table.get(apex)?.version;
      if (version !== undefined && isWanted()) await this.#make(apex, version);
    }
    this.#isWorking = false;
    if (this.#waiting.size > 0) this.#wakeAt(Math.max(10, next ?? 0));
  }

  async #make(apex: Name, version: ZoneVersion): Promise<void> {
    const { table, clock, elapsed, done } = this.#options;
    const isWanted = () => !this.#isStopped && table.get(apex)?.version === version;
    const made = await inSlices(version.digestInSteps(DIGESTS.names), { clock, elapsed, isWanted });
    // Another version may have been published meanwhile; its turn comes.
    if (made === undefined || table.get(apex)?.version !== version) {
      this.counters.givenUp++;
      if (made !== undefined) await pauseAfter(made.worked, clock);
      return;
    }
    this.counters.made++;
    this.#known.set(nameKey(apex), { version, digest: made.value });
    done(apex, version, made.value);
    await pauseAfter(made.worked, clock);
  }
}

/** As the API and events call a zone. */
export function zoneText(apex: Name): string {
  return nameToText(apex).toLowerCase();
}
