import type { ZoneVersion } from '@zonewire/zone';
import type { ZoneState } from './zone-state.ts';

/** A small image waits so long, ms, for more changes of its zone; what a start has to replay is at most what came meanwhile. */
export const IMAGE_PAUSE = 1_000;
/** Images written in one go: some milliseconds; after these others have their turn. */
const AT_ONCE = 64;
const BETWEEN = 20;
/** Then it waits so long for a change, ms … */
export const CHANGE_AWAITED = 200;
/** … and so long behind it: changes may come at a steady rate, and what it syncs would meet another one on its way. */
export const BEHIND_CHANGE = 25;

/** Small images to be written: nobody waits for them, so they are not made on the way of a change. */
export class LaterImages {
  readonly #write: (key: string, at: ZoneState, version: ZoneVersion) => void;
  readonly #zones = new Map<string, { readonly at: ZoneState; readonly version: ZoneVersion }>();
  #timer: NodeJS.Timeout | undefined;
  #awaiting = false;

  constructor(write: (key: string, at: ZoneState, version: ZoneVersion) => void) {
    this.#write = write;
  }

  put(key: string, at: ZoneState, version: ZoneVersion): void {
    this.#zones.set(key, { at, version });
    if (this.#awaiting) {
      this.#awaiting = false;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(this.#due, BEHIND_CHANGE).unref();
    } else this.#timer ??= setTimeout(this.#awaitChange, IMAGE_PAUSE).unref();
  }

  /** All of them now; nothing comes any more. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#take(Number.POSITIVE_INFINITY);
  }

  readonly #awaitChange = (): void => {
    this.#awaiting = true;
    this.#timer = setTimeout(this.#due, CHANGE_AWAITED).unref();
  };

  readonly #due = (): void => {
    this.#awaiting = false;
    this.#take(AT_ONCE);
    this.#timer = this.#zones.size === 0 ? undefined : setTimeout(this.#due, BETWEEN).unref();
  };

  #take(count: number): void {
    for (const [key, { at, version }] of this.#zones) {
      if (count-- <= 0) return;
      this.#zones.delete(key);
      this.#write(key, at, version);
    }
  }
}
