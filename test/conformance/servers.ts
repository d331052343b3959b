import { type Corner, type Vendor, zoneText } from '@zonewire/nameserver/conformance-suite';
import { type Peer, startBind, startKnot, startNsd, startPowerDns, ZonewireNode } from '@zonewire/testkit';

const START = { bind: startBind, knot: startKnot, nsd: startNsd, pdns: startPowerDns } as const;
/** So that they load what they would find fault with: odd names, delegations without glue, RRsets that fit no UDP answer. */
const SETTINGS: Partial<Record<Vendor, readonly string[]>> = {
  bind: [
    'check-names primary ignore; check-integrity no; check-wildcard no; max-records-per-type 0; max-types-per-name 0;',
  ],
};
export const VENDORS = Object.keys(START) as Vendor[];

/** Who serves the corners: all of them the same text. */
export interface Servers {
  readonly ours: ZonewireNode;
  readonly peers: ReadonlyMap<Vendor, Peer>;
  remove(): Promise<void>;
}

export async function startServers(corners: readonly Corner[]): Promise<Servers> {
  const zonesFor = (vendor?: Vendor) =>
    corners
      .filter((corner) => vendor === undefined || corner.without?.[vendor] === undefined)
      .flatMap((corner) => Object.entries(corner.zones))
      .map(([name, text]) => ({ name, text: zoneText(name, text) }));
  const peers = new Map<Vendor, Peer>();
  let ours: ZonewireNode | undefined;
  const remove = async () => {
    await Promise.all([ours, ...peers.values()].map((server) => server?.remove()));
  };
  const started = await Promise.allSettled([
    ZonewireNode.start({ identity: 'node-1', zones: zonesFor() }).then((node) => {
      ours = node;
    }),
    ...VENDORS.map(async (vendor) => {
      const zones = zonesFor(vendor);
      if (zones.length > 0) peers.set(vendor, await START[vendor]({ zones, settings: SETTINGS[vendor] ?? [] }));
    }),
  ]);
  const failed = started.find((one) => one.status === 'rejected');
  if (failed === undefined) return { ours: ours!, peers, remove };
  await remove();
  throw failed.reason;
}
