import { type Address, freePort, ZonewireNode } from '@zonewire/testkit';
import { pin, SERVER_CORE } from './measure.ts';
import { PEERS } from './peers.ts';

/** A primary and a secondary of it, running and in sync, both on the servers' core. */
export interface Pair {
  readonly name: string;
  readonly primary: Address;
  readonly secondary: Address;
  readonly pids: { readonly primary: number; readonly secondary: number };
  readonly servers: { readonly primary: Restartable; readonly secondary: Restartable };
  /** What both have printed last, for a measurement that fails. */
  output(): string;
  remove(): Promise<void>;
}

/** A server that can be ended and started again on its own folder and port. */
interface Restartable {
  stop(): Promise<unknown>;
  run(): Promise<void>;
  readonly process: { readonly child: { readonly pid?: number | undefined } };
}

export interface PairZone {
  readonly name: string;
  readonly text: string;
  /** The secondary has to keep the zone over its end; ours always does. */
  readonly durable?: boolean;
}

/** Where Zonewire's processes leave CPU profiles (`--profile DIR`); undefined: they make none. */
let profiles: string | undefined;

export function profileTo(folder: string): void {
  profiles = folder;
}

/** Arguments of node for our processes. */
export function nodeArguments(): string[] {
  return profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
}

/** A million records from a file take the slowest of them this long, ms. */
const startTimeout = 120_000;

/**
 * Zonewire at its defaults; BIND with itself, Knot too. NSD and PowerDNS are secondaries of BIND: the one takes no updates, the other
 * answers every IXFR with the whole zone. (PowerDNS that asks for IXFR does not answer for names that came by it.)
 */
export const PAIRS: Readonly<Record<string, (zone: PairZone) => Promise<Pair>>> = {
  zonewire: zonewirePair,
  bind: (zone) => peerPair('bind', 'bind', zone),
  'bind-default': (zone) => peerPair('bind-default', 'bind-default', zone),
  knot: (zone) => peerPair('knot', 'knot', zone),
  'knot-default': (zone) => peerPair('knot-default', 'knot-default', zone),
  'knot-bind': (zone) => peerPair('knot', 'bind', zone),
  nsd: (zone) => peerPair('bind', 'nsd', zone),
  'nsd-default': (zone) => peerPair('bind', 'nsd-default', zone),
  pdns: (zone) => peerPair('bind', 'pdns', zone),
  'pdns-default': (zone) => peerPair('bind', 'pdns-default', zone),
};

async function zonewirePair({ name, text }: PairZone): Promise<Pair> {
  const port = await freePort();
  const server = { workers: 1, 'warm-up': true };
  const notify = [{ host: '127.0.0.1', port }];
  const execArgv = nodeArguments();
  const primary = await ZonewireNode.start({ execArgv, server, startTimeout, zones: [{ name, text, notify }] });
  const secondary = await ZonewireNode.start({
    execArgv,
    port,
    server,
    startTimeout,
    zones: [{ name, primaries: [primary] }],
  });
  const pids = { primary: primary.process.child.pid!, secondary: secondary.process.child.pid! };
  for (const pid of Object.values(pids)) pin(pid, SERVER_CORE);
  for (const { process } of [primary, secondary])
    await process.until('"warmed up"', () => process.output.includes('warmed up'), 60_000);
  const remove = async () => {
    // A profile is written by a process that ends in peace.
    if (profiles !== undefined) await Promise.all([primary.stop(), secondary.stop()]);
    await secondary.remove();
    await primary.remove();
  };
  const output = () => [primary, secondary].map(({ process }) => process.output.slice(-3000)).join('\n---\n');
  return { name: 'Zonewire', primary, secondary, servers: { primary, secondary }, pids, output, remove };
}

async function peerPair(from: string, to: string, zone: PairZone): Promise<Pair> {
  const { title, start: startPrimary } = PEERS[from];
  const { title: secondTitle, start: startSecondary } = PEERS[to];
  const name = from === to ? title : `${title} to ${secondTitle}`;
  const port = await freePort();
  const { name: domain, text } = zone;
  const primary = await startPrimary({
    startTimeout,
    zones: [{ name: domain, text, notify: [{ host: '127.0.0.1', port }] }],
  });
  const secondary = await startSecondary({
    startTimeout,
    port,
    durable: zone.durable,
    zones: [{ name: zone.name, primaries: [primary] }],
  });
  const pids = { primary: primary.process.child.pid!, secondary: secondary.process.child.pid! };
  for (const pid of Object.values(pids)) pin(pid, SERVER_CORE);
  const remove = async () => {
    await secondary.remove();
    await primary.remove();
  };
  const output = () => [primary, secondary].map((peer) => peer.log().slice(-3000)).join('\n---\n');
  return { name, primary, secondary, servers: { primary, secondary }, pids, output, remove };
}
