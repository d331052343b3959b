import type { Clock, TimerHandle } from '../ports.ts';

interface Wake<T> {
  readonly at: number;
  readonly item: T;
}

/**
 * One timer for thousands of things that want to be woken: a binary heap of times over the Clock's one timer.
 * Asking again for the same item replaces its earlier wish; stale entries are skipped when they come up.
 */
export class WakeHeap<T extends object> {
  readonly #clock: Clock;
  readonly #wake: (item: T) => void;
  readonly #heap: Wake<T>[] = [];
  readonly #wanted = new Map<T, number>();
  #timer: TimerHandle | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(clock: Clock, wake: (item: T) => void) {
    this.#clock = clock;
    this.#wake = wake;
  }

  /** `at` in ms since the epoch; undefined: not at all. */
  set(item: T, at: number | undefined): void {
    if (at === undefined) {
      this.#wanted.delete(item);
      return;
    }
    if (this.#wanted.get(item) === at) return;
    this.#wanted.set(item, at);
    if (this.#heap.length > 2 * this.#wanted.size + 64) this.#rebuild();
    else this.#push({ at, item });
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    this.#wanted.clear();
    this.#heap.length = 0;
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Entries in the heap, replaced ones included. */
  get pending(): number {
    return this.#heap.length;
  }

  get size(): number {
    return this.#wanted.size;
  }

  #arm(): void {
    this.#dropStale();
    const at = this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
    if (this.#stopped || at === this.#timerAt) return;
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerAt = at;
    if (at === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#clock.setTimeout(() => this.#fire(at), Math.max(0, Math.ceil(at - this.#clock.now())));
  }

  /** What the timer was set for is due, even when the clock was set back meanwhile. */
  #fire(armedFor: number): void {
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
    const latest = Math.max(armedFor, this.#clock.now());
    // Collected first: an item that asks for a time already past is served by the next timer, not by this loop.
    const due: T[] = [];
    for (;;) {
      this.#dropStale();
      const first = this.#heap[0];
      if (first === undefined || first.at > latest) break;
      this.#wanted.delete(first.item);
      this.#pop();
      due.push(first.item);
    }
    for (const item of due) this.#wake(item);
    this.#arm();
  }

  #dropStale(): void {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (this.#wanted.get(first.item) === first.at) return;
      this.#pop();
    }
  }

  /** Wishes replaced long before their time would pile up otherwise. */
  #rebuild(): void {
    this.#heap.length = 0;
    for (const [item, at] of this.#wanted) this.#push({ at, item });
  }

  #push(wake: Wake<T>): void {
    const heap = this.#heap;
    let i = heap.length;
    heap.push(wake);
    while (i > 0) {
      const parent = (i - 1) >>> 1;
      if (heap[parent].at <= wake.at) break;
      heap[i] = heap[parent];
      i = parent;
    }
    heap[i] = wake;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Wake<T>;
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1].at < heap[child].at) child++;
      if (heap[child].at >= last.at) break;
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = last;
  }
}
