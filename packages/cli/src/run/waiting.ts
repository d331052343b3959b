import type { ReplicaLag } from '@zonewire/nameserver';
import { systemClock } from '@zonewire/nameserver';
import { type Change, type Look, type Standing, type WaitingLimits, WaitingRoom } from '@zonewire/replicas';
import { nameFromText, nameToText } from '@zonewire/shared-protocol';
import type { RunningNode } from './running-node.ts';

/** Whoever waits for a change looks at where the secondaries stand, and is told when one answers with something new. */
export function waitingRoom(node: Pick<RunningNode, 'zones' | 'primary'>, limits: Partial<WaitingLimits>): WaitingRoom {
  const look = ({ zone, serial }: Change): Look | undefined => {
    const name = nameFromText(zone);
    const status = name.ok ? node.zones.status(name.value) : undefined;
    if (status === undefined) return undefined;
    const here = status.served?.serial;
    return { here, standings: (status.notify ?? []).map((replica) => standing(replica, serial)) };
  };
  const room = new WaitingRoom({ clock: systemClock, look, limits });
  node.primary.events((event) => {
    if (event.kind === 'replica-served') room.changed(nameToText(event.zone).toLowerCase());
  });
  return room;
}

function standing(replica: ReplicaLag, serial: number): Standing {
  const { id, address, state, lastError } = replica;
  const answeredAt = replica.serial === serial ? replica.servedAt : undefined;
  return { secondary: id, address, serial: replica.serial, answeredAt, state, reason: lastError };
}
