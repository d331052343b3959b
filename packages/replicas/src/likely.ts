import type { AskFacts, PeerFacts } from './peers.ts';

/** What is known of a secondary that lacks a change; times in ms since the epoch. */
export interface WaitingFacts {
  readonly now: number;
  readonly zone: string;
  /** The serial that it is to get. */
  readonly serial: number;
  /** `host:port` that NOTIFY goes to, and all hosts of the secondary. */
  readonly address: string;
  readonly hosts: readonly string[];
  /** Name of the key that it is configured with here. */
  readonly key?: string | undefined;
  /** Since when it lacks something. */
  readonly since: number;
  readonly acknowledgedAt?: number | undefined;
  readonly notifyRefused?: string | undefined;
  readonly silent: number;
  readonly peer?: PeerFacts | undefined;
  /** Who asked for the zone, the newest last. */
  readonly asks: readonly AskFacts[];
}

export interface Likely {
  /** What is probably in the way; part of a sentence. */
  readonly reason: string;
  /** One sentence: what to do. */
  readonly next: string;
}

/** Who acknowledges and does not ask within this time, ms, is not just busy. */
const PATIENCE = 2_000;

/** Why a secondary that was told does not have it: the most certain of what was seen since. Undefined: too early to say. */
export function likelyReason(facts: WaitingFacts): Likely | undefined {
  const { since, asks, hosts, now, peer } = facts;
  const own = asks.filter((ask) => hosts.includes(ask.peer)).at(-1);
  const tsig = own?.tsig !== undefined && own.tsig.at >= since ? own.tsig : undefined;
  const asked = own?.asked !== undefined && own.asked.at >= since ? own.asked : undefined;
  const served = own?.served !== undefined && own.served.at >= since ? own.served : undefined;
  if (served !== undefined && served.serial === facts.serial) return fetched(facts, served.at);
  if (tsig !== undefined && tsig.at >= (asked?.at ?? 0)) return tsigReason(facts, tsig.error);
  if (asked?.refused !== undefined) return refusedReason(facts, asked.refused, asked.peer, asked.key);
  if (facts.acknowledgedAt === undefined || facts.acknowledgedAt < since) return notifyReason(facts);
  if (now - facts.acknowledgedAt < PATIENCE && now - since < 2 * PATIENCE) return undefined;
  if (asked !== undefined)
    return {
      reason: 'it asked for the transfer, which did not come to its end',
      next: 'See its log for why it broke the transfer off, and whether large packets or long connections are cut on the way.',
    };
  const stranger = asks.filter((ask) => !hosts.includes(ask.peer) && (ask.asked?.at ?? 0) >= since).at(-1);
  if (stranger?.asked !== undefined) return strangerReason(facts, stranger.peer, stranger.asked.refused);
  // It comes through to us, with other zones.
  if (peer?.requestedAt !== undefined && peer.requestedAt >= since && peer.requestedAt >= (peer.connectedAt ?? 0))
    return {
      reason: 'it acknowledges NOTIFY and does not ask us for the zone, though it asks for others',
      next: `See whether its primary for ${facts.zone} is an address of this server, and its log.`,
    };
  if (peer?.connectedAt !== undefined && peer.connectedAt >= since)
    return {
      reason: 'it acknowledges NOTIFY and connects over TCP, but no request comes through',
      next: 'See whether a firewall or proxy between cuts the connection, and whether the secondary expects TLS.',
    };
  return {
    reason: 'it acknowledges NOTIFY but opens no TCP connection to us',
    next: `See whether its firewall, or ours, lets TCP from it to this server through; whether its primary for ${facts.zone} is an address of this server; and its log.`,
  };
}

function fetched({ address, serial }: WaitingFacts, at: number): Likely {
  const time = new Date(at).toISOString().slice(11, 19);
  return {
    reason: `it fetched serial ${serial} at ${time} UTC and does not answer with it`,
    next: `See the log of ${address}: a version that does not verify (ZONEMD, DNSSEC), a full disk, or a reload that it waits for.`,
  };
}

/** RFC 8945 5.2 */
function tsigReason({ key, address }: WaitingFacts, error: number): Likely {
  const ours = key === undefined ? 'no key' : `key ${key}`;
  switch (error) {
    case 17:
      return {
        reason: 'it signs its requests with a key that is not known here (BADKEY)',
        next: `Give both sides a key of the same name and algorithm; here it is configured with ${ours}.`,
      };
    case 16:
      return {
        reason: 'the signature of its requests is wrong (BADSIG): a key of the same name with another secret',
        next: `Give both sides the same secret; here it is configured with ${ours}.`,
      };
    case 18:
      return {
        reason: 'its requests are signed at another time (BADTIME): the clocks differ by more than 5 minutes',
        next: `Set the clocks of ${address} and of this server (NTP); compare: date -u.`,
      };
    default:
      return {
        reason: `the signature of its requests is refused here (TSIG error ${error})`,
        next: 'Compare the algorithm and the length of the signature on both sides.',
      };
  }
}

function refusedReason({ zone }: WaitingFacts, refused: string, peer: string, key: string | undefined): Likely {
  const how = key === undefined ? 'without a key' : `with key ${key}`;
  switch (refused) {
    case 'acl':
      return {
        reason: `it asks for the transfer from ${peer} ${how}, and no acl here allows that`,
        next: `Add ${peer}${key === undefined ? '' : ` and key ${key}`} to an acl of ${zone} with action: [transfer].`,
      };
    case 'no-zone':
      return {
        reason: 'it asks for a zone that is not served here',
        next: `See whether ${zone} is loaded: zonewire zone status.`,
      };
    case 'unavailable':
      return {
        reason: 'its request for the transfer was answered SERVFAIL: the zone is not loaded, or too many transfers run',
        next: `See zonewire zone status ${zone}; it asks again by itself.`,
      };
    default:
      return { reason: 'its request for the transfer was not understood here', next: 'See the log of this server.' };
  }
}

function notifyReason({ address, notifyRefused, silent, since, now }: WaitingFacts): Likely | undefined {
  if (notifyRefused !== undefined)
    return {
      reason: notifyRefused,
      next: `Let this server notify it: our address and key into the allow-notify (BIND, NSD) or acl (Knot, Zonewire) at ${address}.`,
    };
  if (silent === 0 || now - since < PATIENCE) return undefined;
  return {
    reason: 'NOTIFY is not answered',
    next: `See whether ${address} is its right address, whether the server runs, and whether UDP gets through in both directions.`,
  };
}

function strangerReason({ zone, hosts }: WaitingFacts, peer: string, refused: string | undefined): Likely {
  const came = refused === undefined ? 'answered' : 'refused';
  return {
    reason: `it acknowledges NOTIFY, and the request for the transfer comes from ${peer} instead of ${hosts.join(', ')} (${came})`,
    next: `Let it send from its own address (BIND: transfer-source, Knot: via, NSD: outgoing-interface), or allow ${peer} in an acl of ${zone} and add it to the remote's addresses.`,
  };
}
