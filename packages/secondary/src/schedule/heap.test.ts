import { FakeClock } from '@zonewire/testkit';
import { describe, expect, test } from 'vitest';
import { DueTimes, LONGEST_SLEEP, TOLD_AT_ONCE } from './due-times.ts';
import { HeapSchedule, TIMER_ROUNDS } from './heap.ts';
import { scheduleSuite } from './schedule-suite.ts';

scheduleSuite('heap', async ({ concurrency }) => {
  const clock = new FakeClock();
  const until = async (what: string, condition: () => boolean) => {
    for (let ms = 0; !condition(); ms++) {
      if (ms === 100_000) throw new Error(`not within ${ms} ms: ${what}`);
      await clock.advance(1);
    }
  };
  return {
    schedule: new HeapSchedule({ clock, concurrency }),
    clock: { now: () => clock.now(), advance: (ms) => clock.advance(ms), until },
  };
});

describe('heap', () => {
  test('ten thousand zones at rest hold one timer', async () => {
    const clock = new FakeClock();
    const schedule = new HeapSchedule({ clock });
    const seen: string[] = [];
    schedule.start(async (zone) => {
      seen.push(zone);
    });
    for (let i = 0; i < 10_000; i++)
      schedule.set(`zone${i}.test.`, clock.now() + 1000 + ((i * 7919) % 50_000), 'refresh');
    expect(clock.pending).toBe(1);
    await clock.advance(52_000);
    expect(seen).toHaveLength(10_000);
    expect(clock.pending).toBe(0);
    await schedule.close();
  });

  test('a timer that waits for a place is the same zone when it is set to later', async () => {
    const clock = new FakeClock();
    const schedule = new HeapSchedule({ clock, concurrency: 1 });
    const seen: string[] = [];
    let release = () => {};
    schedule.start((zone) => {
      seen.push(zone);
      return zone === 'a.' ? new Promise<void>((resolve) => (release = resolve)) : Promise.resolve();
    });
    schedule.set('a.', 0, 'refresh');
    schedule.set('b.', 0, 'refresh');
    await clock.advance(10);
    schedule.set('b.', clock.now() + 5000, 'refresh');
    release();
    await clock.advance(100);
    expect(seen).toEqual(['a.']);
    await clock.advance(5000);
    expect(seen).toEqual(['a.', 'b.']);
    await schedule.close();
  });
});

describe('thousands of zones due at the same moment', () => {
  async function setup() {
    const clock = new FakeClock();
    const schedule = new HeapSchedule({ clock });
    const begun: { zone: string; at: number }[] = [];
    schedule.start(async (zone) => {
      begun.push({ zone, at: clock.now() });
    });
    const due = clock.now() + 1000;
    for (let i = 0; i < 1000; i++) schedule.set(`zone${i}.test.`, due, 'refresh');
    return { clock, schedule, begun, due };
  }

  test('begin a few at a time, and all within a moment', async () => {
    const { clock, schedule, begun, due } = await setup();
    await clock.advance(1000);
    expect(begun).toHaveLength(TIMER_ROUNDS.atOnce);
    await clock.advance(1000);
    expect(begun).toHaveLength(1000);
    const perMoment = new Map<number, number>();
    for (const { at } of begun) perMoment.set(at, (perMoment.get(at) ?? 0) + 1);
    expect(Math.max(...perMoment.values())).toBe(TIMER_ROUNDS.atOnce);
    expect(begun.at(-1)!.at).toBeLessThan(due + 200);
    expect(clock.pending).toBe(0);
    await schedule.close();
  });

  test('what a change has caused begins at once in the middle of them', async () => {
    const { clock, schedule, begun } = await setup();
    await clock.advance(1005);
    schedule.promote('changed.test.', 'notify');
    schedule.promote('zone999.test.', 'notify');
    await clock.advance(0);
    expect(begun.slice(-2).map(({ zone }) => zone)).toEqual(['changed.test.', 'zone999.test.']);
    expect(begun.length).toBeLessThan(100);
    await schedule.close();
  });

  test('a schedule that is closed begins no more of them', async () => {
    const { clock, schedule, begun } = await setup();
    await clock.advance(1000);
    await schedule.close();
    await clock.advance(1000);
    expect(begun).toHaveLength(TIMER_ROUNDS.atOnce);
    expect(clock.pending).toBe(0);
  });
});

describe('due times', () => {
  function setup() {
    const clock = new FakeClock();
    const due: string[] = [];
    const times = new DueTimes(clock, (ids) => due.push(...ids));
    return { clock, due, times };
  }

  test('beyond what setTimeout can hold (2^31 - 1 ms)', async () => {
    const { clock, due, times } = setup();
    times.set('a', clock.now() + 60 * 86_400_000);
    await clock.advance(59 * 86_400_000);
    expect(due).toEqual([]);
    await clock.advance(86_400_000);
    expect(due).toEqual(['a']);
  });

  test('thousands at the same moment are told of some at a time', async () => {
    const clock = new FakeClock();
    const told: number[] = [];
    const times = new DueTimes(clock, (ids) => told.push(ids.length));
    for (let i = 0; i < 1000; i++) times.set(`zone${i}`, clock.now() + 1000);
    await clock.advance(1100);
    expect(told.reduce((sum, count) => sum + count)).toBe(1000);
    expect(Math.max(...told)).toBe(TOLD_AT_ONCE);
  });

  test('a random series of set and delete gives every entry in order, once', async () => {
    const { clock, due, times } = setup();
    const wanted = new Map<string, number>();
    let random = 12345;
    const next = (n: number) => {
      random = (Math.imul(random, 1103515245) + 12345) >>> 0;
      return (random >>> 8) % n;
    };
    const now = clock.now();
    for (let i = 0; i < 5000; i++) {
      const id = `zone${next(500)}`;
      if (next(4) === 0) {
        wanted.delete(id);
        times.delete(id);
      } else {
        const at = now + 1 + next(100_000);
        wanted.set(id, at);
        times.set(id, at);
      }
    }
    expect(times.size).toBe(wanted.size);
    await clock.advance(101_000);
    expect(due).toHaveLength(wanted.size);
    const order = due.map((id) => wanted.get(id)!);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  test('wall clock set back while it sleeps: what is left of each wait is left of it still', async () => {
    const { clock, due, times } = setup();
    times.set('a', clock.now() + 100_000);
    times.set('b', clock.now() + 3_600_000);
    await clock.advance(10_000);
    clock.jump(-365 * 86_400_000);
    await clock.advance(89_000);
    expect(due).toEqual([]);
    await clock.advance(LONGEST_SLEEP + 1000);
    expect(due).toEqual(['a']);
    await clock.advance(3_600_000);
    expect(due).toEqual(['a', 'b']);
  });

  test('wall clock set back, noticed by a new entry first', async () => {
    const { clock, due, times } = setup();
    times.set('a', clock.now() + 100_000);
    await clock.advance(10_000);
    clock.jump(-86_400_000);
    times.set('b', clock.now() + 200_000);
    await clock.advance(95_000);
    expect(due).toEqual(['a']);
    await clock.advance(105_000);
    expect(due).toEqual(['a', 'b']);
  });

  test('wall clock set forward: due at the next look', async () => {
    const { clock, due, times } = setup();
    times.set('a', clock.now() + 86_400_000);
    clock.jump(2 * 86_400_000);
    await clock.advance(LONGEST_SLEEP);
    expect(due).toEqual(['a']);
  });
});
