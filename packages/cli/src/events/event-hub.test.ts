import { describe, expect, it } from 'vitest';
import { EVENTS_KEPT, EventHub, GAP, KEPT_UNHEARD } from './event-hub.ts';
import type { NodeEvent } from './node-event.ts';

const event = (at: number): NodeEvent => ({
  kind: 'zone',
  zone: 'example.test.',
  at,
  role: 'secondary',
  what: 'expired',
});

function hub(kept?: number, events = 0) {
  const made = new EventHub({ firstId: 1_000, ...(kept === undefined ? {} : { kept }) });
  if (events > KEPT_UNHEARD) made.listen(() => {})();
  for (let i = 0; i < events; i++) made.publish(event(i));
  return made;
}

const times = (events: ReturnType<EventHub['after']>) => (events === GAP ? GAP : events.map((one) => one.event.at));

describe('EventHub', () => {
  it('numbers events from the first id on, and hands them to everybody who listens', () => {
    const made = hub();
    const heard: string[] = [];
    const stop = made.listen(({ id, json }) => heard.push(`${id} ${json}`));
    made.publish(event(7));
    stop();
    made.publish(event(8));
    expect(heard).toEqual([`1000 ${JSON.stringify(event(7))}`]);
    expect([made.lastId, made.listeners, made.counters.published]).toEqual([1_001, 0, 2]);
  });

  it('gives what came after an id, oldest first; nothing after the newest', () => {
    const made = hub(4, 3);
    expect(times(made.after(999))).toEqual([0, 1, 2]);
    expect(times(made.after(1_001))).toEqual([2]);
    expect(times(made.after(1_002))).toEqual([]);
  });

  it('before somebody has listened for the first time it keeps a thousand, which are told then, and more from then on', () => {
    const made = hub();
    for (let i = 0; i < KEPT_UNHEARD + 10; i++) made.publish(event(i));
    const [missed, first] = [1_008, 1_009];
    const told = () => [times(made.after(missed)), made.after(first).length, times(made.after(made.lastId))];
    expect(told()).toEqual([GAP, KEPT_UNHEARD, []]);
    made.listen(() => {})();
    expect(told()).toEqual([GAP, KEPT_UNHEARD, []]);
    for (let i = 0; i < 500; i++) made.publish(event(i));
    expect(told()).toEqual([GAP, KEPT_UNHEARD + 500, []]);
    expect(times(made.after(first, 2))).toEqual([10, 11]);
  });

  it('keeps so many and no more: who comes back later has a gap', () => {
    const made = hub(4, 10);
    expect(times(made.after(1_004))).toBe(GAP);
    expect(times(made.after(1_005))).toEqual([6, 7, 8, 9]);
  });

  it('an id of another run of the node is a gap, before and after ours', () => {
    const made = hub(4, 2);
    for (const id of [3, 998, 1_002, 9_999_999_999]) expect(times(made.after(id))).toBe(GAP);
    expect(times(hub().after(999))).toEqual([]);
  });

  it('the default is 10,000 events', () => {
    const made = hub(undefined, EVENTS_KEPT + 1);
    expect(EVENTS_KEPT).toBe(10_000);
    expect(made.after(1_000)).toHaveLength(EVENTS_KEPT);
    expect(made.after(999)).toBe(GAP);
  });
});
