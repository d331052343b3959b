import { nameKey, type TsigKey } from '@zonewire/shared-protocol';

export interface RemoteAddress {
  readonly host: string;
  readonly port: number;
}

/** A server we speak to: a target of NOTIFY, or a primary to transfer from. Several addresses are one and the same server. */
export interface Remote {
  readonly id: string;
  /** At least one; tried in this order, the one that works is kept. */
  readonly addresses: readonly RemoteAddress[];
  /** Messages to it are signed with this key, and its answers must be. */
  readonly key?: TsigKey;
}

export function addressText(address: RemoteAddress): string {
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** Whether both speak of the same server in the same way. */
export function sameRemote(a: Remote, b: Remote): boolean {
  return (
    a.id === b.id &&
    a.addresses.length === b.addresses.length &&
    a.addresses.every(({ host, port }, i) => host === b.addresses[i].host && port === b.addresses[i].port) &&
    sameKey(a.key, b.key)
  );
}

function sameKey(a: Remote['key'], b: Remote['key']): boolean {
  if (a === undefined || b === undefined) return a === b;
  return nameKey(a.name) === nameKey(b.name) && a.algorithm === b.algorithm && Buffer.compare(a.secret, b.secret) === 0;
}
