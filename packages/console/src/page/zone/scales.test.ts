import { expect, it } from 'vitest';
import { lagScale } from './lag-scale.ts';
import { lagSeries } from './lag-series.ts';

it('the scale of lag is logarithmic, ends at a round number, and keeps everything inside', () => {
  const scale = lagScale(320);
  expect([scale.max, scale.ticks]).toEqual([1_000, [1, 10, 100, 1_000]]);
  expect([0, 1, 10, 100, 1_000, 1e9].map((ms) => Math.round(scale.at(ms) * 3))).toEqual([0, 0, 1, 2, 3, 3]);
});

it('the history has a line for each secondary, broken where nothing was measured', () => {
  const bucket = (minute: number, secondary: string, p50: number) => ({
    from: minute * 60_000,
    seconds: 60,
    secondary,
    count: 3,
    p50,
    p99: p50 * 2,
    max: p50 * 3,
  });
  const series = lagSeries([bucket(1, 'sin1', 90), bucket(0, 'fra1', 4), bucket(1, 'fra1', 0), bucket(9, 'fra1', 6)]);
  expect(series.secondaries).toEqual(['fra1', 'sin1']);
  expect(series.times).toEqual([0, 60, 120, 540]);
  expect(series.values).toEqual([
    [4, 0.1, null, 6],
    [8, 0.1, null, 12],
    [null, 90, null, null],
    [null, 180, null, null],
  ]);
});
