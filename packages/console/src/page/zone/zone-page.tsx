import { EventList } from '../activity/event-list.tsx';
import { NotifyQueue } from '../activity/notify-queue.tsx';
import { Transfers } from '../activity/transfers.tsx';
import { zonePath } from '../api/client.ts';
import type { ZoneStatus } from '../contract.ts';
import { Waiting } from '../parts/notice.tsx';
import { hrefOf } from '../route.ts';
import { useResource } from '../use/use-resource.ts';
import { LagHistory } from './lag-history.tsx';
import { ReplicasTable } from './replicas-table.tsx';
import { TimelineSection } from './timeline-section.tsx';
import { ZoneFacts } from './zone-facts.tsx';

/** Everything about one zone. */
export function ZonePage({ zone }: { zone: string }) {
  const { data, failure } = useResource<ZoneStatus>(zonePath(zone), { wants: (event) => event.zone === zone });
  return (
    <>
      <nav class="crumbs" aria-label="Place">
        <a href={hrefOf({ page: 'zones' })}>Zones</a>
      </nav>
      <h1>{zone}</h1>
      {data === undefined || failure !== undefined ? <Waiting failure={failure} /> : null}
      {data === undefined ? null : (
        <>
          <ZoneFacts status={data} />
          <ReplicasTable zone={data.zone} />
          <TimelineSection zone={data.zone} />
          <LagHistory zone={data.zone} />
          <div class="columns">
            <NotifyQueue zone={data.zone} />
            <Transfers zone={data.zone} />
          </div>
          <EventList zone={data.zone} />
        </>
      )}
    </>
  );
}
