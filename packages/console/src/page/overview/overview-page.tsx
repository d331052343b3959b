import type { Overview } from '../contract.ts';
import { counted } from '../format.ts';
import { mergeOverview } from '../live/merge-overview.ts';
import { WorldMap } from '../map/world-map.tsx';
import { Notice, Waiting } from '../parts/notice.tsx';
import { Section } from '../parts/section.tsx';
import { hrefOf } from '../route.ts';
import { useResource } from '../use/use-resource.ts';
import { HealthCountsStrip } from './health-counts.tsx';
import { SecondariesTable } from './secondaries-table.tsx';

/** Map, counts, and one line for each secondary. */
export function OverviewPage() {
  const { data, failure } = useResource<Overview>('/api/v1/overview', {
    merge: mergeOverview,
    wants: ({ kind }) => kind === 'health' || kind === 'committed' || kind === 'moment',
  });
  if (data === undefined) return <Waiting failure={failure} />;
  const { node, counts, secondaries } = data;
  const elsewhere = secondaries.filter(({ place }) => place === undefined).map(({ id }) => id);
  return (
    <>
      {failure === undefined ? null : <Waiting failure={failure} />}
      <div class="page-head">
        <h1>{node.identity}</h1>
        <p class="muted">
          {node.place ? `${node.place.label} · ` : ''}
          <a href={hrefOf({ page: 'zones' })}>{counted(counts.zones, 'zone')}</a> ·{' '}
          {counted(counts.secondaries, 'secondary', 'secondaries')}
        </p>
        <HealthCountsStrip counts={counts.health} />
      </div>
      {secondaries.length === 0 ? (
        <Notice title="This node tells no secondaries of its zones">
          Name them with "remotes" and "notify" in its configuration, and they appear here with their lag. A secondary
          that feeds nobody shows its own zones under <a href={hrefOf({ page: 'zones' })}>Zones</a>.
        </Notice>
      ) : (
        <>
          <WorldMap overview={data} />
          {elsewhere.length === 0 ? null : (
            <p class="muted small">
              Not on the map, as their configuration names no place: {elsewhere.join(', ')}. Add it to the remote:
              place: {'{ label: Tokyo, latitude: 35.68, longitude: 139.69 }'}
            </p>
          )}
          <Section title="Secondaries">
            <SecondariesTable secondaries={secondaries} />
          </Section>
        </>
      )}
    </>
  );
}
