/** What the outbound client did since it was made. */
export interface ClientCounters {
  /** Exchanges begun (queries, NOTIFY), whatever the transport. */
  exchanges: number;
  /** Datagrams sent again because no reply came. */
  retransmissions: number;
  /** Exchanges over UDP that had to wait for a place ({@link IN_FLIGHT_LIMITS}). */
  waited: number;
  /** UDP sockets opened: each serves up to {@link SOCKET_EXCHANGES} exchanges. */
  socketsOpened: number;
  /** Datagrams that belonged to no request under way at their socket, or not to the one whose ID they had. */
  ignoredReplies: number;
  /** Truncated UDP replies that were asked for again over TCP. */
  tcpFallbacks: number;
  /** Refused requests with an OPT record that were sent again without one (RFC 6891 7). */
  ednsFallbacks: number;
  timeouts: number;
  /** Transfers opened, and those that ended with an error of the connection or its limits. */
  transfers: number;
  transfersFailed: number;
  /** Octets received in transfers. */
  transferBytes: number;
}

export function newClientCounters(): ClientCounters {
  return {
    exchanges: 0,
    retransmissions: 0,
    waited: 0,
    socketsOpened: 0,
    ignoredReplies: 0,
    tcpFallbacks: 0,
    ednsFallbacks: 0,
    timeouts: 0,
    transfers: 0,
    transfersFailed: 0,
    transferBytes: 0,
  };
}
