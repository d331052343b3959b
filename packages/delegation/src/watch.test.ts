import { name, nameToText } from '@zonewire/shared-protocol';
import { FakeClock } from '@zonewire/testkit';
import { expect, it } from 'vitest';
import { finding } from './findings/view.ts';
import type { DelegationReport } from './model.ts';
import { CHECKS_AT_ONCE, type DelegationChange, DelegationWatch } from './watch.ts';

const HOUR = 3_600_000;

function report(
  zone: string,
  codes: readonly ('lame' | 'ds-missing' | 'check-incomplete')[],
  at: number,
): DelegationReport {
  const findings = codes.map((code) => finding(code, 'time', 'message', { advice: 'advice' }));
  return { zone, at, state: 'fine', findings, registrar: { ns: [], glue: [], ds: [] }, servers: [] };
}

function watching(codes: (zone: string, nth: number) => Parameters<typeof report>[1] = () => []) {
  const clock = new FakeClock();
  const began: { zone: string; at: number }[] = [];
  const changes: DelegationChange[] = [];
  const failures: unknown[] = [];
  let running = 0;
  let most = 0;
  const took = { ms: 0 };
  const watch = new DelegationWatch({
    clock,
    random: () => 0.5,
    async check(zone) {
      const text = nameToText(zone);
      began.push({ zone: text, at: clock.elapsed });
      most = Math.max(most, ++running);
      if (took.ms > 0) await new Promise<void>((resolve) => clock.setTimeout(resolve, took.ms));
      running--;
      return report(text, codes(text, began.filter((one) => one.zone === text).length), clock.now());
    },
    changed: (change) => changes.push(change),
    failed: (_, error) => failures.push(error),
  });
  return { clock, watch, began, changes, failures, took, most: () => most };
}

const zones = (count: number) => Array.from({ length: count }, (_, i) => name(`z${i}.test.`));

it('each zone once an interval, the first time within ten minutes, spread', async () => {
  const { clock, watch, began } = watching();
  watch.watch(zones(10), HOUR);
  await clock.advance(600_000);
  expect(began.map(({ at }) => at)).toEqual(Array.from({ length: 10 }, (_, i) => 60_000 * (i + 1)));
  await clock.advance(HOUR);
  expect(began).toHaveLength(20);
  await clock.advance(2 * HOUR);
  expect(began).toHaveLength(40);
  expect(watch.counters.checks).toBe(40);
});

it(`no more than ${CHECKS_AT_ONCE} at once, and none is forgotten`, async () => {
  const { clock, watch, began, took, most } = watching();
  took.ms = 50_000;
  watch.watch(zones(100), HOUR);
  await clock.advance(HOUR);
  expect(most()).toBe(CHECKS_AT_ONCE);
  expect(new Set(began.map(({ zone }) => zone)).size).toBe(100);
});

it('tells of what came and what went, not of what stays', async () => {
  const { clock, watch, changes } = watching((_, nth) =>
    nth === 1 ? ['lame'] : nth < 4 ? ['lame', 'ds-missing'] : [],
  );
  watch.watch(zones(1), HOUR);
  await clock.advance(5 * HOUR);
  const told = changes.map(({ appeared, gone }) => [appeared.map(({ code }) => code), gone.map(({ code }) => code)]);
  expect(told).toEqual([
    [['lame'], []],
    [['ds-missing'], []],
    [[], ['lame', 'ds-missing']],
  ]);
});

it('zones come and go; what is known of those that stay is kept', async () => {
  const { clock, watch, began } = watching();
  const [a, b, c] = zones(3);
  watch.watch([a, b], HOUR);
  await clock.advance(600_000);
  watch.watch([b, c], HOUR);
  expect([a, b, c].map((zone) => watch.report(zone)?.zone)).toEqual([undefined, 'z1.test.', undefined]);
  await clock.advance(600_000);
  expect(began.map(({ zone }) => zone)).toEqual(['z0.test.', 'z1.test.', 'z2.test.']);
  expect([...watch.reports()].map(({ zone }) => zone)).toEqual(['z1.test.', 'z2.test.']);
});

it('interval 0 and a stopped watch check nothing', async () => {
  const { clock, watch, began } = watching();
  watch.watch(zones(3), 0);
  expect(clock.pending).toBe(0);
  watch.watch(zones(3), HOUR);
  watch.stop();
  expect(clock.pending).toBe(0);
  await clock.advance(HOUR);
  expect(began).toEqual([]);
});

it('counts limits that were reached, and checks that fail', async () => {
  const { clock, watch, failures } = watching((zone) => {
    if (zone === 'z1.test.') throw new Error('a bug');
    return ['check-incomplete'];
  });
  watch.watch(zones(2), HOUR);
  await clock.advance(600_000);
  expect(watch.counters.limits).toEqual(new Map([['time', 1]]));
  expect(watch.counters.failed).toBe(1);
  expect(failures).toHaveLength(1);
  await clock.advance(HOUR);
  expect(watch.counters.failed).toBe(2);
});
