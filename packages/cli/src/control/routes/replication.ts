import { z } from 'zod';
import { inTurns } from '../in-turns.ts';
import { listAnswer } from '../list-answer.ts';
import type { Route } from '../route.ts';
import { healthState, lagBucket, queueEntry, replicaView, serialTimes } from '../schemas.ts';
import { knownZone } from './zones.ts';

const page = {
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
};
const filter = z.object({
  health: healthState.optional().meta({ description: 'Only zones with a secondary in this state.' }),
  secondary: z.string().optional().meta({ description: 'Only zones that this remote is notified of.' }),
  search: z.string().max(255).optional().meta({ description: 'Only zones whose name holds this.' }),
  ...page,
});
const timelineQuery = z.object({ limit: z.coerce.number().int().min(1).max(1_000).default(50) });
const historyQuery = z.object({
  zone: z.string().max(1_100).optional().meta({ description: 'Only this zone; minutes instead of hours.' }),
  secondary: z.string().max(255).optional(),
  hours: z.coerce
    .number()
    .min(1)
    .max(24 * 366)
    .default(24),
});
const queueQuery = z.object(page);

const at = z.int().meta({ description: 'Milliseconds since the epoch.' });

/** The truth about replication: who is where, who got what when, whom NOTIFY still has to reach. */
export const replicationRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/replicas',
    id: 'listReplicas',
    summary: 'Zones with their secondaries: serial, lag, health with reason and next step',
    query: filter,
    answer: z.object({
      total: z.int(),
      zones: z.array(
        z.object({ zone: z.string(), serial: z.int(), committedAt: at.optional(), replicas: z.array(replicaView) }),
      ),
    }),
    handle({ query }, ports) {
      const { total, zones } = ports.replication.list(query as z.output<typeof filter>);
      return listAnswer({ total }, 'zones', zones);
    },
  },
  {
    method: 'GET',
    path: '/api/v1/zones/{zone}/timeline',
    id: 'getTimeline',
    summary: 'When each of the newest serials came to each secondary, newest first',
    query: timelineQuery,
    answer: z.object({ zone: z.string(), serials: z.array(serialTimes) }),
    async handle({ params, query }, ports) {
      const zone = knownZone(params.zone, ports).status.zone.toLowerCase();
      const { limit } = query as z.output<typeof timelineQuery>;
      return { zone, serials: await ports.replication.timeline(zone, limit) };
    },
  },
  {
    method: 'GET',
    path: '/api/v1/lag/history',
    id: 'getLagHistory',
    summary: 'Lag of each secondary over time: how many serials, p50, p99 and longest, in ms',
    query: historyQuery,
    answer: z.object({ buckets: z.array(lagBucket) }),
    handle: async ({ query }, ports) => ({
      buckets: await ports.replication.lagHistory(query as z.output<typeof historyQuery>),
    }),
  },
  {
    method: 'GET',
    path: '/api/v1/notify-queue',
    id: 'listNotifyQueue',
    summary:
      'Secondaries that are still to be told, or to be seen to answer with what they were told of; longest waiting first',
    query: queueQuery,
    answer: z.object({ total: z.int(), entries: z.array(queueEntry) }),
    handle({ query }, ports) {
      return inTurns(ports.replication.queue(query as z.output<typeof queueQuery>));
    },
  },
];
