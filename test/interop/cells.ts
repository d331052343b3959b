import { type Peer, type PeerKey, startBind, startKnot, startNsd, startPowerDnsSqlite } from '@zonewire/testkit';
import { SHA256, SHA512 } from './keys.ts';

export const VENDORS = {
  bind: { title: 'BIND', start: startBind },
  knot: { title: 'Knot', start: startKnot },
  nsd: { title: 'NSD', start: startNsd },
  pdns: { title: 'PowerDNS', start: startPowerDnsSqlite },
} as const;

export type Vendor = Peer['vendor'];

const KEYS = { plain: undefined, sha256: SHA256, sha512: SHA512 } as const;

/** One vendor with one key: a zone of its own, so that all cells of a file share their servers and run side by side. */
export interface Cell {
  readonly vendor: Vendor;
  readonly key: PeerKey | undefined;
  /** `sha256.bind.axfr.test.` */
  readonly zone: string;
  /** `BIND, sha256` */
  readonly title: string;
}

/** Every vendor with every key; `group` tells the zones of several sets of cells apart. */
export function cellsOf(group: string): Cell[] {
  return (Object.keys(VENDORS) as Vendor[]).flatMap((vendor) =>
    Object.entries(KEYS).map(([keyName, key]) => ({
      vendor,
      key,
      zone: `${keyName}.${vendor}.${group}.test.`,
      title: `${VENDORS[vendor].title}, ${keyName}`,
    })),
  );
}
