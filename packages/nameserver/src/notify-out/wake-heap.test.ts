import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Clock } from '../ports.ts';
import { WakeHeap } from './wake-heap.ts';

/** Only what the heap needs: one pending timer at a time, counted. */
class OneTimerClock implements Clock {
  time = 0;
  armed = 0;
  pending: { fn: () => void; at: number } | undefined;
  now(): number {
    return this.time;
  }
  setTimeout(fn: () => void, ms: number): never {
    expect(this.pending).toBeUndefined();
    this.armed++;
    this.pending = { fn, at: this.time + ms };
    return this.pending as never;
  }
  clearTimeout(): void {
    this.pending = undefined;
  }
  /** Moves on to the next timer. */
  next(): boolean {
    const timer = this.pending;
    if (timer === undefined) return false;
    this.pending = undefined;
    this.time = Math.max(this.time, timer.at);
    timer.fn();
    return true;
  }
}

describe('WakeHeap', () => {
  test('wakes in the order of times, each item once, the last wish counts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(20), fc.option(fc.integer({ min: 1, max: 1000 }))), { maxLength: 200 }),
        (wishes) => {
          const clock = new OneTimerClock();
          const woken: { id: number; at: number }[] = [];
          const items = Array.from({ length: 21 }, (_, id) => ({ id }));
          const heap = new WakeHeap<{ id: number }>(clock, ({ id }) => woken.push({ id, at: clock.time }));
          const last = new Map<number, number>();
          for (const [id, at] of wishes) {
            heap.set(items[id], at ?? undefined);
            if (at === null) last.delete(id);
            else last.set(id, at);
          }
          while (clock.next());
          expect(new Map(woken.map(({ id, at }) => [id, at]))).toEqual(last);
          expect(woken.length).toBe(last.size);
        },
      ),
    );
  });

  test('wishes replaced a hundred thousand times do not pile up, and leave one timer', () => {
    const clock = new OneTimerClock();
    let woken = 0;
    const heap = new WakeHeap<object>(clock, () => woken++);
    const item = {};
    for (let i = 0; i < 100_000; i++) heap.set(item, 1_000_000 + i);
    expect(heap.size).toBe(1);
    expect(heap.pending).toBeLessThan(200);
    while (clock.next());
    expect(woken).toBe(1);
  });

  test('an item that always wants a time in the past does not lock the program', () => {
    const clock = new OneTimerClock();
    let woken = 0;
    const heap = new WakeHeap<object>(clock, (item) => {
      woken++;
      heap.set(item, 0);
    });
    heap.set({}, 0);
    expect(clock.next()).toBe(true);
    expect(woken).toBe(1);
  });

  test('a clock set back does not postpone what the timer was set for', () => {
    const clock = new OneTimerClock();
    let woken = 0;
    const heap = new WakeHeap<object>(clock, () => woken++);
    clock.time = 1_000_000;
    heap.set({}, 1_000_100);
    clock.time = 0;
    clock.pending!.at = 100;
    clock.next();
    expect(woken).toBe(1);
  });

  test('stop forgets everything', () => {
    const clock = new OneTimerClock();
    const heap = new WakeHeap<object>(clock, () => expect.unreachable());
    heap.set({}, 5);
    heap.stop();
    expect(clock.next()).toBe(false);
  });
});
