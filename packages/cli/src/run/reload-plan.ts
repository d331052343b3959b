import { isDeepStrictEqual } from 'node:util';
import { nameKey } from '@zonewire/shared-protocol';
import type { NodeConfig, ZoneConfig } from '../config/mod.ts';

/** What leads from the running configuration to a new one. */
export interface ReloadPlan {
  /** Gone, or of the other role now (then it is in `add` as well). */
  readonly remove: readonly ZoneConfig[];
  readonly add: readonly ZoneConfig[];
  /** Same role, other settings. */
  readonly update: readonly ZoneConfig[];
  readonly same: readonly ZoneConfig[];
  /** Settings of the server that are read at start only. */
  readonly needRestart: readonly string[];
}

export function planReload(from: NodeConfig, to: NodeConfig): ReloadPlan {
  const before = new Map(from.zones.map((zone) => [nameKey(zone.domain), zone]));
  const after = new Set(to.zones.map((zone) => nameKey(zone.domain)));
  const remove = from.zones.filter((zone) => !after.has(nameKey(zone.domain)));
  const add: ZoneConfig[] = [];
  const update: ZoneConfig[] = [];
  const same: ZoneConfig[] = [];
  for (const zone of to.zones) {
    const old = before.get(nameKey(zone.domain));
    if (!old) add.push(zone);
    else if (isPrimary(old) !== isPrimary(zone)) {
      remove.push(old);
      add.push(zone);
    } else if (isDeepStrictEqual(old, zone)) same.push(zone);
    else update.push(zone);
  }
  return { remove, add, update, same, needRestart: needRestart(from, to) };
}

export function isPrimary(zone: ZoneConfig): boolean {
  return zone.file !== undefined;
}

function needRestart(from: NodeConfig, to: NodeConfig): string[] {
  const changed: string[] = [];
  const compare = (name: string, a: unknown, b: unknown) => {
    if (!isDeepStrictEqual(a, b)) changed.push(name);
  };
  compare('server.identity', from.server.identity, to.server.identity);
  compare('server.version', from.server.version, to.server.version);
  compare('server.listen', from.server.listen, to.server.listen);
  compare('server.data-dir', from.server.dataDir, to.server.dataDir);
  compare('server.udp', from.server.udp, to.server.udp);
  compare('server.workers', from.server.workers, to.server.workers);
  compare('redis', from.redis, to.redis);
  compare('limits', from.limits, to.limits);
  compare('replicas', from.replicas, to.replicas);
  compare('control.listen', from.control?.listen, to.control?.listen);
  compare('control.waits', from.control?.waits, to.control?.waits);
  return changed;
}
