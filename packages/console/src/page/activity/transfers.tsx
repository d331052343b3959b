import type { Transfer } from '../contract.ts';
import { count, octets } from '../format.ts';
import { Section } from '../parts/section.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { ZONE_COLUMN } from '../parts/zone-column.tsx';
import { useResource } from '../use/use-resource.ts';

const COLUMNS: readonly Column<Transfer>[] = [
  {
    heading: 'With',
    cell: ({ direction, peer, type }) => (
      <>
        {direction === 'in' ? 'from' : 'to'} {peer}
        <span class="muted small beside">{type.toUpperCase()}</span>
      </>
    ),
  },
  { heading: 'Progress', cell: (transfer) => <Progress transfer={transfer} /> },
  { heading: 'Size', kind: 'number', cell: (transfer) => octets(transfer.octets) },
  { heading: 'Began', wide: true, cell: ({ startedAt }) => <Time at={startedAt} relative /> },
];
const COLUMNS_OF_ALL: readonly Column<Transfer>[] = [ZONE_COLUMN, ...COLUMNS];

/** Transfers under way, with how far they are; of one zone or of all. */
export function Transfers({ zone }: { zone?: string }) {
  const { data, failure } = useResource<{ transfers: readonly Transfer[] }>('/api/v1/transfers', {
    wants: ({ kind }) => kind === 'transfer',
  });
  return (
    <Section title="Transfers under way">
      <Table
        label="Transfers under way"
        columns={zone === undefined ? COLUMNS_OF_ALL : COLUMNS}
        rows={data?.transfers.filter((transfer) => zone === undefined || transfer.zone === zone)}
        failure={failure}
        rowKey={(transfer) => `${transfer.zone} ${transfer.direction} ${transfer.peer} ${transfer.startedAt}`}
        empty="None now."
        most={{ rows: 100, rest: 'All of them: /api/v1/transfers' }}
      />
    </Section>
  );
}

function Progress({ transfer: { zone, records, expectedRecords } }: { transfer: Transfer }) {
  if (!expectedRecords) return <>{count(records)} records</>;
  const percent = Math.min(100, Math.floor((records / expectedRecords) * 100));
  return (
    <span class="progress">
      <progress value={Math.min(records, expectedRecords)} max={expectedRecords} aria-label={`Transfer of ${zone}`} />{' '}
      {percent} %
      <span class="muted small beside">
        {count(records)} of {count(expectedRecords)} records
      </span>
    </span>
  );
}
