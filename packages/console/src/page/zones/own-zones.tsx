import type { ZoneStatus } from '../contract.ts';
import { count } from '../format.ts';
import { Notice, Waiting } from '../parts/notice.tsx';
import { Time } from '../parts/time.tsx';
import { hrefOf } from '../route.ts';
import { useResource } from '../use/use-resource.ts';

/** More would make the page slow; the command line has them all. */
const SHOWN = 500;

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
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Zone</th>
            <th scope="col">State</th>
            <th scope="col" class="number">
              Serial
            </th>
            <th scope="col" class="wide">
              Next check
            </th>
            <th scope="col" class="wide">
              Expires
            </th>
          </tr>
        </thead>
        <tbody>
          {data.zones.slice(0, SHOWN).map(({ zone, role, state, served, refreshAt, expireAt }) => (
            <tr key={zone}>
              <th scope="row">
                <a href={hrefOf({ page: 'zone', zone })}>{zone}</a>
              </th>
              <td>
                {role}, {state}
              </td>
              <td class="number">{served?.serial ?? '–'}</td>
              <td class="wide">{refreshAt === undefined ? '–' : <Time at={refreshAt} relative />}</td>
              <td class="wide">{expireAt === undefined ? '–' : <Time at={expireAt} relative />}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {data.zones.length > SHOWN ? (
        <p class="muted">
          The first {SHOWN} of {count(data.zones.length)}. All of them: npx zonewire zone list
        </p>
      ) : null}
    </>
  );
}
