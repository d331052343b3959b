import type { MomentEvent, MomentName, NodeEvent, Timeline, TimelineSecondary, TimelineSerial } from '../contract.ts';

/** So many serials are shown. */
export const TIMELINE_SERIALS = 20;

/** Where each moment's time stands. */
export const MOMENT_KEYS = {
  notified: 'notifiedAt',
  acknowledged: 'acknowledgedAt',
  transferred: 'transferredAt',
  verified: 'verifiedAt',
  answered: 'answeredAt',
} as const satisfies Record<MomentName, keyof TimelineSecondary>;

/** The timeline after an event; the same object when it is not touched. The first time that something happened stays, unless it becomes known better. */
export function mergeTimeline(timeline: Timeline, event: NodeEvent): Timeline {
  if (event.zone !== timeline.zone) return timeline;
  if (event.kind === 'committed') {
    if (timeline.serials.some(({ serial }) => serial === event.serial)) return timeline;
    const known = timeline.serials[0]?.secondaries ?? [];
    const waiting = [...new Set(known.map(({ id }) => id))].map((id) => ({ id }));
    const entry = { serial: event.serial, committedAt: event.at, secondaries: waiting };
    return { ...timeline, serials: [entry, ...timeline.serials].slice(0, TIMELINE_SERIALS) };
  }
  if (event.kind !== 'moment') return timeline;
  const at = timeline.serials.findIndex(({ serial }) => serial === event.serial);
  if (at === -1) return timeline;
  const entry = withMoment(timeline.serials[at], event);
  return entry === timeline.serials[at] ? timeline : { ...timeline, serials: timeline.serials.with(at, entry) };
}

function withMoment(entry: TimelineSerial, event: MomentEvent): TimelineSerial {
  const { secondaries } = entry;
  const exact = secondaries.findIndex(({ id, node }) => id === event.secondary && node === event.node);
  // A line without a node waits for the first one that says its name.
  const at =
    exact === -1 ? secondaries.findIndex(({ id, node }) => id === event.secondary && node === undefined) : exact;
  const before: TimelineSecondary = at === -1 ? { id: event.secondary } : secondaries[at];
  const key = MOMENT_KEYS[event.moment];
  const known = key && before[key];
  if (key === undefined || (known !== undefined && !(event.corrected && event.at < known))) return entry;
  const after = {
    ...before,
    ...(event.node === undefined ? {} : { node: event.node }),
    [key]: event.at,
    ...(event.moment === 'answered' && event.lagMs !== undefined ? { lagMs: event.lagMs } : {}),
  };
  return { ...entry, secondaries: at === -1 ? [...secondaries, after] : secondaries.with(at, after) };
}
