import type { ConfiguredParent, DelegationSources } from '@zonewire/delegation';
import type { RemoteAddress } from '@zonewire/nameserver';
import type { HostPort, ZoneConfig } from '../config/mod.ts';

/** What is the same for every zone of a node or a command. */
export interface DelegationSetup {
  readonly resolvers: readonly RemoteAddress[];
  readonly parents: readonly ConfiguredParent[];
  readonly port: number;
  /** ms */
  readonly settle: number;
}

/** A change is everywhere within this time, or is looked at; ms. */
export const SETTLE_MS = 10_000;

const ANYWHERE: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** Where to ask for one zone. A zone with a file has its primary here: the node itself, at the first address it listens at. */
export function delegationSources(
  { resolvers, parents, port, settle }: DelegationSetup,
  zone: ZoneConfig | undefined,
  listen: readonly HostPort[] = [],
): DelegationSources {
  const own = listen.map(({ host, port: at }) => ({ host: ANYWHERE[host] ?? host, port: at }));
  const here = own.length === 0 ? [] : [{ id: 'primary', addresses: own.slice(0, 1) }];
  const primaries = zone === undefined ? [] : zone.file === undefined ? zone.primaries : here;
  const secondaries = zone?.notify.map(({ id, addresses }) => ({ id, addresses: addresses.map(({ host }) => host) }));
  return {
    resolvers,
    parents,
    port,
    settle,
    primaries,
    ...(secondaries === undefined ? {} : { secondaries }),
    own: own.map(({ host }) => host),
  };
}
