import type { Secondary } from '../contract.ts';
import { clockOffset, count, duration } from '../format.ts';
import { troubles } from '../health.ts';
import { HealthWord } from '../parts/health-word.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { hrefOf } from '../route.ts';

const COLUMNS: readonly Column<Secondary>[] = [
  {
    heading: 'Secondary',
    kind: 'name',
    cell: ({ id, place }) => (
      <>
        <a href={hrefOf({ page: 'zones', secondary: id })}>{id}</a>
        {place === undefined ? null : <span class="muted small beside">{place.label}</span>}
      </>
    ),
  },
  { heading: 'Health', cell: (secondary) => <Healths secondary={secondary} /> },
  {
    heading: 'Lag',
    kind: 'number',
    title: 'Commit to seen served, of the newest change of all zones',
    cell: ({ lag }) => lag && duration(lag.latest),
  },
  {
    heading: 'p50',
    kind: 'number',
    wide: true,
    title: 'Half of the zones had their newest change sooner',
    cell: ({ lag }) => lag && duration(lag.p50),
  },
  {
    heading: 'p99',
    kind: 'number',
    wide: true,
    title: '99 of 100 zones had their newest change sooner',
    cell: ({ lag }) => lag && duration(lag.p99),
  },
  { heading: 'Zones', kind: 'number', wide: true, cell: ({ zones }) => count(zones) },
  { heading: 'Address', wide: true, cell: (secondary) => <Address secondary={secondary} /> },
];

/** One line for each secondary. */
export function SecondariesTable({ secondaries }: { secondaries: readonly Secondary[] }) {
  return <Table label="Secondaries" columns={COLUMNS} rows={secondaries} rowKey={({ id }) => id} />;
}

function Healths({ secondary: { id, health, zones } }: { secondary: Secondary }) {
  const bad = troubles(health);
  if (bad.length === 0) return <HealthWord state="in-sync" />;
  return (
    <>
      {bad.map(([state, n]) => (
        <a key={state} class="stacked" href={hrefOf({ page: 'zones', secondary: id, health: state })}>
          <HealthWord state={state} {...(zones === 1 ? {} : { count: count(n) })} />
        </a>
      ))}
    </>
  );
}

function Address({ secondary: { address, nodes, skewMs } }: { secondary: Secondary }) {
  const clock = clockOffset(skewMs);
  return (
    <>
      {address}
      {nodes && nodes.length > 1 ? <span class="muted small beside">{nodes.length} nodes</span> : null}
      {clock === undefined ? null : (
        <span class="muted small beside" title="Its clock against that of this node; lag is measured without it">
          clock {clock}
        </span>
      )}
    </>
  );
}
