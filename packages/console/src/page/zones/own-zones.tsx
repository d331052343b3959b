import type { ZoneStatus } from '../contract.ts';
import { Notice, Waiting } from '../parts/notice.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { ZONE_COLUMN } from '../parts/zone-column.tsx';
import { useResource } from '../use/use-resource.ts';

const COLUMNS: readonly Column<ZoneStatus>[] = [
  ZONE_COLUMN,
  { heading: 'State', cell: ({ role, state }) => `${role}, ${state}` },
  { heading: 'Serial', kind: 'number', cell: ({ served }) => served?.serial },
  { heading: 'Next check', wide: true, cell: ({ refreshAt }) => whenKnown(refreshAt) },
  { heading: 'Expires', wide: true, cell: ({ expireAt }) => whenKnown(expireAt) },
];

/** The zones of a node that tells no secondaries: its own state. */
export function OwnZones() {
  const { data, failure } = useResource<{ zones: readonly ZoneStatus[] }>('/api/v1/zones', {
    wants: ({ kind }) => kind === 'zone' || kind === 'committed' || kind === 'receipt',
  });
  if (data === undefined) return <Waiting failure={failure} />;
  if (data.zones.length === 0)
    return <Notice title="No zones">This node has none yet: name them under "zones" in its configuration.</Notice>;
  return (
    <>
      <p class="muted">This node tells no secondaries of its zones; this is how they are here.</p>
      <Table
        label="Zones of this node"
        columns={COLUMNS}
        rows={data.zones}
        rowKey={({ zone }) => zone}
        most={{ rows: 500, rest: 'All of them: npx zonewire zone list' }}
      />
    </>
  );
}

function whenKnown(at: number | undefined) {
  return at === undefined ? undefined : <Time at={at} relative />;
}
