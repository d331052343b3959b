import { systemClock } from '@zonewire/nameserver';
import {
  type Change,
  type Look,
  type Replicas,
  type ReplicaView,
  type Standing,
  type WaitingLimits,
  WaitingRoom,
} from '@zonewire/replicas';
import { nameFromText } from '@zonewire/shared-protocol';
import type { NodeConfig } from '../config/mod.ts';
import type { RunningNode } from './running-node.ts';

/** Whoever waits for a change looks at where the secondaries stand, and is told when one of them answers with something new. */
export function waitingRoom(
  node: Pick<RunningNode, 'replicas' | 'zones' | 'table' | 'config'>,
  limits: Partial<WaitingLimits>,
): WaitingRoom {
  const { replicas, zones, table } = node;
  const look = ({ zone, serial }: Change): Look | undefined => {
    const name = nameFromText(zone);
    if (!name.ok || zones.role(name.value) === undefined) return undefined;
    const here = table.get(name.value)?.version?.serial;
    const committedAt = replicas.book.find(zone, serial)?.committedAt;
    return { here, committedAt, standings: standings(replicas, node.config.places, zone, serial) };
  };
  const room = new WaitingRoom({ clock: systemClock, look, limits });
  replicas.events((event) => {
    if (event.kind === 'health' || (event.kind === 'moment' && event.moment === 'answered')) room.changed(event.zone);
  });
  return room;
}

function standings(replicas: Replicas, places: NodeConfig['places'], zone: string, serial: number): Standing[] {
  const answeredAt = new Map(replicas.servedBy(zone, serial).map((one) => [one.secondary, one.answeredAt]));
  return replicas.view(zone).map((view) => ({
    ...standing(view, answeredAt.get(view.id)),
    place: places.get(view.id)?.label,
  }));
}

function standing({ id, address, serial, health, nodes }: ReplicaView, answeredAt: number | undefined): Standing {
  const { state, reason, next } = health;
  return { secondary: id, address, serial, answeredAt, nodes, state, reason, next };
}
