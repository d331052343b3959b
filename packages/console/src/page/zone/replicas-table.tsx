import { zonePath } from '../api/client.ts';
import type { Replica, ZoneReplicas } from '../contract.ts';
import { duration } from '../format.ts';
import { healthOf } from '../health.ts';
import { mergeReplicas } from '../live/merge-replicas.ts';
import { HealthWord } from '../parts/health-word.tsx';
import { Waiting } from '../parts/notice.tsx';
import { Section } from '../parts/section.tsx';
import { Time } from '../parts/time.tsx';
import { useResource } from '../use/use-resource.ts';

/** Where each secondary stands with this zone, and what to do where something is the matter. */
export function ReplicasTable({ zone }: { zone: string }) {
  const { data, failure } = useResource<ZoneReplicas>(zonePath(zone, '/replicas'), {
    merge: mergeReplicas,
    wants: (event) => event.zone === zone && (event.kind === 'health' || event.kind === 'committed'),
  });
  return (
    <Section title="Secondaries">
      {data === undefined ? (
        <Waiting failure={failure} />
      ) : data.replicas.length === 0 ? (
        <p class="muted">Nobody is told of this zone from here: it has no "notify".</p>
      ) : (
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Secondary</th>
              <th scope="col">Health</th>
              <th scope="col" class="number">
                Serial
              </th>
              <th scope="col" class="number">
                Lag
              </th>
              <th scope="col" class="wide">
                What and why
              </th>
            </tr>
          </thead>
          <tbody>
            {data.replicas.map((replica) => (
              <Row key={replica.id} replica={replica} />
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

function Row({ replica }: { replica: Replica }) {
  const { id, address, serial, serialsBehind, lagMs, nodes, expiry, skewMs } = replica;
  const { state, since, reason, next } = healthOf(replica);
  const says = [reason, next].filter((sentence) => sentence !== '').join(' ');
  return (
    <>
      <tr>
        <th scope="row" title={address}>
          {id}
        </th>
        <td>
          <HealthWord state={state} />
        </td>
        <td class="number">
          {serial ?? '–'}
          {serialsBehind ? <span class="muted small beside wide">{serialsBehind} behind</span> : null}
        </td>
        <td class="number">{lagMs === undefined ? '–' : duration(lagMs)}</td>
        <td class="wide">
          {says || (state === 'in-sync' ? <span class="muted">Answers with the newest serial.</span> : '–')}{' '}
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
          {skewMs !== undefined && Math.abs(skewMs) >= 1 ? (
            <span class="muted"> Its clock: {`${skewMs > 0 ? '+' : ''}${duration(skewMs)}`}.</span>
          ) : null}
          {nodes && nodes.length > 1 ? (
            <span class="muted"> Nodes: {nodes.map((one) => `${one.node} at ${one.serial}`).join(', ')}.</span>
          ) : null}
        </td>
      </tr>
      {says === '' ? null : (
        <tr class="only-narrow">
          <td colSpan={4} class="small">
            {says}
          </td>
        </tr>
      )}
    </>
  );
}
