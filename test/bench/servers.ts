import { type Address, startPowerDns, ZonewireNode } from '@zonewire/testkit';
import { pin, SERVER_CORE } from './measure.ts';
import { nodeArguments, type PairZone } from './pairs.ts';
import { type BenchPeer, PEERS } from './peers.ts';

/** One server that answers for zones from files, on the servers' core. */
export interface Server extends Address {
  readonly pid: number;
  remove(): Promise<void>;
}

interface Subject {
  readonly title: string;
  start(zones: readonly PairZone[]): Promise<Server>;
}

/** A million records from a file take the slowest of them this long, ms. */
const startTimeout = 120_000;

/** Each with one worker: what is compared is a core. */
export const SERVERS: Readonly<Record<string, Subject>> = {
  zonewire: zonewire('Zonewire', 'batched'),
  'zonewire-dgram': zonewire('Zonewire, udp: dgram', 'dgram'),
  ...Object.fromEntries(Object.entries(PEERS).map(([name, one]) => [name, peer(one)])),
  // Over zone files: the quicker one of its backends.
  pdns: peer({ title: 'PowerDNS, nothing cached', start: startPowerDns }),
  'pdns-default': peer({
    title: 'PowerDNS default',
    start: (options) => startPowerDns({ ...options, delays: 'default' }),
  }),
};

function zonewire(title: string, udp: 'batched' | 'dgram'): Subject {
  return {
    title,
    async start(zones) {
      const node = await ZonewireNode.start({
        execArgv: nodeArguments(),
        startTimeout,
        server: { workers: 1, udp, 'warm-up': true },
        zones,
      });
      const { host, port, process } = node;
      const remove = async () => {
        // A profile is written by a process that ends in peace.
        if (nodeArguments().length > 0) await node.stop();
        await node.remove();
      };
      const server = pinned({ host, port, pid: process.child.pid!, remove });
      // Its work would be counted with the load's.
      await process.until('"warmed up"', () => process.output.includes('warmed up'), startTimeout);
      return server;
    },
  };
}

function peer({ title, start }: BenchPeer): Subject {
  return {
    title,
    async start(zones) {
      const server = await start({ zones, startTimeout });
      const { host, port } = server;
      return pinned({ host, port, pid: server.process.child.pid!, remove: () => server.remove() });
    },
  };
}

function pinned(server: Server): Server {
  pin(server.pid, SERVER_CORE);
  return server;
}
