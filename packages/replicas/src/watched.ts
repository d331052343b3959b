import type { Remote } from '@zonewire/nameserver';
import { nameToText } from '@zonewire/shared-protocol';
import type { Target } from './target.ts';

/** A zone that somebody is notified of. */
export interface WatchedZone {
  serial: number;
  /** Seconds, of its SOA. */
  expire: number;
  /** By the id of the remote, in the order of the configuration. */
  targets: Map<string, Target>;
}

/** By zone, in the order in which they came. */
export type WatchedZones = Map<string, WatchedZone>;

export function hostsOf({ addresses }: Remote): string[] {
  return addresses.map(({ host }) => host);
}

/** Lower case. */
export function keyName({ key }: Remote): string | undefined {
  return key && nameToText(key.name).toLowerCase();
}
