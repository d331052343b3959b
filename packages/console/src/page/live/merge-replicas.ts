import type { NodeEvent, Replica, ZoneReplicas } from '../contract.ts';
import { serialAfter } from '../serial.ts';

/** A zone's row after an event; the same object when it is not touched. */
export function mergeReplicas(row: ZoneReplicas, event: NodeEvent): ZoneReplicas {
  if (event.zone !== row.zone) return row;
  if (event.kind === 'committed') {
    if (row.serial !== undefined && !serialAfter(event.serial, row.serial)) return row;
    const more = event.serials?.length || 1;
    const replicas = row.replicas.map((replica) => ({
      ...replica,
      serialsBehind: (replica.serialsBehind ?? 0) + more,
    }));
    return { ...row, serial: event.serial, committedAt: event.at, replicas };
  }
  if (event.kind !== 'moment' && event.kind !== 'health' && event.kind !== 'probe-failed') return row;
  const at = row.replicas.findIndex(({ id }) => id === event.secondary);
  if (at === -1) return row;
  const replica = changed(row.replicas[at], event, row.serial);
  return replica === row.replicas[at] ? row : { ...row, replicas: row.replicas.with(at, replica) };
}

function changed(
  replica: Replica,
  event: Extract<NodeEvent, { kind: 'moment' | 'health' | 'probe-failed' }>,
  newest: number | undefined,
): Replica {
  switch (event.kind) {
    case 'health':
      return {
        ...replica,
        health: event.to,
        ...(event.serial === undefined ? {} : { serial: event.serial }),
        ...(event.to.state === 'in-sync' ? { serialsBehind: 0 } : {}),
      };
    case 'probe-failed':
      return { ...replica, lastError: event.reason };
    case 'moment': {
      if (event.moment === 'acknowledged') return { ...replica, acknowledgedAt: event.at };
      if (event.moment !== 'answered') return replica;
      if (replica.serial !== undefined && serialAfter(replica.serial, event.serial)) return replica;
      const lag = event.lagMs === undefined ? {} : { lagMs: event.lagMs };
      const current = event.serial === newest ? { servedAt: event.at, serialsBehind: 0, ...lag } : {};
      return { ...replica, serial: event.serial, ...current };
    }
  }
}
