import { addressText } from '@zonewire/nameserver';
import { nameToText, type Problem, RCODE } from '@zonewire/shared-protocol';
import type { PrimaryAddress } from './primaries.ts';

/** Failures of a refresh in words for an operator: what was tried, with whom, what came of it, what to do. */

export type Asked = 'SOA query' | 'AXFR' | 'IXFR';

/** `hub (127.0.0.1:5300)` */
export function primaryText(primary: PrimaryAddress): string {
  return `${primary.id} (${addressText(primary)})`;
}

export function failureText(asked: Asked, primary: PrimaryAddress, { message }: Problem): string {
  return `${asked} ${asked === 'SOA query' ? 'to' : 'from'} ${primaryText(primary)} failed: ${message}`;
}

/** A transfer that stopped in the middle, over a connection that stayed open. */
export function stalledText(asked: Asked, primary: PrimaryAddress, { message }: Problem): string {
  return (
    `${asked} from ${primaryText(primary)} has stalled and was given up: ${message}, and the connection stayed open; look into the ` +
    "primary's log, or at the path to it; if it only needs longer, set tcp-remote-io-timeout"
  );
}

/** An answer with an error RCODE, and what usually is behind it. */
export function rcodeText(asked: Asked, primary: PrimaryAddress, rcode: number): string {
  const name = RCODE_NAMES[rcode] ?? `RCODE ${rcode}`;
  const preposition = asked === 'SOA query' ? 'to' : 'from';
  return `${asked} ${preposition} ${primaryText(primary)} refused: ${name}; ${advice(asked, primary, rcode)}`;
}

function advice(asked: Asked, primary: PrimaryAddress, rcode: number): string {
  const us = isLoopback(primary.host) ? primary.host : "this node's address";
  const key = primary.tsigKey ? `with key ${nameToText(primary.tsigKey.name)}` : 'without a key';
  switch (rcode) {
    case RCODE.REFUSED:
      return asked === 'SOA query'
        ? `check that the primary has the zone and lets ${us} ask ${key}`
        : `check that the primary's acl lets ${us} transfer ${key}`;
    case RCODE.NOTAUTH:
    case RCODE.NXDOMAIN:
      return 'the primary does not know the zone: check its configuration and the name of the zone';
    case RCODE.SERVFAIL:
      return 'the primary has the zone and cannot serve it: not loaded, or expired there';
    case RCODE.NOTIMP:
    case RCODE.FORMERR:
      return `the primary does not understand ${asked === 'SOA query' ? 'it' : asked}`;
    default:
      return "look into the primary's log";
  }
}

const RCODE_NAMES: readonly string[] = (() => {
  const names: string[] = [];
  for (const [name, code] of Object.entries(RCODE)) names[code] ??= name;
  return names;
})();

function isLoopback(host: string): boolean {
  return host === '::1' || host.startsWith('127.');
}
