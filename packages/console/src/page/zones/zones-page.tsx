import type { Overview } from '../contract.ts';
import { mergeOverview } from '../live/merge-overview.ts';
import { Waiting } from '../parts/notice.tsx';
import { useResource } from '../use/use-resource.ts';
import { FilterBar } from './filter-bar.tsx';
import { OwnZones } from './own-zones.tsx';
import type { Filters } from './use-pages.ts';
import { ZonesTable } from './zones-table.tsx';

/** Every zone at every secondary, searched and filtered by the address. */
export function ZonesPage(filters: Filters) {
  const { data, failure } = useResource<Overview>('/api/v1/overview', { merge: mergeOverview });
  if (data === undefined) return <Waiting failure={failure} />;
  const ids = data.secondaries.map(({ id }) => id);
  return (
    <>
      <h1>Zones</h1>
      {ids.length === 0 ? (
        <OwnZones />
      ) : (
        <>
          <FilterBar filters={filters} secondaries={ids} />
          <ZonesTable filters={filters} secondaries={filters.secondary ? [filters.secondary] : ids} />
        </>
      )}
    </>
  );
}
