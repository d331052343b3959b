import type { Clock, TimerHandle } from './ports.ts';

/** A timer as late as this, ms, finds a process that was held up: by itself, or by a machine that had no time for it. */
const LATE = 20;

class Armed {
  readonly #timeout: NodeJS.Timeout;
  #late: NodeJS.Immediate | undefined;

  constructor(fn: () => void, ms: number) {
    const due = performance.now() + ms;
    this.#timeout = setTimeout(() => {
      if (performance.now() - due < LATE) fn();
      else this.#late = setImmediate(fn);
    }, ms);
  }

  /** As Node's own timers: it does not keep the process alive. */
  unref(): void {
    this.#timeout.unref();
  }

  clear(): void {
    clearTimeout(this.#timeout);
    clearImmediate(this.#late);
  }
}

/**
 * Time as the machine has it. After the process was held up, timers come before what has arrived meanwhile: a timeout would blame
 * others for answers that lie here unread. A late timer therefore lets what has arrived go first.
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (fn, ms): TimerHandle => new Armed(fn, ms),
  clearTimeout: (handle) => (handle as Armed | undefined)?.clear(),
};
