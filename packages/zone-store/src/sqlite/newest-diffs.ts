import type { ZoneDiff } from '@zonewire/zone';
import { goBack, type Position } from './position.ts';
import type { ZoneState } from './zone-state.ts';

/** Zones of which the newest diff is kept in memory, those changed last; and octets of such a diff, at most: a MiB in all. */
export const KEPT_DIFFS = 64;
export const KEPT_DIFF_BYTES = 16 * 1024;

interface Kept {
  readonly id: number;
  readonly epoch: number;
  readonly start: Position;
  readonly stop: Position;
  readonly diff: ZoneDiff;
}

/** The newest diffs: each secondary asks for the one that it was just told of, which is on disk, and still in hand. */
export class NewestDiffs {
  /** By nameKey of the apex, the longest kept first. */
  readonly #kept = new Map<string, Kept>();

  get size(): number {
    return this.#kept.size;
  }

  /** `diff` is stored, and leads from `start` to `state`. */
  put(key: string, { id, epoch, position: stop }: ZoneState, start: Position, diff: ZoneDiff): void {
    this.#kept.delete(key);
    if (diff.bytes.length > KEPT_DIFF_BYTES) return;
    this.#kept.set(key, { id, epoch, start, stop, diff });
    if (this.#kept.size <= KEPT_DIFFS) return;
    const [longest] = this.#kept.keys();
    this.#kept.delete(longest);
  }

  /** The one diff from `fromSerial` to `state`, when it is kept, and part of the zone's history. */
  find(key: string, { id, epoch, position, oldest }: ZoneState, fromSerial: number): ZoneDiff | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined || oldest === undefined || kept.stop !== position) return undefined;
    if (kept.id !== id || kept.epoch !== epoch || kept.start < oldest.start) return undefined;
    return kept.diff.fromSerial === fromSerial && goBack(position, fromSerial) === kept.start ? kept.diff : undefined;
  }
}
