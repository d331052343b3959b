import type { Clock, TimerHandle } from '@zonewire/nameserver';

/** Longest sleep of the one timer. Also what setTimeout can hold (2^31 - 1 ms) is far beyond it. */
export const LONGEST_SLEEP = 30_000;
/** Timers may fire so much early by the wall clock; what stands further behind where it must be was set back. */
const EARLY = 2;

/** So many are told of in one turn of the event loop: thousands of zones may expire at the same moment, some 50 µs each. */
export const TOLD_AT_ONCE = 32;

interface Due {
  at: number;
  readonly id: string;
  /** Its place in the heap. */
  index: number;
}

/**
 * Times of thousands of zones behind one timer: a binary heap in which each zone knows its place, so that changing a time is O(log n)
 * and nothing stale is kept.
 *
 * Times are wall clock. The timer is not: it never sleeps longer than {@link LONGEST_SLEEP}, and when the wall clock then shows
 * less than the sleep must have brought, it was set back, and all times move with it (the machine moves its facts the same way).
 */
export class DueTimes {
  readonly #clock: Clock;
  readonly #due: (ids: readonly string[]) => void;
  readonly #setBack: (ms: number) => void;
  readonly #heap: Due[] = [];
  readonly #entries = new Map<string, Due>();
  #timer: TimerHandle | undefined;
  #wakeAt = 0;
  /** The latest wall time seen, or known to be over. */
  #seen = 0;
  #closed = false;

  /** `due` gets what is due, `setBack` by how much the wall clock was set back, after the entries here were moved. */
  constructor(clock: Clock, due: (ids: readonly string[]) => void, setBack: (ms: number) => void = () => {}) {
    this.#clock = clock;
    this.#due = due;
    this.#setBack = setBack;
  }

  get size(): number {
    return this.#heap.length;
  }

  get(id: string): number | undefined {
    return this.#entries.get(id)?.at;
  }

  set(id: string, at: number): void {
    if (this.#closed) return;
    const now = this.look();
    const known = this.#entries.get(id);
    if (known === undefined) {
      const entry: Due = { at, id, index: this.#heap.length };
      this.#entries.set(id, entry);
      this.#heap.push(entry);
      this.#up(entry);
    } else {
      if (known.at === at) return;
      known.at = at;
      this.#up(known);
      this.#down(known);
    }
    this.#arm(now);
  }

  delete(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    const last = this.#heap.pop()!;
    if (this.#heap.length === 0) this.#disarm();
    if (last === entry) return;
    last.index = entry.index;
    this.#heap[last.index] = last;
    this.#up(last);
    this.#down(last);
  }

  /** Entries in no particular order. */
  *entries(): Generator<{ readonly id: string; readonly at: number }> {
    yield* this.#heap;
  }

  close(): void {
    this.#closed = true;
    this.#heap.length = 0;
    this.#entries.clear();
    this.#disarm();
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** The wall time, after moving all entries when the clock was set back: call it before times are compared with the clock's. */
  look(): number {
    const now = this.#clock.now();
    const setBack = this.#seen - now;
    if (setBack > 0 && setBack <= EARLY) return this.#seen;
    if (setBack > 0) {
      for (const entry of this.#heap) entry.at -= setBack;
      this.#wakeAt -= setBack;
    }
    this.#seen = now;
    if (setBack > 0) this.#setBack(setBack);
    return now;
  }

  #arm(now: number): void {
    const first = this.#heap[0];
    if (first === undefined || this.#closed) return;
    const sleep = Math.ceil(Math.min(LONGEST_SLEEP, Math.max(0, first.at - now)));
    if (this.#timer !== undefined) {
      // A timer that fires too early costs a wake-up, one that fires too late is wrong.
      if (this.#wakeAt <= now + sleep) return;
      this.#disarm();
    }
    this.#wakeAt = now + sleep;
    this.#timer = this.#clock.setTimeout(() => this.#fire(), sleep);
  }

  #fire(): void {
    this.#timer = undefined;
    // The sleep is over: so late it is at least, whatever the wall clock says.
    this.#seen = Math.max(this.#seen, this.#wakeAt);
    const now = this.look();
    const ids: string[] = [];
    for (let first = this.#heap[0]; first !== undefined && first.at <= now; first = this.#heap[0]) {
      if (ids.length === TOLD_AT_ONCE) break;
      this.delete(first.id);
      ids.push(first.id);
    }
    try {
      if (ids.length > 0) this.#due(ids);
    } finally {
      this.#arm(this.look());
    }
  }

  #up(entry: Due): void {
    const heap = this.#heap;
    let i = entry.index;
    while (i > 0) {
      const parent = heap[(i - 1) >>> 1];
      if (parent.at <= entry.at) break;
      heap[i] = parent;
      parent.index = i;
      i = (i - 1) >>> 1;
    }
    heap[i] = entry;
    entry.index = i;
  }

  #down(entry: Due): void {
    const heap = this.#heap;
    let i = entry.index;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1].at < heap[child].at) child++;
      if (heap[child].at >= entry.at) break;
      heap[i] = heap[child];
      heap[i].index = i;
      i = child;
    }
    heap[i] = entry;
    entry.index = i;
  }
}
