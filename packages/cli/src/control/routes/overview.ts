import { z } from 'zod';
import { secondariesOf, sumOf } from '../overview.ts';
import type { Route } from '../route.ts';
import { healthState } from '../schemas.ts';

const health = z.record(healthState, z.int()).meta({ id: 'HealthCounts' });
const place = z.object({ label: z.string(), latitude: z.number(), longitude: z.number() }).meta({ id: 'Place' });
const ms = z.number().meta({ description: 'Milliseconds.' });

export const overviewRoute: Route = {
  method: 'GET',
  path: '/api/v1/overview',
  id: 'getOverview',
  summary: 'Every secondary with its health and lag over all zones, and where it stands on the map',
  answer: z.object({
    node: z.object({ identity: z.string(), version: z.string(), place: place.optional() }),
    counts: z.object({
      zones: z.int(),
      secondaries: z.int(),
      health: health.meta({ description: 'Zone and secondary, counted by health.' }),
    }),
    secondaries: z.array(
      z.object({
        id: z.string(),
        address: z.string(),
        place: place.optional(),
        zones: z.int(),
        health,
        worst: healthState,
        lag: z.object({ p50: ms, p99: ms, latest: ms }).optional().meta({
          description: 'Commit to seen served: the newest change of each zone, within 3 %; latest: the newest of all.',
        }),
        skewMs: ms.optional(),
        nodes: z.array(z.string()).optional(),
      }),
    ),
  }),
  handle(_, ports) {
    const { identity, version } = ports.info();
    const places = ports.places();
    const secondaries = secondariesOf(ports.replication.totals(), places.remotes);
    return {
      node: { identity, version, ...(places.node === undefined ? {} : { place: places.node }) },
      counts: {
        zones: ports.zoneCount(),
        secondaries: secondaries.length,
        health: sumOf(secondaries),
      },
      secondaries,
    };
  },
};
