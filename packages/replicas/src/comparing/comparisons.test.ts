import { FakeClock } from '@zonewire/testkit';
import { expect, it } from 'vitest';
import type { Comparison } from '../model.ts';
import { ASKED_MOST, type ComparisonOutcome, Comparisons, type ZoneAtSecondary } from './comparisons.ts';
import { COMPARING, type ComparisonFacts, DEFAULT_COMPARING } from './rules.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const SAME: ComparisonOutcome = { result: 'same', serial: 1, reason: 'all 3 records are the same' };
const DIFFERENT: ComparisonOutcome = { result: 'different', serial: 1, reason: 'www.a.test. A is another there' };
const FACTS: ComparisonFacts = { serial: 1, octets: 1_000, seen: 1, hasDigest: false };

/** Secondaries as the test wants them; each comparison takes `ms`. */
function setup({ ms = 20, interval = 6 * HOUR, off = new Set<string>(), differed = [] as ZoneAtSecondary[] } = {}) {
  const clock = new FakeClock();
  const began = clock.now();
  const state = { facts: { ...FACTS } as ComparisonFacts | undefined, outcome: SAME, running: 0, most: 0 };
  const compared: { pair: string; at: number }[] = [];
  const done: (Comparison & { pair: string })[] = [];
  const errors: unknown[] = [];
  const differing: string[] = [];
  // As numbers that nobody chose, and the same in each run.
  let seed = 7;
  const comparisons = new Comparisons({
    clock,
    random() {
      seed = (seed * 48_271) % 0x7fff_ffff;
      return seed / 0x7fff_ffff;
    },
    facts: () => state.facts,
    async compare(zone, secondary, signal) {
      compared.push({ pair: `${zone} ${secondary}`, at: clock.now() - began });
      state.most = Math.max(state.most, ++state.running);
      await new Promise<void>((resolve) => {
        clock.setTimeout(resolve, ms);
        signal.addEventListener('abort', () => resolve());
      });
      state.running--;
      if (signal.aborted) return { result: 'failed', reason: 'given up' };
      if (state.outcome.reason === 'throw') throw new TypeError('a bug');
      return state.outcome;
    },
    done: (zone, secondary, comparison) => done.push({ pair: `${zone} ${secondary}`, ...comparison }),
    failed: (_zone, _secondary, error) => errors.push(error),
    differed,
    differ: (copies) => differing.push(copies.map(({ zone, secondary }) => `${zone} ${secondary}`).join()),
  });
  comparisons.configure({ ...DEFAULT_COMPARING, interval, off });
  const results = () => Object.fromEntries(comparisons.counters.results);
  const times = (pair: string) => compared.filter((one) => one.pair === pair).map(({ at }) => at);
  return { clock, began, state, compared, done, errors, differing, comparisons, results, times };
}

it('a week: each zone at each secondary once an interval, spread over it, one at a time', async () => {
  const { clock, comparisons, state, compared, times } = setup();
  const zones = Array.from({ length: 50 }, (_, i) => `z${i}.test.`);
  for (const zone of zones) comparisons.watching(zone, ['fra', 'sin']);
  await clock.advance(WEEK);
  expect(state.most).toBe(1);
  for (const zone of zones)
    for (const secondary of ['fra', 'sin']) {
      const at = times(`${zone} ${secondary}`);
      expect(at[0]).toBeLessThanOrEqual(6 * HOUR + 60_000);
      const gaps = at.slice(1).map((time, i) => time - at[i]);
      for (const gap of gaps) {
        expect(gap).toBeGreaterThanOrEqual(0.9 * 6 * HOUR);
        expect(gap).toBeLessThanOrEqual(1.1 * 6 * HOUR + 60_000);
      }
      expect(gaps.length).toBeGreaterThanOrEqual(24);
    }
  // 100 pairs: some in each of the first six hours.
  for (let hour = 0; hour < 6; hour++)
    expect(compared.filter(({ at }) => Math.floor(at / HOUR) === hour).length).toBeGreaterThan(5);
  for (let i = 1; i < compared.length; i++)
    expect(compared[i].at - compared[i - 1].at).toBeGreaterThanOrEqual(COMPARING.pause);
});

it('copies that differ are told, and compared first after a restart, until they are the same or nobody is notified', async () => {
  const before = setup();
  before.comparisons.watching('a.test.', ['fra', 'sin']);
  before.state.outcome = DIFFERENT;
  for (let i = 0; i < 2; i++) {
    void before.comparisons.compareNow('a.test.', 'fra');
    await before.clock.advance(1_000);
  }
  expect(before.differing).toEqual(['a.test. fra']);
  before.comparisons.stop();
  expect(before.differing).toEqual(['a.test. fra']);

  const differed = [
    { zone: 'a.test.', secondary: 'fra' },
    { zone: 'b.test.', secondary: 'sin' },
  ];
  const { clock, comparisons, state, times, done, differing } = setup({ differed });
  comparisons.watching('a.test.', ['fra', 'sin']);
  comparisons.watching('b.test.', ['sin']);
  state.outcome = DIFFERENT;
  await clock.advance(COMPARING.touched + COMPARING.pause + 100);
  expect([times('a.test. fra'), times('a.test. sin'), times('b.test. sin')]).toMatchObject([
    { length: 1 },
    [],
    { length: 1 },
  ]);
  expect(done[0]).toMatchObject({ pair: 'a.test. fra', result: 'different' });
  expect(differing).toEqual([]);
  state.outcome = SAME;
  await clock.advance(COMPARING.differs + 1_000);
  expect(differing).toEqual(['b.test. sin', '']);
  state.outcome = DIFFERENT;
  void comparisons.compareNow('b.test.', 'sin');
  await clock.advance(1_000);
  comparisons.watching('b.test.', []);
  expect(differing.slice(2)).toEqual(['b.test. sin', '']);
});

