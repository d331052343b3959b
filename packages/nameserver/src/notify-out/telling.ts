import type { Clock } from '../ports.ts';
import { addressText } from './remote.ts';
import type { AnnouncedZone, Target } from './target.ts';
import { TELLING } from './timing.ts';

/** Tells all targets that have one address what was found out about it, some at a time: the node has other things to do. */
export class Telling {
  readonly #clock: Clock;
  readonly #zones: ReadonlyMap<string, AnnouncedZone>;
  /** By address: what is being told now. */
  readonly #telling = new Map<string, () => void>();

  constructor(clock: Clock, zones: ReadonlyMap<string, AnnouncedZone>) {
    this.#clock = clock;
    this.#zones = zones;
  }

  /** The newest news counts: what was being told of `host` before is not told any further. */
  tell(host: string, tell: (target: Target) => void): void {
    const zones = this.#zones.values();
    const next = () => {
      if (this.#telling.get(host) !== next) return;
      let left: number = TELLING.atOnce;
      for (const { targets } of zones) {
        for (const target of targets)
          if (target.remote.addresses.some((address) => addressText(address) === host)) {
            left -= TELLING.atOnce / TELLING.toldAtOnce;
            tell(target);
          }
        if (--left > 0) continue;
        this.#clock.setTimeout(next, TELLING.pause);
        return;
      }
      this.#telling.delete(host);
    };
    this.#telling.set(host, next);
    next();
  }

  stop(): void {
    this.#telling.clear();
  }
}
