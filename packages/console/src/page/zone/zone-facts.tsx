import type { ComponentChildren } from 'preact';
import type { ZoneStatus } from '../contract.ts';
import { count, octets } from '../format.ts';
import { Time } from '../parts/time.tsx';

/** The zone on this node, in a line of facts. */
export function ZoneFacts({ status }: { status: ZoneStatus }) {
  const { role, state, served, records, bytes, refreshAt, expireAt, journal, lastError, warnings } = status;
  return (
    <>
      <dl class="facts">
        <Fact name="Here">
          {role}, <span class={state === 'serving' ? 'tone-good' : state === 'loading' ? '' : 'tone-bad'}>{state}</span>
        </Fact>
        <Fact name="Serial">{served?.serial ?? 'none yet'}</Fact>
        {served && (
          <Fact name="Served since">
            <Time at={served.at} />
          </Fact>
        )}
        {records !== undefined && (
          <Fact name="Records">
            {count(records)}
            {bytes === undefined ? '' : `, ${octets(bytes)}`}
          </Fact>
        )}
        {journal && <Fact name="Journal">{`${count(journal.depth)} changes, ${octets(journal.bytes)}`}</Fact>}
        {refreshAt !== undefined && (
          <Fact name="Next check">
            <Time at={refreshAt} relative />
          </Fact>
        )}
        {expireAt !== undefined && (
          <Fact name="Expires">
            <Time at={expireAt} relative />
          </Fact>
        )}
      </dl>
      {lastError && (
        <p class="notice problem">
          <Time at={lastError.at} /> {lastError.message}
        </p>
      )}
      {warnings?.map((warning) => (
        <p class="notice" key={warning}>
          {warning}
        </p>
      ))}
    </>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