it('one that refuses is asked once a day', async () => {
  const { clock, comparisons, state, compared, results } = setup();
  state.outcome = { result: 'refused', reason: 'REFUSED' };
  comparisons.watching('a.test.', ['fra']);
  await clock.advance(WEEK);
  expect(compared.length).toBeGreaterThanOrEqual(6);
  expect(compared.length).toBeLessThanOrEqual(8);
  expect(results()).toEqual({ refused: compared.length });
});

it('a copy that differs is looked at after 1, 2, 4 … 60 minutes, until it is the same', async () => {
  const { clock, comparisons, state, times, done } = setup();
  state.outcome = DIFFERENT;
  comparisons.watching('a.test.', ['fra']);
  await clock.advance(6 * HOUR);
  await clock.advance(5 * HOUR);
  const at = times('a.test. fra');
  const minutes = at.slice(1).map((time, i) => Math.round((time - at[i]) / 60_000));
  expect(minutes.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  expect(done.at(-1)!.nextAt! - done.at(-1)!.at).toBe(HOUR);
  // In between it cannot be had: that does not end it.
  state.outcome = { result: 'failed', reason: 'no connection' };
  const before = done.length;
  await clock.advance(HOUR);
  expect(done[before]).toMatchObject({ result: 'failed' });
  expect(done[before].nextAt! - done[before].at).toBe(60_000);
  state.outcome = SAME;
  await clock.advance(HOUR);
  expect(done.at(-1)!.nextAt! - done.at(-1)!.at).toBeGreaterThan(5 * HOUR);
});

it('what differs and has transferred the zone is looked at within seconds, others are not', async () => {
  const { clock, began, comparisons, state, times } = setup();
  comparisons.watching('a.test.', ['fra', 'sin']);
  await clock.advance(6 * HOUR);
  const before = times('a.test. sin').length;
  state.outcome = DIFFERENT;
  await awaited(clock, comparisons.compareNow('a.test.', 'fra'));
  state.outcome = SAME;
  comparisons.touched('a.test.', 'sin');
  comparisons.touched('a.test.', 'fra');
  const touchedAt = clock.now() - began;
  await clock.advance(10_000);
  const last = times('a.test. fra').at(-1)!;
  expect(last - touchedAt).toBeGreaterThanOrEqual(COMPARING.touched);
  expect(last - touchedAt).toBeLessThanOrEqual(COMPARING.touchedGap);
  expect(times('a.test. sin')).toHaveLength(before);
  const count = times('a.test. fra').length;
  comparisons.touched('a.test.', 'fra');
  await clock.advance(10_000);
  expect(times('a.test. fra')).toHaveLength(count);
});

it('nothing is transferred while it is behind, tells its digest, is too large or switched off; each is counted', async () => {
  const { clock, comparisons, state, compared, results, done } = setup({ off: new Set(['sin']) });
  comparisons.watching('a.test.', ['fra']);
  state.facts = { ...FACTS, hasDigest: true };
  await clock.advance(DAY);
  state.facts = { ...FACTS, octets: DEFAULT_COMPARING.maxOctets + 1 };
  await clock.advance(DAY);
  state.facts = { ...FACTS, seen: 0 };
  await clock.advance(DAY);
  state.facts = { ...FACTS, seen: undefined };
  await clock.advance(DAY);
  comparisons.watching('a.test.', ['sin']);
  state.facts = FACTS;
  await clock.advance(DAY);
  expect(compared).toEqual([]);
  expect(Object.keys(results()).sort()).toEqual(['behind', 'off', 'receipts', 'too-large']);
  const reasons = done.map(({ reason }) => reason).join('\n');
  expect(reasons).toContain('more than 16777216 (replicas.compare-max-size)');
  expect(reasons).toContain('it answers with serial 0, not with 1');
  expect(reasons).toContain('has not been seen to answer');
});

it('soon once it is in sync again: after a minute, doubled while it is not', async () => {
  const { clock, comparisons, state, compared, done } = setup();
  state.facts = { ...FACTS, seen: 0 };
  comparisons.watching('a.test.', ['fra']);
  await clock.advance(6 * HOUR);
  const [first, second, third] = done;
  expect([first.nextAt! - first.at, second.nextAt! - second.at, third.nextAt! - third.at]).toEqual([
    60_000, 120_000, 240_000,
  ]);
  state.facts = FACTS;
  await clock.advance(6 * HOUR);
  expect(compared.length).toBeGreaterThan(0);
});

it('asked: at once, before those that are due, whatever the size and the settings, but not while it is behind', async () => {
  const { clock, comparisons, state, compared } = setup({ off: new Set(['fra']), interval: 0 });
  comparisons.watching('a.test.', ['fra', 'sin']);
  await clock.advance(WEEK);
  expect(compared).toEqual([]);
  state.facts = { ...FACTS, octets: 10 * DEFAULT_COMPARING.maxOctets };
  const all = await awaited(clock, comparisons.compareNow('a.test.'));
  expect(all).toMatchObject([
    { secondary: 'fra', result: 'same' },
    { secondary: 'sin', result: 'same' },
  ]);
  expect(all[0]).not.toHaveProperty('nextAt');
  state.facts = { ...FACTS, seen: 0 };
  const [behind] = await awaited(clock, comparisons.compareNow('a.test.', 'fra'));
  expect(behind).toMatchObject({ result: 'behind' });
  expect(compared).toHaveLength(2);
});

it('without an interval too, what was found to differ is looked at until it is the same', async () => {
  const { clock, comparisons, state, done } = setup({ interval: 0 });
  comparisons.watching('a.test.', ['fra']);
  state.outcome = DIFFERENT;
  await awaited(clock, comparisons.compareNow('a.test.', 'fra'));
  // A reload of the configuration.
  comparisons.configure({ ...DEFAULT_COMPARING, interval: 0 });
  state.outcome = SAME;
  await clock.advance(WEEK);
  expect(done.map(({ result }) => result)).toEqual(['different', 'same']);
});

it('asked for an unknown secondary, or for more than may wait: an error that says so', async () => {
  const { clock, comparisons } = setup({ ms: 1_000 });
  comparisons.watching('a.test.', ['fra']);
  await expect(comparisons.compareNow('a.test.', 'sin')).rejects.toMatchObject({
    code: 'secondary-unknown',
    message: expect.stringContaining('fra'),
  });
  expect(await comparisons.compareNow('b.test.')).toEqual([]);
  const waiting = Array.from({ length: ASKED_MOST + 1 }, () => comparisons.compareNow('a.test.'));
  await expect(comparisons.compareNow('a.test.')).rejects.toMatchObject({ code: 'comparisons-too-many' });
  expect(comparisons.counters.refused).toBe(1);
  expect(comparisons.waiting).toBe(ASKED_MOST);
  comparisons.stop();
  await clock.advance(1_000);
  const ended = await Promise.all(waiting);
  expect(ended[ASKED_MOST]).toMatchObject([{ result: 'failed', reason: 'the node is stopping' }]);
  expect(clock.pending).toBe(0);
});

it('a secondary that is not notified any more is forgotten in the middle of it; another interval counts at once', async () => {
  const { clock, comparisons, compared, done, results } = setup({ ms: HOUR });
  comparisons.watching('a.test.', ['fra', 'sin']);
  await clock.advanceUntil(() => compared.length === 1, DAY);
  comparisons.watching('a.test.', []);
  await clock.advance(DAY);
  expect([done, results(), compared.length]).toEqual([[], {}, 1]);
  comparisons.watching('b.test.', ['fra']);
  comparisons.configure({ ...DEFAULT_COMPARING, interval: 60_000 });
  await clock.advance(60_000);
  expect(compared).toHaveLength(2);
  comparisons.configure({ ...DEFAULT_COMPARING, interval: 0 });
  await clock.advance(WEEK);
  expect(compared).toHaveLength(2);
});

it('an interval beyond what a timer takes is no reason to compare without end', async () => {
  const { clock, comparisons, compared } = setup({ interval: 400 * DAY });
  comparisons.watching('a.test.', ['fra']);
  await clock.advance(60 * DAY);
  expect(compared.length).toBeGreaterThanOrEqual(2);
  expect(compared.length).toBeLessThanOrEqual(4);
});

it('an error of this program is told and counted, and the others go on', async () => {
  const { clock, comparisons, state, errors, done } = setup();
  state.outcome = { result: 'failed', reason: 'throw' };
  comparisons.watching('a.test.', ['fra']);
  await clock.advanceUntil(() => errors.length > 0, DAY);
  expect(comparisons.counters.errors).toBe(1);
  state.outcome = SAME;
  await clock.advance(DAY);
  expect(done.at(-1)?.result).toBe('same');
});

it('a zone that is not served here is not transferred', async () => {
  const { clock, comparisons, state, compared } = setup();
  state.facts = undefined;
  comparisons.watching('a.test.', ['fra']);
  await clock.advance(DAY);
  expect(compared).toEqual([]);
});

/** What was asked for, once time has gone by. */
async function awaited<T>(clock: FakeClock, asked: Promise<T>): Promise<T> {
  await clock.advance(30_000);
  return asked;
}
