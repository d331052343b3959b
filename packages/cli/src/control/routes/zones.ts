import type { ZoneStatus } from '@zonewire/nameserver';
import { type Name, nameToText, printZone } from '@zonewire/shared-protocol';
import { z } from 'zod';
import { piecesInTurns } from '../in-turns.ts';
import { listAnswer } from '../list-answer.ts';
import type { ControlPorts } from '../ports.ts';
import { ApiError } from '../problem.ts';
import { RawAnswer, type Route } from '../route.ts';
import { replicaView, zoneStatus } from '../schemas.ts';
import { zoneFromSegment } from '../zone-name.ts';

/** @throws ApiError 404 */
export function knownZone(segment: string, ports: ControlPorts): { name: Name; status: ZoneStatus } {
  const name = zoneFromSegment(segment);
  const status = ports.status(name);
  if (!status) {
    const zone = nameToText(name);
    throw new ApiError(404, 'zone-unknown', `this node has no zone ${zone}; see: zonewire zone list`, { zone });
  }
  return { name, status };
}

const filter = z.object({
  role: z.enum(['primary', 'secondary']).optional(),
  state: z.enum(['serving', 'loading', 'expired', 'frozen', 'failed']).optional(),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1_000).optional().meta({ description: 'Absent: all.' }),
});

export const zoneRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/zones',
    id: 'listZones',
    summary: 'The zones of this node with their status, in the order of the configuration',
    query: filter,
    answer: z.object({ total: z.int(), zones: z.array(zoneStatus) }),
    handle({ query }, ports) {
      const { total, zones } = ports.list(query as z.output<typeof filter>);
      return listAnswer({ total }, 'zones', zones);
    },
  },
  {
    method: 'GET',
    path: '/api/v1/zones/{zone}',
    id: 'getZone',
    summary: 'Status of one zone',
    answer: zoneStatus,
    handle: ({ params }, ports) => knownZone(params.zone, ports).status,
  },
  {
    method: 'GET',
    path: '/api/v1/zones/{zone}/replicas',
    id: 'getReplicas',
    summary: 'Where each notified secondary stands: the serial it answers with, and how far behind it is',
    answer: z.object({
      zone: z.string(),
      serial: z.int().optional().meta({ description: 'The serial served here.' }),
      replicas: z.array(replicaView),
    }),
    handle({ params }, ports) {
      const { name, status } = knownZone(params.zone, ports);
      return { zone: status.zone, serial: status.served?.serial, replicas: ports.replicas(name) };
    },
  },
  {
    method: 'GET',
    path: '/api/v1/zones/{zone}/export',
    id: 'exportZone',
    summary: 'The zone as it is served now, as zone-file text',
    answer: { mediaType: 'text/dns', description: 'Zone-file text (RFC 1035 5, RFC 4027)' },
    handle({ params }, ports) {
      const { name, status } = knownZone(params.zone, ports);
      const version = ports.version(name);
      if (!version) {
        const why = status.lastError ? `: ${status.lastError.message}` : '';
        throw new ApiError(409, 'zone-not-loaded', `${status.zone} is not loaded${why}`, { zone: status.zone });
      }
      return new RawAnswer(200, 'text/dns', piecesInTurns(printZone(version.records(), { origin: name })));
    },
  },
];
