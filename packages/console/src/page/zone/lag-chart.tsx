import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { duration } from '../format.ts';
import { useColours } from '../use/use-colours.ts';
import { useWidth } from '../use/use-width.ts';
import type { LagSeries } from './lag-series.ts';

const HEIGHT = 240;
/** As many as style/1-tokens.css has. */
const COLOURS = 6;

/** The history of the last `hours` as lines; a logarithmic axis of lag. */
export function LagChart({ series, hours }: { series: LagSeries; hours: number }) {
  const [outer, width] = useWidth<HTMLDivElement>();
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const colour = useColours();
  const data = [series.times, ...series.values] as unknown as uPlot.AlignedData;
  const shape = `${hours} ${series.times.length < 20} ${series.secondaries.join('\n')}`;
  useEffect(() => {
    if (place.current === null || width === 0) return;
    plot.current = new uPlot(optionsOf(series, hours, width, colour), data, place.current);
    return () => plot.current?.destroy();
  }, [width, shape, colour]);
  useEffect(() => plot.current?.setData(data), [series]);
  return (
    <div ref={outer} class="chart">
      <div ref={place} aria-hidden="true" />
    </div>
  );
}

function optionsOf(
  { secondaries, times }: LagSeries,
  hours: number,
  width: number,
  colour: (name: string) => string,
): uPlot.Options {
  // A single measurement has no line.
  const sparse = times.length < 20;
  const axis = {
    stroke: colour('--muted'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { stroke: colour('--line'), width: 1 },
  };
  const words = (value: number | null | undefined) => (value == null ? '–' : duration(value));
  return {
    width,
    height: HEIGHT,
    scales: {
      // What was asked for, however little of it there is: one measurement alone would make an axis of years.
      x: { range: () => [Date.now() / 1000 - hours * 3600, Date.now() / 1000] },
      y: { distr: 3, log: 10 },
    },
    axes: [
      { ...axis, values: HOURS },
      { ...axis, size: 64, values: (_, splits) => splits.map((value) => (isPower(value) ? duration(value) : '')) },
    ],
    series: [
      { label: 'Time', value: '{YYYY}-{MM}-{DD} {HH}:{mm}' },
      ...secondaries.flatMap((id, i) => {
        const stroke = colour(`--series-${(i % COLOURS) + 1}`);
        const both = {
          stroke,
          width: 1.5,
          spanGaps: false,
          points: { show: sparse, size: 5 },
          value: (_: uPlot, value: number | null) => words(value),
        };
        return [
          { ...both, label: `${id} p50` },
          { ...both, label: `${id} p99`, dash: [5, 4] },
        ];
      }),
    ],
  };
}

/** 24-hour times, in uPlot's own table of axis formats. */
const HOURS: uPlot.Axis.Values = [
  [3600 * 24, '{MMM} {D}', null, null, null, null, null, null, 1],
  [3600, '{HH}:{mm}', '\n{MMM} {D}', null, '\n{MMM} {D}', null, null, null, 1],
  [60, '{HH}:{mm}', '\n{MMM} {D}', null, '\n{MMM} {D}', null, null, null, 1],
  [1, '{HH}:{mm}:{ss}', '\n{MMM} {D}', null, '\n{MMM} {D}', null, null, null, 1],
];

function isPower(value: number): boolean {
  return value != null && Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9;
}
