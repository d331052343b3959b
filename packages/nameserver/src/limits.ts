/** Every bound of the nameserver; each has a counter in {@link Counters} and a test. Times in ms, sizes in octets. */
export interface NameserverLimits {
  /** Largest UDP answer, and the size offered in our OPT record. 1232 passes every IPv6 path unfragmented. */
  readonly udpAnswerSize: number;
  /** Requests over UDP that wait for a handler (NOTIFY, UPDATE, IXFR); more are dropped, and their clients send again. */
  readonly udpInFlight: number;
  /** TCP connections open at once. At the limit the one idle for longest is closed; if none is idle, the new one is. */
  readonly tcpConnections: number;
  /** Of these, from one address; the same rule among that address's connections. NSD opens up to 128 for transfers. */
  readonly tcpPerClient: number;
  /** A connection on which nothing was asked or answered for this long is closed (RFC 7766 6.2.3). */
  readonly tcpIdleTimeout: number;
  /** A connection whose peer has taken none of its waiting answers for this long is closed. */
  readonly tcpStallTimeout: number;
  /** Requests of one connection that wait for a handler; until one is done, no more are read (RFC 7766 6.2.1.1). */
  readonly tcpInFlight: number;
  /** Answers of one connection waiting to be taken; above, no more requests are read and transfers pause. */
  readonly tcpWriteBuffer: number;
  /** How long `stop` waits for what is under way. */
  readonly stopGrace: number;
}

export const DEFAULT_LIMITS: NameserverLimits = {
  udpAnswerSize: 1232,
  udpInFlight: 1000,
  tcpConnections: 1000,
  tcpPerClient: 150,
  tcpIdleTimeout: 10_000,
  tcpStallTimeout: 30_000,
  tcpInFlight: 32,
  tcpWriteBuffer: 128 * 1024,
  stopGrace: 2_000,
};
