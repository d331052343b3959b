import {
  fail,
  type Message,
  ok,
  type Problem,
  RCODE,
  type Result,
  signMessage,
  type TsigKey,
  TsigStreamVerifier,
} from '@zonewire/shared-protocol';
import type { RemoteAddress } from '../notify-out/remote.ts';
import type { Clock, FillRandom, Log } from '../ports.ts';
import { checkReply } from './check-reply.ts';
import { newClientCounters } from './client-counters.ts';
import { problem } from './failure.ts';
import { IN_FLIGHT_LIMITS, type InFlightLimits } from './in-flight.ts';
import { type OutboundRequest, type PreparedRequest, prepareRequest } from './outbound-request.ts';
import { TcpConnections } from './tcp-connections.ts';
import { streamTcp, type Verdict } from './tcp-stream.ts';
import { type Reply, UdpExchanges } from './udp-exchange.ts';

export interface DnsClientPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly random: FillRandom;
  readonly limits?: Partial<InFlightLimits> | undefined;
}

export interface ExchangeOptions {
  /** For the whole exchange, retransmissions and the change to TCP included, from its turn on ({@link IN_FLIGHT_LIMITS}); ms. */
  readonly timeout: number;
  /** The request is signed with it, and the reply must be. */
  readonly key?: TsigKey | undefined;
  /** Default: UDP, then TCP when the reply is truncated. 'udp': a truncated reply is given as it is. */
  readonly transport?: 'udp' | 'tcp' | undefined;
  /** Datagrams sent at most, default 3. */
  readonly attempts?: number | undefined;
  /** Nobody waits for the reply: over UDP it is looked at CALM_MS after it came, and {@link Exchanged.ms} is until it came. */
  readonly isCalm?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Exchanged {
  readonly message: Message;
  /** The reply as received, without its TSIG: for TransferInterpreter (IXFR over UDP). */
  readonly bytes: Uint8Array;
  readonly ms: number;
  readonly transport: 'udp' | 'tcp';
}

export interface TransferOpenOptions {
  readonly key?: TsigKey | undefined;
  /** ms; defaults in {@link TRANSFER_DEFAULTS}. */
  readonly connectTimeout?: number | undefined;
  /** ms without an octet. */
  readonly idleTimeout?: number | undefined;
  /** ms without a whole message: octets that come one by one are no progress. */
  readonly messageTimeout?: number | undefined;
  readonly totalTimeout?: number | undefined;
  /** Octets received at most, framing and TSIG included. */
  readonly maxBytes?: number | undefined;
  /**
   * Every message in order, verified and without TSIG, valid during the call only. 'done': the answer is complete; 'stop': nothing more of it is wanted. With a key,
   * messages that the peer left unsigned (RFC 8945 5.3.1 allows 99 in a row) are only trustworthy once the transfer has
   * ended with `ok`: use nothing before.
   */
  readonly onMessage: (message: Uint8Array) => Verdict;
  readonly signal?: AbortSignal | undefined;
}

export interface Transferred {
  readonly bytes: number;
  readonly messages: number;
  readonly ms: number;
}

export const TRANSFER_DEFAULTS = {
  connectTimeout: 5_000,
  idleTimeout: 30_000,
  messageTimeout: 120_000,
  totalTimeout: 3_600_000,
  maxBytes: 8 * 1024 ** 3,
} as const;

const DEFAULT_ATTEMPTS = 3;

/** What the rest of the program needs of {@link DnsClient}: a fake network implements it in tests. */
export type DnsExchange = Pick<DnsClient, 'exchange' | 'openTransfer'>;

/** Asks other servers: SOA checks, NOTIFY, transfers in. Replies are checked before anybody sees them. */
export class DnsClient {
  readonly counters = newClientCounters();
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #random: FillRandom;
  readonly #udp: UdpExchanges;
  readonly #connections = new TcpConnections();
  readonly #ids = new Uint8Array(256);
  #idsLeft = 0;

