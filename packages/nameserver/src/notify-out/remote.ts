import type { TsigKey } from '@zonewire/shared-protocol';

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
