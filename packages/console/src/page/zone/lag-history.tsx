import { useMemo, useState } from 'preact/hooks';
import { query } from '../api/client.ts';
import type { LagBucket } from '../contract.ts';
import { Waiting } from '../parts/notice.tsx';
import { Section } from '../parts/section.tsx';
import { useResource } from '../use/use-resource.ts';
import { LagChart } from './lag-chart.tsx';
import { lagSeries } from './lag-series.ts';
import { LagTable } from './lag-table.tsx';

const SPANS = [
  { hours: 1, word: '1 hour' },
  { hours: 24, word: '1 day' },
  { hours: 168, word: '1 week' },
];

/** How the lag has been: p50 and p99 of each secondary. */
export function LagHistory({ zone }: { zone: string }) {
  const [hours, setHours] = useState(24);
  const { data, failure } = useResource<{ buckets: readonly LagBucket[] }>(
    `/api/v1/lag/history${query({ zone, hours })}`,
    {
      wants: (event) => event.zone === zone && event.kind === 'moment' && event.moment === 'answered',
    },
  );
  const series = useMemo(() => lagSeries(data?.buckets ?? []), [data]);
  const spans = (
    <fieldset class="choice">
      <legend class="hidden">Span of time</legend>
      {SPANS.map((span) => (
        <button key={span.hours} type="button" aria-pressed={span.hours === hours} onClick={() => setHours(span.hours)}>
          {span.word}
        </button>
      ))}
    </fieldset>
  );
  return (
    <Section title="Lag" note="p50 as a line, p99 dashed." aside={spans}>
      {data === undefined ? (
        <Waiting failure={failure} />
      ) : series.times.length === 0 ? (
        <p class="muted">No change was measured in this time.</p>
      ) : (
        <>
          <LagChart series={series} hours={hours} />
          <LagTable buckets={data.buckets} />
        </>
      )}
    </Section>
  );
}
