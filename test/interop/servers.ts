import { freePort, type NodeZone, type Peer, type PeerZone, ZonewireNode } from '@zonewire/testkit';
import { type Cell, VENDORS, type Vendor } from './cells.ts';
import { SHA256, SHA512 } from './keys.ts';

/** Our node and one server a vendor, all of a test file's cells in them. */
export interface Servers {
  readonly node: ZonewireNode;
  readonly peers: Readonly<Record<Vendor, Peer>>;
  remove(): Promise<void>;
}

/** Both sides of a cell's zone, without its name and key. The addresses are those that everybody will have. */
export interface Sides {
  readonly ours: Omit<NodeZone, 'name' | 'key'>;
  readonly theirs: Omit<PeerZone, 'name' | 'key'>;
}

export interface Addresses {
  readonly node: { readonly host: string; readonly port: number };
  readonly peer: { readonly host: string; readonly port: number };
}

/** Cells of one direction, and how their zones are configured. */
export interface Group {
  readonly cells: readonly Cell[];
  sides(cell: Cell, addresses: Addresses): Sides;
}

const HOST = '127.0.0.1';

/** Starts all five. NOTIFYs are taken from 127.0.0.1 only: every other address is a stranger. */
export async function startServers(groups: readonly Group[], ourPort?: number): Promise<Servers> {
  const node = { host: HOST, port: ourPort ?? (await freePort()) };
  const ports = new Map<Vendor, number>();
  for (const vendor of Object.keys(VENDORS) as Vendor[]) ports.set(vendor, await freePort());
  const zones = groups.flatMap(({ cells, sides }) =>
    cells.map((cell) => {
      const { zone: name, key } = cell;
      const { ours, theirs } = sides(cell, { node, peer: { host: HOST, port: ports.get(cell.vendor)! } });
      const keyed = key ? { name, key } : { name };
      return { vendor: cell.vendor, ours: { ...ours, ...keyed }, theirs: { ...theirs, ...keyed } };
    }),
  );
  const keys = [SHA256, SHA512];
  const removals: (() => Promise<void>)[] = [];
  const remove = async () => {
    await Promise.all(removals.map((removal) => removal()));
  };
  const kept = async <T extends { remove(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const started = await starting;
    removals.push(() => started.remove());
    return started;
  };
  const ourZones = zones.map(({ ours }) => ours);
  const startOne = (vendor: Vendor) =>
    kept(
      VENDORS[vendor].start({
        port: ports.get(vendor)!,
        keys,
        zones: zones.filter((zone) => zone.vendor === vendor).map(({ theirs }) => theirs),
      }),
    );
  try {
    // Ours first: BIND asks a primary that it could not reach no more for a good while.
    const ourNode = await kept(ZonewireNode.start({ port: node.port, keys, allow: [HOST], zones: ourZones }));
    const started = await Promise.allSettled((Object.keys(VENDORS) as Vendor[]).map(startOne));
    const [bind, knot, nsd, pdns] = started.map((one) => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    });
    return { node: ourNode, peers: { bind, knot, nsd, pdns }, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
