import { zonePath } from '../api/client.ts';
import type { Replica, ZoneReplicas } from '../contract.ts';
import { clockOffset, duration } from '../format.ts';
import { healthOf } from '../health.ts';
import { mergeReplicas } from '../live/merge-replicas.ts';
import { HealthWord } from '../parts/health-word.tsx';
import { Section } from '../parts/section.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { useResource } from '../use/use-resource.ts';

const COLUMNS: readonly Column<Replica>[] = [
  { heading: 'Secondary', kind: 'name', cell: ({ id, address }) => <span title={address}>{id}</span> },
  { heading: 'Health', cell: (replica) => <HealthWord state={healthOf(replica).state} /> },
  {
    heading: 'Serial',
    kind: 'number',
    cell: ({ serial, serialsBehind }) => (
      <>
        {serial ?? '–'}
        {serialsBehind ? <span class="muted small beside wide">{serialsBehind} behind</span> : null}
      </>
    ),
  },
  { heading: 'Lag', kind: 'number', cell: ({ lagMs }) => (lagMs === undefined ? undefined : duration(lagMs)) },
  { heading: 'What and why', wide: true, cell: (replica) => <Why replica={replica} /> },
];

/** Where each secondary stands with this zone, and what to do where something is the matter. */
export function ReplicasTable({ zone }: { zone: string }) {
  const { data, failure } = useResource<ZoneReplicas>(zonePath(zone, '/replicas'), {
    merge: mergeReplicas,
    wants: (event) => event.zone === zone && (event.kind === 'health' || event.kind === 'committed'),
  });
  return (
    <Section title="Secondaries">
      <Table
        label="Secondaries"
        columns={COLUMNS}
        rows={data?.replicas}
        failure={failure}
        rowKey={({ id }) => id}
        empty={'Nobody is told of this zone from here: it has no "notify".'}
        below={(replica) => (healthOf(replica).state === 'in-sync' ? '' : whyInWords(replica))}
      />
    </Section>
  );
}

function whyInWords(replica: Replica): string {
  const { reason, next } = healthOf(replica);
  return [reason, next].filter((sentence) => sentence !== '').join(' ');
}

/** That it differs is its health; why it is not compared at all is by configuration, or passes. */
function copyInWords({ result, reason }: NonNullable<Replica['comparison']>): string | undefined {
  if (result === 'same') return 'has our content';
  if (result === 'refused' || result === 'failed') return `could not be transferred: ${reason}`;
  return undefined;
}

function Why({ replica }: { replica: Replica }) {
  const { nodes, expiry, comparison } = replica;
  const { state, since } = healthOf(replica);
  const clock = clockOffset(replica.skewMs);
  return (
    <>
      {whyInWords(replica) || (state === 'in-sync' ? <span class="muted">Answers with the newest serial.</span> : '–')}{' '}
      {state !== 'in-sync' && since > 0 ? (
        <span class="muted">
          Since <Time at={since} />.
        </span>
      ) : null}
      {expiry ? (
        <span class="muted">
          {' '}
          Expires <Time at={expiry.at} relative /> ({Math.round(expiry.fraction * 100)} % of the time has passed).
        </span>
      ) : null}
      {clock === undefined ? null : <span class="muted"> Its clock: {clock}.</span>}
      {nodes && nodes.length > 1 ? (
        <span class="muted"> Nodes: {nodes.map((one) => `${one.node} at ${one.serial ?? '–'}`).join(', ')}.</span>
      ) : null}
      {comparison && copyInWords(comparison) !== undefined ? (
        <span class="muted">
          {' '}
          Its copy {copyInWords(comparison)} (compared <Time at={comparison.at} relative />
          ).
        </span>
      ) : null}
    </>
  );
}
