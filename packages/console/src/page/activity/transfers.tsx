import type { Transfer } from '../contract.ts';
import { count, octets } from '../format.ts';
import { Waiting } from '../parts/notice.tsx';
import { Section } from '../parts/section.tsx';
import { Time } from '../parts/time.tsx';
import { hrefOf } from '../route.ts';
import { useResource } from '../use/use-resource.ts';

/** Transfers under way, with how far they are. */
export function Transfers({ zone }: { zone?: string }) {
  const { data, failure } = useResource<{ transfers: readonly Transfer[] }>('/api/v1/transfers', {
    wants: ({ kind }) => kind === 'transfer',
  });
  const transfers = data?.transfers.filter((transfer) => zone === undefined || transfer.zone === zone);
  return (
    <Section title="Transfers under way">
      {transfers === undefined ? (
        <Waiting failure={failure} />
      ) : transfers.length === 0 ? (
        <p class="muted">None now.</p>
      ) : (
        <table class="table">
          <thead>
            <tr>
              {zone === undefined ? <th scope="col">Zone</th> : null}
              <th scope="col">With</th>
              <th scope="col">Progress</th>
              <th scope="col" class="number">
                Size
              </th>
              <th scope="col" class="wide">
                Began
              </th>
            </tr>
          </thead>
          <tbody>
            {transfers.map((transfer) => (
              <tr key={`${transfer.zone} ${transfer.direction} ${transfer.peer} ${transfer.startedAt}`}>
                {zone === undefined ? (
                  <th scope="row">
                    <a href={hrefOf({ page: 'zone', zone: transfer.zone })}>{transfer.zone}</a>
                  </th>
                ) : null}
                <td>
                  {transfer.direction === 'in' ? 'from' : 'to'} {transfer.peer}
                  <span class="muted small beside">{transfer.type.toUpperCase()}</span>
                </td>
                <td>
                  <Progress transfer={transfer} />
                </td>
                <td class="number">{octets(transfer.octets)}</td>
                <td class="wide">
                  <Time at={transfer.startedAt} relative />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
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
