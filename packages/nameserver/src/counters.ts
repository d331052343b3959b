/** Types counted one by one; the last element of an array of types counts all others. */
export const COUNTED_TYPES = 260;

/**
 * What a nameserver did since it was made. Plain numbers, read at any time and never reset; arrays are indexed by the number
 * they are named after.
 */
export interface Counters {
  /** Requests with opcode QUERY, by transport and QTYPE (index {@link typeIndex}). */
  readonly queries: { readonly udp: Float64Array; readonly tcp: Float64Array };
  /** Requests by opcode, all transports. */
  readonly opcodes: Float64Array;
  /** Answers by RCODE, BADVERS (16) included. Of a transfer only the first message is counted. */
  readonly responses: Float64Array;
  /** NOTIFY and UPDATE requests by the RCODE they were answered with. */
  readonly notifies: Float64Array;
  readonly updates: Float64Array;
  /** Requests that could not be read: answered with FORMERR, or dropped. */
  malformed: number;
  /** Packets without an answer: shorter than a header, responses, from port 0, no room to take them. */
  dropped: number;
  /** Answers over UDP with TC set. */
  truncated: number;
  /** Answers of signed zones without a proof they need: the zone's NSEC or NSEC3 chain has a gap there, or there is none. */
  denialMissing: number;
  /** The same because its NSEC3 takes more iterations than MAX_NSEC3_ITERATIONS. */
  denialCostly: number;
  /** Requests with a TSIG record that verified. */
  tsigVerified: number;
  /** Requests refused for their TSIG, by TSIG error: 16 BADSIG, 17 BADKEY, 18 BADTIME, 22 BADTRUNC. */
  readonly tsigErrors: Float64Array;
  /** NOTIFY, UPDATE and transfer requests that no acl allowed. */
  aclRefusals: number;
  /** Answers SERVFAIL because of an error of this program; each one is logged. */
  internalErrors: number;
  /** AXFR and IXFR requests refused before they came to a zone, by RCODE: no such zone, no right, not loaded, over UDP. */
  readonly transfersRefused: Float64Array;
  /** AXFR and IXFR requests handed to a zone; those given up because the peer did not read, or went. */
  transfers: number;
  transfersBroken: number;
  /** Messages and octets sent in transfers. */
  transferMessages: number;
  transferBytes: number;
  readonly tcp: TcpCounters;
  /** UDP requests (NOTIFY, UPDATE, IXFR) not taken because too many were under way. */
  udpOverload: number;
}

export interface TcpCounters {
  /** Connections taken since the start, and open now. */
  accepted: number;
  open: number;
  /** Closed because nothing was asked for `tcpIdleTimeout`. */
  idleClosed: number;
  /** Closed because the peer did not read its answers for `tcpStallTimeout`. */
  stallClosed: number;
  /** Idle connections closed to make room at a limit, and new ones turned away because there was none. */
  evicted: number;
  refused: number;
  /** Closed because of what was sent: a message that is no request. */
  malformedClosed: number;
  /** Times that reading stopped: too many requests under way, or too many answers unread. */
  throttled: number;
}

export function newCounters(): Counters {
  return {
    queries: { udp: new Float64Array(COUNTED_TYPES), tcp: new Float64Array(COUNTED_TYPES) },
    opcodes: new Float64Array(16),
    responses: new Float64Array(32),
    notifies: new Float64Array(32),
    updates: new Float64Array(32),
    malformed: 0,
    dropped: 0,
    truncated: 0,
    denialMissing: 0,
    denialCostly: 0,
    tsigVerified: 0,
    tsigErrors: new Float64Array(32),
    aclRefusals: 0,
    internalErrors: 0,
    transfersRefused: new Float64Array(32),
    transfers: 0,
    transfersBroken: 0,
    transferMessages: 0,
    transferBytes: 0,
    tcp: {
      accepted: 0,
      open: 0,
      idleClosed: 0,
      stallClosed: 0,
      evicted: 0,
      refused: 0,
      malformedClosed: 0,
      throttled: 0,
    },
    udpOverload: 0,
  };
}

/** Index of a QTYPE in {@link Counters.queries}. */
export function typeIndex(type: number): number {
  return Math.min(type, COUNTED_TYPES - 1);
}
