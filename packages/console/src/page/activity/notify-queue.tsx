import type { QueuedNotify } from '../contract.ts';
import { Waiting } from '../parts/notice.tsx';
import { Section } from '../parts/section.tsx';
import { Time } from '../parts/time.tsx';
import { hrefOf } from '../route.ts';
import { useResource } from '../use/use-resource.ts';

/** A queue of thousands is not read. */
const SHOWN = 100;

/** Who is still to be told, or was told and does not yet answer with the serial. */
export function NotifyQueue({ zone }: { zone?: string }) {
  const { data, failure } = useResource<{ entries: readonly QueuedNotify[] }>('/api/v1/notify-queue?limit=1000', {
    wants: ({ kind }) => kind === 'committed' || kind === 'moment' || kind === 'health',
  });
  const entries = data?.entries.filter((entry) => zone === undefined || entry.zone === zone);
  return (
    <Section title="NOTIFY queue">
      {entries === undefined ? (
        <Waiting failure={failure} />
      ) : entries.length === 0 ? (
        <p class="muted">Empty: everybody who was told answers with the newest serial.</p>
      ) : (
        <>
          <table class="table">
            <thead>
              <tr>
                {zone === undefined ? <th scope="col">Zone</th> : null}
                <th scope="col">Secondary</th>
                <th scope="col" class="number">
                  Serial
                </th>
                <th scope="col" class="number">
                  Tries
                </th>
                <th scope="col">Next</th>
                <th scope="col" class="wide">
                  Likely reason
                </th>
              </tr>
            </thead>
            <tbody>
              {entries.slice(0, SHOWN).map((entry) => (
                <tr key={`${entry.zone} ${entry.secondary} ${entry.address}`}>
                  {zone === undefined ? (
                    <th scope="row">
                      <a href={hrefOf({ page: 'zone', zone: entry.zone })}>{entry.zone}</a>
                    </th>
                  ) : null}
                  <td>{entry.secondary}</td>
                  <td class="number">{entry.serial}</td>
                  <td class="number">{entry.attempts}</td>
                  <td>
                    {entry.nextAt === undefined ? '–' : <Time at={entry.nextAt} relative />}
                    {entry.acknowledgedAt === undefined ? null : <span class="muted small beside">acknowledged</span>}
                  </td>
                  <td class="wide">{entry.likely ?? '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {entries.length > SHOWN ? <p class="muted small">and {entries.length - SHOWN} more</p> : null}
        </>
      )}
    </Section>
  );
}