  constructor({ clock, log, random, limits }: DnsClientPorts) {
    this.#clock = clock;
    this.#log = log;
    this.#random = random;
    this.#udp = new UdpExchanges({
      clock,
      counters: this.counters,
      limits: { ...IN_FLIGHT_LIMITS, ...limits },
      newId: () => this.#newId(),
    });
  }

  /**
   * One request, one reply. A draft with an OPT record is sent once more without it to a server that does not understand that
   * (RFC 6891 7: FORMERR; NOTIMP from older ones, both without an OPT record of their own). Errors: `timeout`, `connection-refused`, `unreachable`, `connection-closed`, `reply-…` (TCP only,
   * over UDP they are ignored), `tsig-…` when the reply cannot be trusted, `aborted`. An RCODE is not an error here.
   */
  async exchange(request: OutboundRequest, to: RemoteAddress, options: ExchangeOptions): Promise<Result<Exchanged>> {
    const result = await this.#exchange(request, to, options);
    if (!result.ok || !isWithEdns(request) || !ignoresEdns(result.value.message)) return result;
    this.counters.ednsFallbacks++;
    const { ms } = result.value;
    const again = await this.#exchange({ ...request, edns: undefined }, to, {
      ...options,
      timeout: Math.max(1, options.timeout - ms),
    });
    return again.ok ? ok({ ...again.value, ms: ms + again.value.ms }) : again;
  }

  async #exchange(request: OutboundRequest, to: RemoteAddress, options: ExchangeOptions): Promise<Result<Exchanged>> {
    const { timeout, key, transport, signal } = options;
    const clock = this.#clock;
    const started = clock.now();
    const prepare = (id: number) => prepareRequest(request, id, key, clock.now() / 1000);
    this.counters.exchanges++;
    let used: 'udp' | 'tcp' = transport === 'tcp' ? 'tcp' : 'udp';
    let result: Result<Reply>;
    if (used === 'tcp') {
      result = await this.#exchangeTcp(prepare(this.#newId()), to, timeout, signal);
    } else {
      const attempts = Math.max(1, options.attempts ?? DEFAULT_ATTEMPTS);
      result = await this.#udp.run({ prepare, to, timeout, attempts, isCalm: options.isCalm, signal });
      if (result.ok && result.value.message.tc && transport === undefined) {
        this.counters.tcpFallbacks++;
        used = 'tcp';
        const left = Math.max(1, timeout - (clock.now() - started));
        result = await this.#exchangeTcp(prepare(this.#newId()), to, left, signal);
      }
    }
    if (!result.ok) {
      this.#log.debug({ peer: to.host, port: to.port, code: result.error.code }, result.error.message);
      return result;
    }
    const { message, bytes, receivedAt = clock.now() } = result.value;
    return ok({ message, bytes, ms: receivedAt - started, transport: used });
  }

  async #exchangeTcp(
    prepared: Result<PreparedRequest>,
    to: RemoteAddress,
    timeout: number,
    signal: AbortSignal | undefined,
  ): Promise<Result<Reply>> {
    if (!prepared.ok) return prepared;
    const request = prepared.value;
    let result: Result<Reply> | undefined;
    const limits = {
      connectTimeout: timeout,
      idleTimeout: timeout,
      messageTimeout: timeout,
      totalTimeout: timeout,
      maxBytes: 65_537,
    };
    const onMessage = (received: Uint8Array) => {
      const checked = checkReply(request, received.slice(), this.#clock.now() / 1000);
      result = checked.kind === 'reply' ? ok(checked) : { ok: false, error: checked.problem };
      return 'done' as const;
    };
    const clock = this.#clock;
    const connections = this.#connections;
    const end = await streamTcp({ request: request.bytes, to, limits, clock, connections, onMessage, signal });
    if (result !== undefined) return result;
    const cause = end.problem ?? problem('connection-closed', 'no reply');
    if (/timeout$/.test(cause.code)) this.counters.timeouts++;
    return { ok: false, error: cause.code === 'idle-timeout' ? problem('timeout', cause.message) : cause };
  }

  /**
   * Takes a TCP connection to the server, kept or new, sends `request` (unsigned; it keeps its ID) and hands over the messages of the answer until the
   * consumer is done. Nothing is kept or buffered: memory stays the same whatever the size of the zone.
   * Errors: as {@link exchange}, and `connect-timeout`, `idle-timeout`, `too-many-bytes`; those after the start say how far it came.
   * Rejects only with what `onMessage` throws.
   */
  async openTransfer(
    request: Uint8Array,
    to: RemoteAddress,
    options: TransferOpenOptions,
  ): Promise<Result<Transferred>> {
    const clock = this.#clock;
    const { key, onMessage, signal } = options;
    const started = clock.now();
    const signed = key && signMessage(request, key, started / 1000);
    const requestBytes = signed?.bytes ?? request;
    const verifier = signed && new TsigStreamVerifier(key, signed.mac, () => clock.now() / 1000);
    let refusal: Problem | undefined;
    const take = (received: Uint8Array): Verdict => {
      let message = received;
      if (verifier !== undefined) {
        const verified = verifier.push(received);
        if (!verified.ok) {
          refusal = verified.error;
          return 'stop';
        }
        message = verified.value;
      }
      const verdict = onMessage(message);
      if (verdict === 'more') return verdict;
      const finished = verifier?.finish();
      if (finished?.ok === false) refusal = finished.error;
      return verdict;
    };
    this.counters.transfers++;
    const limits = {
      connectTimeout: options.connectTimeout ?? TRANSFER_DEFAULTS.connectTimeout,
      idleTimeout: options.idleTimeout ?? TRANSFER_DEFAULTS.idleTimeout,
      messageTimeout: options.messageTimeout ?? TRANSFER_DEFAULTS.messageTimeout,
      totalTimeout: options.totalTimeout ?? TRANSFER_DEFAULTS.totalTimeout,
      maxBytes: options.maxBytes ?? TRANSFER_DEFAULTS.maxBytes,
    };
    const connections = this.#connections;
    const end = await streamTcp({ request: requestBytes, to, limits, clock, connections, onMessage: take, signal });
    this.counters.transferBytes += end.bytes;
    const cause = refusal ?? end.problem;
    if (cause === undefined) return ok({ bytes: end.bytes, messages: end.messages, ms: clock.now() - started });
    this.counters.transfersFailed++;
    this.#log.debug({ peer: to.host, port: to.port, code: cause.code }, cause.message);
    return fail(cause.code, cause.message);
  }

  /** RFC 5452 9.2: nobody may guess it. */
  #newId(): number {
    if (this.#idsLeft === 0) {
      this.#random(this.#ids);
      this.#idsLeft = this.#ids.length;
    }
    this.#idsLeft -= 2;
    return (this.#ids[this.#idsLeft] << 8) | this.#ids[this.#idsLeft + 1];
  }
}

function isWithEdns(request: OutboundRequest): request is Exclude<OutboundRequest, Uint8Array> {
  return !(request instanceof Uint8Array) && request.edns !== undefined;
}

function ignoresEdns({ rcode, edns }: Message): boolean {
  return edns === undefined && (rcode === RCODE.FORMERR || rcode === RCODE.NOTIMP);
}
