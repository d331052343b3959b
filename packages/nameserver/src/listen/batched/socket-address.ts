import { SocketAddress as NetAddress } from 'node:net';

/** struct sockaddr_in and sockaddr_in6 of Linux, made and read. */

export const AF_INET = 2;
export const AF_INET6 = 10;

export interface SocketAddress {
  readonly family: 4 | 6;
  /** 4 or 16 octets. */
  readonly octets: Uint8Array;
  readonly port: number;
  /** Of a link-local IPv6 address: the number of its interface. */
  readonly scope?: number;
}

export function isWildcard({ octets }: SocketAddress): boolean {
  return octets.every((octet) => octet === 0);
}

/** The address as the system wants it. */
export function socketName({ family, octets, port, scope = 0 }: SocketAddress): Uint8Array {
  const name = new Uint8Array(family === 6 ? 28 : 16);
  name[0] = family === 6 ? AF_INET6 : AF_INET;
  name[2] = port >>> 8;
  name[3] = port;
  name.set(octets, family === 6 ? 8 : 4);
  if (family === 6) new DataView(name.buffer).setUint32(24, scope, true);
  return name;
}

/** `192.0.2.1` or `2001:db8::1` (with `%` and the interface's number when it is link-local) of a socket's name. */
export function addressText(name: Uint8Array): string {
  if (name[0] === AF_INET) return `${name[4]}.${name[5]}.${name[6]}.${name[7]}`;
  const groups = Array.from({ length: 8 }, (_, i) => ((name[8 + 2 * i] << 8) | name[9 + 2 * i]).toString(16));
  const { address } = new NetAddress({ address: groups.join(':'), family: 'ipv6' });
  const scope = name[24] | (name[25] << 8) | (name[26] << 16) | (name[27] << 24);
  return scope !== 0 ? `${address}%${scope}` : address;
}
