import { readFileSync } from 'node:fs';
import { type HostPort, parseHostPort } from './addresses.ts';

/** glibc takes no more of them. */
const MOST = 3;

/** The resolvers of /etc/resolv.conf, port 53; none when it cannot be read. */
export function systemResolvers(read: () => string = () => readFileSync('/etc/resolv.conf', 'utf8')): HostPort[] {
  let text: string;
  try {
    text = read();
  } catch {
    return [];
  }
  const lines = text.matchAll(/^[ \t]*nameserver[ \t]+([0-9a-f.:]+)[ \t]*(?:[#;].*)?$/gim);
  return [...lines]
    .map(([, address]) => parseHostPort(address, { defaultPort: 53 }))
    .filter((address) => address.ok)
    .map(({ value }) => value)
    .slice(0, MOST);
}
