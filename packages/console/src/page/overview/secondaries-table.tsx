import type { Secondary } from '../contract.ts';
import { count, duration } from '../format.ts';
import { troubles } from '../health.ts';
import { HealthWord } from '../parts/health-word.tsx';
import { hrefOf } from '../route.ts';

/** One line for each secondary. */
export function SecondariesTable({ secondaries }: { secondaries: readonly Secondary[] }) {
  return (
    <table class="table">
      <thead>
        <tr>
          <th scope="col">Secondary</th>
          <th scope="col">Health</th>
          <th scope="col" class="number" title="Commit to seen served, of the newest change of all zones">
            Lag
          </th>
          <th scope="col" class="number wide" title="Half of the zones had their newest change sooner">
            p50
          </th>
          <th scope="col" class="number wide" title="99 of 100 zones had their newest change sooner">
            p99
          </th>
          <th scope="col" class="number wide">
            Zones
          </th>
          <th scope="col" class="wide">
            Address
          </th>
        </tr>
      </thead>
      <tbody>
        {secondaries.map((secondary) => (
          <Row key={secondary.id} secondary={secondary} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ secondary }: { secondary: Secondary }) {
  const { id, place, lag, health, zones, address, nodes, skewMs } = secondary;
  const bad = troubles(health);
  return (
    <tr>
      <th scope="row">
        <a href={hrefOf({ page: 'zones', secondary: id })}>{id}</a>
        {place === undefined ? null : <span class="muted small beside">{place.label}</span>}
      </th>
      <td>
        {bad.length === 0 ? (
          <HealthWord state="in-sync" />
        ) : (
          bad.map(([state, n]) => (
            <a key={state} class="stacked" href={hrefOf({ page: 'zones', secondary: id, health: state })}>
              <HealthWord state={state} {...(zones === 1 ? {} : { count: count(n) })} />
            </a>
          ))
        )}
      </td>
      <td class="number">{lag ? duration(lag.latest) : '–'}</td>
      <td class="number wide">{lag ? duration(lag.p50) : '–'}</td>
      <td class="number wide">{lag ? duration(lag.p99) : '–'}</td>
      <td class="number wide">{count(zones)}</td>
      <td class="wide">
        {address}
        {nodes && nodes.length > 1 ? <span class="muted small beside">{nodes.length} nodes</span> : null}
        {skewMs !== undefined && Math.abs(skewMs) >= 1 ? (
          <span class="muted small beside" title="Its clock against that of this node; lag is measured without it">
            clock {skewMs > 0 ? '+' : ''}
            {duration(skewMs)}
          </span>
        ) : null}
      </td>
    </tr>
  );
}
