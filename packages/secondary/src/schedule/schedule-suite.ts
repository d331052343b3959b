import { describe, expect, test } from 'vitest';
import type { Schedule } from './port.ts';

/** The clock the suite drives: a fake one for the heap, the real one behind a wrapper for what keeps time elsewhere. */
export interface SuiteClock {
  now(): number;
  advance(ms: number): Promise<void>;
  /** Lets time pass until it is so; rejects when that takes unreasonably long. */
  until(what: string, condition: () => boolean): Promise<void>;
}

/** What every {@link Schedule} must do. BullMQ's runs it as well. */
export function scheduleSuite(
  implementation: string,
  open: (options: { concurrency: number }) => Promise<{ schedule: Schedule; clock: SuiteClock }>,
): void {
  /** A processor that notes what it gets and, when `held`, works until `release` is called. */
  function worker(clock: SuiteClock) {
    const seen: { zone: string; reason: string; at: number }[] = [];
    const releases: (() => void)[] = [];
    const running = new Map<string, number>();
    const state = { seen, held: false, most: 0, overlap: false, releases, releaseAll };
    function releaseAll() {
      for (const release of releases.splice(0)) release();
    }
    const process = async (zone: string, reason: string) => {
      seen.push({ zone, reason, at: clock.now() });
      const mine = (running.get(zone) ?? 0) + 1;
      running.set(zone, mine);
      if (mine > 1) state.overlap = true;
      state.most = Math.max(
        state.most,
        [...running.values()].reduce((a, b) => a + b, 0),
      );
      if (state.held) await new Promise<void>((resolve) => releases.push(resolve));
      running.set(zone, running.get(zone)! - 1);
    };
    return { ...state, state, process };
  }

  async function setup(concurrency = 10) {
    const { schedule, clock } = await open({ concurrency });
    const work = worker(clock);
    const zones = () => work.seen.map(({ zone }) => zone);
    const begun = (rounds: number) => clock.until(`${rounds} rounds begun`, () => work.seen.length >= rounds);
    return { schedule, clock, work, zones, begun };
  }

  describe(`schedule: ${implementation}`, { timeout: 60_000 }, () => {
    test('hands a zone out at its time, not before, once', async () => {
      const { schedule, clock, work, begun } = await setup();
      schedule.start(work.process);
      const at = clock.now() + 500;
      schedule.set('a.test.', at, 'refresh');
      await begun(1);
      await clock.advance(1000);
      expect(work.seen).toHaveLength(1);
      expect(work.seen[0]).toMatchObject({ zone: 'a.test.', reason: 'refresh' });
      expect(work.seen[0].at).toBeGreaterThanOrEqual(at);
      await schedule.close();
    });

    test('a time in the past is now; what was set before start is handed out after it', async () => {
      const { schedule, clock, work, zones, begun } = await setup();
      schedule.set('a.test.', clock.now() - 5000, 'refresh');
      await clock.advance(50);
      expect(work.seen).toEqual([]);
      schedule.start(work.process);
      await begun(1);
      expect(zones()).toEqual(['a.test.']);
      await schedule.close();
    });

    test('earliest first, and a new time replaces the old one, in both directions', async () => {
      const { schedule, clock, work, zones, begun } = await setup();
      schedule.start(work.process);
      const now = clock.now();
      schedule.set('a.test.', now + 300, 'refresh');
      schedule.set('b.test.', now + 200, 'refresh');
      schedule.set('c.test.', now + 100, 'refresh');
      schedule.set('c.test.', now + 400, 'retry');
      schedule.set('a.test.', now + 150, 'retry');
      expect(schedule.list().map(({ zone }) => zone)).toEqual(['a.test.', 'b.test.', 'c.test.']);
      await begun(3);
      expect(zones()).toEqual(['a.test.', 'b.test.', 'c.test.']);
      await schedule.close();
    });

    test('a cancelled zone is not handed out', async () => {
      const { schedule, clock, zones, work, begun } = await setup();
      schedule.start(work.process);
      schedule.set('a.test.', clock.now() + 100, 'refresh');
      schedule.set('later.test.', clock.now() + 300, 'refresh');
      schedule.cancel('a.test.');
      schedule.cancel('unknown.test.');
      await begun(1);
      expect(zones()).toEqual(['later.test.']);
      expect(schedule.list()).toEqual([]);
      await schedule.close();
    });

    test('promote: now, also for a zone that was not planned', async () => {
      const { schedule, clock, work, zones, begun } = await setup();
      schedule.start(work.process);
      schedule.set('a.test.', clock.now() + 3_600_000, 'refresh');
      schedule.promote('a.test.', 'notify');
      schedule.promote('b.test.', 'notify');
      await begun(2);
      expect(zones().sort()).toEqual(['a.test.', 'b.test.']);
      expect(work.seen.every(({ reason }) => reason === 'notify')).toBe(true);
      await schedule.close();
    });

    test('one processing of a zone at a time; promoted meanwhile any number of times: once more', async () => {
      const { schedule, clock, work, begun } = await setup();
      work.state.held = true;
      schedule.start(work.process);
      schedule.promote('a.test.', 'notify');
      await begun(1);
      for (let i = 0; i < 5; i++) schedule.promote('a.test.', 'notify');
      await clock.advance(50);
      expect(work.seen).toHaveLength(1);
      work.state.held = false;
      work.releaseAll();
      await begun(2);
      await clock.advance(100);
      expect(work.seen).toHaveLength(2);
      expect(work.state.overlap).toBe(false);
      await schedule.close();
    });

    test('the processor plans the next time from within', async () => {
      const { schedule, clock, work, begun } = await setup();
      schedule.start(async (zone, reason) => {
        await work.process(zone, reason);
        if (work.seen.length < 4) schedule.set(zone, clock.now() + 100, 'refresh');
      });
      schedule.set('a.test.', clock.now(), 'refresh');
      await begun(4);
      await clock.advance(300);
      expect(work.seen).toHaveLength(4);
      await schedule.close();
    });

    test('timers take at most the places there are, changes do not wait for them', async () => {
      const { schedule, clock, work, zones, begun } = await setup(2);
      work.state.held = true;
      schedule.start(work.process);
      for (let i = 0; i < 6; i++) schedule.set(`timer${i}.test.`, clock.now() - 1, 'refresh');
      await begun(2);
      await clock.advance(50);
      expect(work.seen).toHaveLength(2);
      schedule.promote('change.test.', 'notify');
      schedule.promote('timer5.test.', 'notify');
      await begun(4);
      expect(zones().slice(2).sort()).toEqual(['change.test.', 'timer5.test.']);
      work.state.held = false;
      work.releaseAll();
      await begun(7);
      await clock.advance(50);
      expect(new Set(zones()).size).toBe(7);
      expect(work.seen).toHaveLength(7);
      await schedule.close();
    });

    test('a processor that rejects does not stop the others, nor its own zone when set again', async () => {
      const { schedule, clock, work, zones, begun } = await setup();
      let broken = true;
      schedule.start(async (zone, reason) => {
        await work.process(zone, reason);
        if (broken && zone === 'a.test.') throw new Error('broken on purpose');
      });
      schedule.promote('a.test.', 'notify');
      schedule.promote('b.test.', 'notify');
      await begun(2);
      await clock.until('one failed', () => schedule.counters.failed === 1);
      broken = false;
      schedule.promote('a.test.', 'notify');
      await begun(3);
      await clock.until('all over', () => schedule.counters.active === 0);
      expect(zones().sort()).toEqual(['a.test.', 'a.test.', 'b.test.']);
      expect(schedule.counters).toMatchObject({ failed: 1, processed: 2 });
      await schedule.close();
    });

    test('close hands out nothing more and waits for what is under way', async () => {
      const { schedule, clock, work, begun } = await setup();
      work.state.held = true;
      schedule.start(work.process);
      schedule.promote('a.test.', 'notify');
      await begun(1);
      schedule.set('b.test.', clock.now() + 500, 'refresh');
      let closed = false;
      const closing = schedule.close().then(() => {
        closed = true;
      });
      await clock.advance(700);
      expect(closed).toBe(false);
      work.releaseAll();
      await clock.until('closed', () => closed);
      await closing;
      schedule.promote('c.test.', 'notify');
      await clock.advance(200);
      expect(work.seen).toHaveLength(1);
    });
  });
}
