import type { ZoneDiff } from '@zonewire/zone';

/** Zones whose last diff is kept in memory. */
export const RECENT_ZONES = 1_024;
/** Octets of a diff that is kept. */
export const RECENT_BYTES = 16 * 1024;

/**
 * The last diff of zones that changed lately: their secondaries ask for it within milliseconds, and it is the only one they ask for.
 * The longest unchanged zone is forgotten first.
 */
export class RecentDiffs {
  readonly #diffs = new Map<string, ZoneDiff>();

  set(key: string, diff: ZoneDiff): void {
    this.#diffs.delete(key);
    if (diff.bytes.length > RECENT_BYTES) return;
    this.#diffs.set(key, diff);
    if (this.#diffs.size <= RECENT_ZONES) return;
    const [oldest] = this.#diffs.keys();
    this.#diffs.delete(oldest);
  }

  /** The diff between exactly these two serials. */
  get(key: string, fromSerial: number, toSerial: number): ZoneDiff | undefined {
    const diff = this.#diffs.get(key);
    return diff?.fromSerial === fromSerial && diff.toSerial === toSerial ? diff : undefined;
  }

  delete(key: string): void {
    this.#diffs.delete(key);
  }
}
