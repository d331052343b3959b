import { type Address, freePort, startBind, startKnot, startNsd, ZonewireNode } from '@zonewire/testkit';
import { pin, SERVER_CORE } from './measure.ts';

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

/** Zonewire at its defaults; the peers with every delay off that they have (packages/testkit/src/peers). */
export const PAIRS: Readonly<Record<string, (zone: PairZone) => Promise<Pair>>> = {
  zonewire: zonewirePair,
  bind: (zone) => peerPair('BIND tuned', startBind, startBind, zone),
  knot: (zone) => peerPair('Knot tuned', startKnot, startKnot, zone),
  'knot-bind': (zone) => peerPair('Knot to BIND tuned', startKnot, startBind, zone),
  'bind-nsd': (zone) => peerPair('BIND to NSD tuned', startBind, startNsd, zone),
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

type Start = typeof startBind;

async function peerPair(name: string, startPrimary: Start, startSecondary: Start, zone: PairZone): Promise<Pair> {
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
