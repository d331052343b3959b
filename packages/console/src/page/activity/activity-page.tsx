import { EventList } from './event-list.tsx';
import { NotifyQueue } from './notify-queue.tsx';
import { Transfers } from './transfers.tsx';

/** What the node does now, over all zones. */
export function ActivityPage() {
  return (
    <>
      <h1>Activity</h1>
      <Transfers />
      <NotifyQueue />
      <EventList />
    </>
  );
}
