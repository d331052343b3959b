import { zonePath } from '../api/client.ts';
import type { Timeline } from '../contract.ts';
import { duration } from '../format.ts';
import { mergeTimeline, TIMELINE_SERIALS } from '../live/merge-timeline.ts';
import { Waiting } from '../parts/notice.tsx';
import { Section } from '../parts/section.tsx';
import { Time } from '../parts/time.tsx';
import { useNow } from '../use/use-now.ts';
import { useResource } from '../use/use-resource.ts';
import { lagScale } from './lag-scale.ts';
import { MOMENTS } from './moments.ts';
import { TimelineBar } from './timeline-bar.tsx';

/** Who got which serial when. */
export function TimelineSection({ zone }: { zone: string }) {
  const { data, failure } = useResource<Timeline>(zonePath(zone, `/timeline?limit=${TIMELINE_SERIALS}`), {
    merge: mergeTimeline,
    wants: (event) => event.zone === zone && (event.kind === 'committed' || event.kind === 'moment'),
  });
  return (
    <Section title="Timeline" note="From the commit of a serial to the first answer with it, by secondary.">
      {data === undefined ? <Waiting failure={failure} /> : <Serials timeline={data} />}
    </Section>
  );
}

function Serials({ timeline: { serials } }: { timeline: Timeline }) {
  const now = useNow();
  const known = serials.filter(({ secondaries, committedAt }) => secondaries.length > 0 && committedAt !== undefined);
  if (known.length === 0) return <p class="muted">No change of this zone has been watched since the node started.</p>;
  const longest = known.flatMap(({ committedAt = 0, secondaries }, i) =>
    secondaries.map(({ answeredAt }) =>
      answeredAt !== undefined ? answeredAt - committedAt : i === 0 ? now - committedAt : 0,
    ),
  );
  const scale = lagScale(Math.max(...longest, 10));
  return (
    <>
      <ul class="legend" aria-label="What the marks mean">
        {MOMENTS.map(({ key, word }) => (
          <li key={key}>
            <svg class={`moment moment-${key}`} viewBox="0 0 12 12" aria-hidden="true">
              <line x1="6" y1="1" x2="6" y2="11" />
            </svg>
            {word}
          </li>
        ))}
        <li>
          <svg class="moment moment-missing" viewBox="0 0 12 12" aria-hidden="true">
            <line x1="0" y1="6" x2="12" y2="6" />
          </svg>
          not yet
        </li>
      </ul>
      <table class="table timeline">
        <thead>
          <tr>
            <th scope="col">Serial</th>
            <th scope="col">Secondary</th>
            <th scope="col" class="bar-column">
              <span class="hidden">From commit to answered</span>
              <span class="ticks" aria-hidden="true">
                {scale.ticks.map((tick) => (
                  <span key={tick} style={{ left: `${scale.at(tick) * 100}%` }}>
                    {duration(tick)}
                  </span>
                ))}
              </span>
            </th>
            <th scope="col" class="number">
              Lag
            </th>
          </tr>
        </thead>
        {known.map(({ serial, committedAt = 0, secondaries }, age) => (
          <tbody key={serial}>
            {secondaries.map((secondary, i) => (
              <tr key={`${secondary.id} ${secondary.node ?? ''}`}>
                {i === 0 ? (
                  <th scope="rowgroup" rowSpan={secondaries.length}>
                    <span class="serial-number">{serial}</span>
                    <span class="muted small beside">
                      <Time at={committedAt} />
                    </span>
                  </th>
                ) : null}
                <td>
                  {secondary.id}
                  {secondary.node && secondary.node !== secondary.id ? (
                    <span class="muted small beside">{secondary.node}</span>
                  ) : null}
                </td>
                <td class="bar-column">
                  <TimelineBar
                    secondary={secondary}
                    committedAt={committedAt}
                    now={age === 0 ? now : undefined}
                    scale={scale}
                  />
                </td>
                <td class="number">
                  {secondary.answeredAt === undefined ? (
                    <span class={age === 0 ? 'tone-warn' : 'muted'}>{age === 0 ? 'waiting' : 'skipped'}</span>
                  ) : (
                    duration(secondary.lagMs ?? secondary.answeredAt - committedAt)
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </>
  );
}
