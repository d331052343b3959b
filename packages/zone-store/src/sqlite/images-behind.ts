import type { ZoneVersion } from '@zonewire/zone';
import type { JournalLimits } from '../port.ts';
import type { GroupCommit } from './group-commit.ts';
import { IMAGE_RETRY_COMMITS } from './image-policy.ts';
import { LaterImages } from './later-images.ts';
import { behindImageOperation, type StoreParts } from './operations.ts';
import type { ZoneState } from './zone-state.ts';

export interface ImagesBehindOptions {
  readonly parts: StoreParts;
  readonly groups: GroupCommit;
  readonly limitsOf: (key: string) => JournalLimits;
  /** Whether a commit of the zone brings an image itself. */
  readonly isHeld: (key: string) => boolean;
}

/** Brings the images of zones up to their versions behind the commits, without anyone waiting for it: at most one of a zone at a time. */
export class ImagesBehind {
  readonly #options: ImagesBehindOptions;
  readonly #later = new LaterImages((key, at, version) => this.now(key, at, version));
  readonly #writing = new Map<string, Promise<void>>();
  /** After a failure: no new try before the zone's diff of this ordinal. */
  readonly #retryAt = new Map<string, number>();

  constructor(options: ImagesBehindOptions) {
    this.#options = options;
  }

  /** When changes leave time for it. `version` stands at `at`. */
  soon(key: string, at: ZoneState, version: ZoneVersion): void {
    this.#later.put(key, at, version);
  }

  now(key: string, at: ZoneState, version: ZoneVersion): void {
    const { isHeld } = this.#options;
    if (this.#writing.has(key) || isHeld(key) || at.ordinal < (this.#retryAt.get(key) ?? 0)) return;
    const writing = this.#write(key, at, version).finally(() => this.#writing.delete(key));
    this.#writing.set(key, writing);
  }

  /** The zone is dropped: what failed for it says nothing of the next one of its name. */
  forget(key: string): void {
    this.#retryAt.delete(key);
  }

  /** All of them now; nothing comes any more. Resolves when they are over. */
  async close(): Promise<void> {
    this.#later.flush();
    while (this.#writing.size > 0) await Promise.all(this.#writing.values());
  }

  async #write(key: string, at: ZoneState, version: ZoneVersion): Promise<void> {
    const { groups, limitsOf, parts } = this.#options;
    const { apex } = at;
    try {
      const prepared = await parts.layers.prepare(apex, parts.layers.plan(at, version).missingFiles);
      const operation = behindImageOperation(parts, { key, apex, version, at, prepared, limits: limitsOf(key) });
      await groups.enqueue(operation, 'patient', undefined, key);
      this.#retryAt.delete(key);
    } catch {
      parts.stats.imagesFailed++;
      this.#retryAt.set(key, at.ordinal + IMAGE_RETRY_COMMITS);
    }
  }
}
