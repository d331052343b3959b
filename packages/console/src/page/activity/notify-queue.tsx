import type { QueuedNotify } from '../contract.ts';
import { Section } from '../parts/section.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { ZONE_COLUMN } from '../parts/zone-column.tsx';
import { useResource } from '../use/use-resource.ts';

const COLUMNS: readonly Column<QueuedNotify>[] = [
  { heading: 'Secondary', cell: ({ secondary }) => secondary },
  { heading: 'Serial', kind: 'number', cell: ({ serial }) => serial },
  { heading: 'Tries', kind: 'number', wide: true, cell: ({ attempts }) => attempts },
  {
    heading: 'Next',
    cell: ({ nextAt, acknowledgedAt }) => (
      <>
        {nextAt === undefined ? '–' : <Time at={nextAt} relative />}
        {acknowledgedAt === undefined ? null : <span class="muted small beside">acknowledged</span>}
      </>
    ),
  },
  { heading: 'Likely reason', wide: true, cell: ({ likely }) => likely },
];
const COLUMNS_OF_ALL: readonly Column<QueuedNotify>[] = [ZONE_COLUMN, ...COLUMNS];

/** Who is still to be told, or was told and does not yet answer with the serial; of one zone or of all. */
export function NotifyQueue({ zone }: { zone?: string }) {
  const { data, failure } = useResource<{ entries: readonly QueuedNotify[] }>('/api/v1/notify-queue?limit=1000', {
    wants: ({ kind }) => kind === 'committed' || kind === 'moment' || kind === 'health',
  });
  return (
    <Section title="NOTIFY queue">
      <Table
        label="NOTIFY queue"
        columns={zone === undefined ? COLUMNS_OF_ALL : COLUMNS}
        rows={data?.entries.filter((entry) => zone === undefined || entry.zone === zone)}
        failure={failure}
        rowKey={(entry) => `${entry.zone} ${entry.secondary} ${entry.address}`}
        empty="Empty: everybody who was told answers with the newest serial."
        most={{ rows: 100, rest: 'More of them: /api/v1/notify-queue' }}
        below={({ likely }) => likely ?? ''}
      />
    </Section>
  );
}
