import { systemClock } from '@zonewire/nameserver';
import { OwnZones } from '@zonewire/replicas';
import { name, nameToText } from '@zonewire/shared-protocol';
import type { NodeConfig } from '../config/mod.ts';
import { isPrimary } from './reload-plan.ts';
import type { RunningNode } from './running-node.ts';

type Parts = Pick<RunningNode, 'secondary' | 'table' | 'config' | 'log'>;

/** How the zones are that this node is secondary for. `later`: after the change that it is told of. */
export function openOwnZones({ secondary, table, config, log }: Parts, later: (call: () => void) => void): OwnZones {
  const own = new OwnZones({
    clock: systemClock,
    log,
    later,
    identity: config.server.identity,
    status: (zone) => secondary.standing(zone) ?? secondary.status(name(zone)),
    expire: (zone) => table.get(name(zone))?.version?.expire,
  });
  secondary.events(({ zone }) => own.look(zone));
  return own;
}

/** At the start, once the zones are loaded, and after each reload. `isJudged`: false before they are loaded. */
export function watchOwnZones(own: OwnZones, { zones }: NodeConfig, { isJudged = true } = {}): void {
  const secondaries = zones.filter((zone) => !isPrimary(zone));
  own.configure(
    secondaries.map(({ domain }) => nameToText(domain).toLowerCase()),
    { isJudged },
  );
}
