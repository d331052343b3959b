import { z } from 'zod';
import { eachInTurns } from '../in-turns.ts';
import type { Route } from '../route.ts';
import { nodeInfo, reloadReport } from '../schemas.ts';

const counts = z.record(z.string(), z.int());

export const nodeRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/node',
    id: 'getNode',
    summary: 'This node: version, addresses, configuration, number of zones by state',
    answer: nodeInfo
      .extend({
        zones: counts,
        health: counts.meta({ description: 'Zones that this node is secondary for, by health.' }),
        replicas: counts.meta({ description: 'Zone × secondary, by health.' }),
      })
      .meta({ id: 'Node' }),
    async handle(_, ports) {
      const zones: Record<string, number> = {};
      await eachInTurns(ports.glances(), ({ state }) => {
        zones[state] = (zones[state] ?? 0) + 1;
      });
      const replicas: Record<string, number> = {};
      for (const { health } of ports.replication.totals())
        for (const [state, number] of Object.entries(health))
          if (number > 0) replicas[state] = (replicas[state] ?? 0) + number;
      const health = Object.fromEntries(Object.entries(ports.ownHealth()).filter(([, number]) => number > 0));
      return { ...ports.info(), zones, health, replicas };
    },
  },
  {
    method: 'POST',
    path: '/api/v1/node/reload',
    id: 'reloadNode',
    summary:
      'Read the configuration and changed zone files again, as SIGHUP does. A broken configuration changes nothing',
    body: z.strictObject({}),
    bodyOptional: true,
    answer: reloadReport,
    handle: (_, ports) => ports.reloadAll(),
  },
];
