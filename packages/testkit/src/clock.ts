interface Timer {
  readonly id: number;
  /** Of the monotonic time. */
  readonly at: number;
  readonly run: () => void;
}

/**
 * A clock that stands still until it is told to go on; fits the nameserver's `Clock`. Timers run on a monotonic time of their own,
 * as the real ones do: {@link FakeClock.jump} moves the wall clock alone.
 */
export class FakeClock {
  #wall: number;
  #monotonic = 0;
  #nextId = 1;
  readonly #timers = new Map<number, Timer>();
  /** How often a timer has fired. */
  fired = 0;

  /** `start`: wall clock, ms since the epoch. */
  constructor(start: number = Date.UTC(2026, 0, 1)) {
    this.#wall = start;
  }

  now = (): number => this.#wall;

  setTimeout = (run: () => void, ms: number): number => {
    const id = this.#nextId++;
    // Node does the same to what a 32-bit integer cannot hold.
    const wait = ms > 0x7fff_ffff ? 1 : Math.max(0, ms);
    this.#timers.set(id, { id, at: this.#monotonic + wait, run });
    return id;
  };

  clearTimeout = (id: unknown): void => {
    this.#timers.delete(id as number);
  };

  /** ms that went by since the beginning, whatever the wall clock says. */
  get elapsed(): number {
    return this.#monotonic;
  }

  /** Timers waiting. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Sets the wall clock forward or back by `ms`; no timer notices. */
  jump(ms: number): void {
    this.#wall += ms;
  }

  /** Lets `ms` go by: every timer fires at its own time, and what it started is carried on before the next one. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    await settle();
    for (let timer = this.#next(); timer !== undefined && timer.at <= end; timer = this.#next()) {
      this.#timers.delete(timer.id);
      this.#to(timer.at);
      this.fired++;
      timer.run();
      await promisesSettled();
    }
    await settle();
    this.#to(end);
  }

  /** Lets time go by until `condition` holds, at most `ms`; false when it never did. */
  async advanceUntil(condition: () => boolean, ms: number): Promise<boolean> {
    const end = this.#monotonic + ms;
    await settle();
    while (!condition()) {
      const timer = this.#next();
      if (timer === undefined || timer.at > end) {
        this.#to(end);
        return condition();
      }
      await this.advance(Math.max(0, timer.at - this.#monotonic));
    }
    return true;
  }

  #to(monotonic: number): void {
    if (monotonic <= this.#monotonic) return;
    this.#wall += monotonic - this.#monotonic;
    this.#monotonic = monotonic;
  }

  /** The earliest; of equal ones the first set. */
  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers.values()) if (next === undefined || timer.at < next.at) next = timer;
    return next;
  }
}

/** Runs everything that is ready: promises and what they start. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Callbacks of promises only, without the turn of the event loop that {@link settle} costs: a month of refreshes has 175,000 timers. */
function promisesSettled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
