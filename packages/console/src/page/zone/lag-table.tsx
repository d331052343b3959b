import type { LagBucket } from '../contract.ts';
import { duration } from '../format.ts';
import { type Column, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';

const COLUMNS: readonly Column<LagBucket>[] = [
  { heading: 'From', cell: ({ from }) => <Time at={from} /> },
  { heading: 'Secondary', cell: ({ secondary }) => secondary },
  { heading: 'Changes', kind: 'number', cell: ({ count }) => count },
  { heading: 'p50', kind: 'number', cell: ({ p50 }) => duration(p50) },
  { heading: 'p99', kind: 'number', cell: ({ p99 }) => duration(p99) },
  { heading: 'Longest', kind: 'number', wide: true, cell: ({ max }) => duration(max) },
];

/** The numbers of the chart, for who does not see it. */
export function LagTable({ buckets }: { buckets: readonly LagBucket[] }) {
  return (
    <details>
      <summary>The numbers</summary>
      <Table
        label="Lag over time"
        columns={COLUMNS}
        rows={[...buckets].sort((a, b) => b.from - a.from)}
        rowKey={({ from, secondary }) => `${from} ${secondary}`}
        most={{ rows: 60, rest: 'All of them: /api/v1/lag/history' }}
      />
    </details>
  );
}
