import { type Peer, type PeerOptions, startBind, startKnot, startNsd, startPowerDnsSqlite } from '@zonewire/testkit';

/** A real server that zones are compared with. */
export interface BenchPeer {
  readonly title: string;
  start(options: PeerOptions): Promise<Peer>;
}

const VENDORS = {
  bind: { title: 'BIND', start: startBind },
  knot: { title: 'Knot', start: startKnot },
  nsd: { title: 'NSD', start: startNsd },
  pdns: { title: 'PowerDNS', start: startPowerDnsSqlite },
};

/** `bind`: every delay off that it has, nothing cached (packages/testkit/src/peers); `bind-default`: as its vendor ships it. The others alike. */
export const PEERS: Readonly<Record<string, BenchPeer>> = Object.fromEntries(
  Object.entries(VENDORS).flatMap(([name, { title, start }]): [string, BenchPeer][] => [
    [name, { title: `${title} tuned`, start }],
    [`${name}-default`, { title: `${title} default`, start: (options) => start({ ...options, delays: 'default' }) }],
  ]),
);
