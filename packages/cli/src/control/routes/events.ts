import { nameToText } from '@zonewire/shared-protocol';
import { z } from 'zod';
import { NODE_EVENT_KINDS, type NodeEventKind } from '../../events/node-event.ts';
import { ApiError } from '../problem.ts';
import { LiveAnswer, type Route } from '../route.ts';
import { at, runningTransfer } from '../schemas.ts';
import { zoneFromSegment } from '../zone-name.ts';

const filter = z.object({
  zone: z.string().optional().meta({ description: 'Events of this zone only.' }),
  kind: z
    .string()
    .optional()
    .meta({ description: `Events of these kinds only, with commas between: ${NODE_EVENT_KINDS.join(', ')}.` }),
});

export const eventRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/events',
    id: 'events',
    summary:
      'What happens, as it happens (server-sent events). Last-Event-ID goes on where a connection was lost; an event "gap" says that this is not possible any more',
    query: filter,
    answer: { mediaType: 'text/event-stream', description: 'event: kind, id: number, data: the event as JSON' },
    handle({ query, headers }, ports) {
      const { zone, kind } = query as z.output<typeof filter>;
      const wanted = {
        ...(zone === undefined ? {} : { zone: nameToText(zoneFromSegment(zone)).toLowerCase() }),
        ...(kind === undefined ? {} : { kinds: kindsOf(kind) }),
        after: lastEventId(headers['last-event-id']),
      };
      const open = ports.events.open(wanted);
      if (open === undefined)
        throw new ApiError(
          503,
          'too-many-listeners',
          'too many are listening to the events of this node already; try again later',
        );
      return new LiveAnswer(open);
    },
  },
  {
    method: 'GET',
    path: '/api/v1/time',
    id: 'getTime',
    summary: 'The clock of this node; ask several times and believe the quickest answer',
    answer: z.object({ now: at }),
    handle: (_, ports) => ({ now: ports.now() }),
  },
  {
    method: 'GET',
    path: '/api/v1/transfers',
    id: 'listTransfers',
    summary: 'Transfers under way now, in and out, with how far they have come',
    answer: z.object({ transfers: z.array(runningTransfer) }),
    handle: (_, ports) => ({ transfers: ports.transfers() }),
  },
];

/** @throws ApiError 400 */
function kindsOf(text: string): ReadonlySet<NodeEventKind> {
  const kinds = text.split(',');
  for (const kind of kinds)
    if (!(NODE_EVENT_KINDS as readonly string[]).includes(kind))
      throw new ApiError(
        400,
        'request-invalid',
        `kind: there are no events "${kind}"; there are: ${NODE_EVENT_KINDS.join(', ')}`,
      );
  return new Set(kinds as NodeEventKind[]);
}

/** Undefined: the client has no past, or one that is not ours. */
function lastEventId(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}
