import type { Message, Problem, Result } from '@zonewire/shared-protocol';
import type { RemoteAddress } from '../notify-out/remote.ts';
import type { Clock, TimerHandle } from '../ports.ts';
import { checkReply } from './check-reply.ts';
import type { ClientCounters } from './client-counters.ts';
import { Deadlines, NOT_WAITING, type Waiting } from './deadlines.ts';
import { abortedFailure, problem, socketFailure, timeoutFailure } from './failure.ts';
import { InFlight, type InFlightLimits } from './in-flight.ts';
import type { PreparedRequest } from './outbound-request.ts';
import { type SocketUser, type UdpSocket, UdpSockets } from './udp-sockets.ts';

export interface Reply {
  readonly message: Message;
  /** As received, without its TSIG. */
  readonly bytes: Uint8Array;
  /** ms since the epoch, where it was not looked at when it came. */
  readonly receivedAt?: number | undefined;
}

/** A calm exchange's reply is looked at so long after it came, ms: about as long as a secondary nearby needs for a change. */
export const CALM_MS = 2;
/** With more exchanges under way than this there is no calm. */
export const CALM_EXCHANGES = 8;

export interface UdpRequest {
  /** Called when it is sent, with the ID it has to have. */
  readonly prepare: (id: number) => Result<PreparedRequest>;
  readonly to: RemoteAddress;
  /** From its sending, for the whole exchange, ms. */
  readonly timeout: number;
  /** Datagrams sent at most; the waits between them double and together make up `timeout`. */
  readonly attempts: number;
  /** Nobody waits for the reply. */
  readonly isCalm?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface UdpExchangesOptions {
  readonly clock: Clock;
  readonly counters: ClientCounters;
  readonly limits: InFlightLimits;
  /** Two octets that nobody can guess (RFC 5452 9.2). */
  readonly newId: () => number;
}

/**
 * Exchanges over UDP, thousands at a time: they share sockets ({@link UdpSockets}), one timer ({@link Deadlines}), and a bounded
 * number of places ({@link InFlight}). One request, one reply: what does not belong to the request is ignored, and the wait goes on
 * (RFC 5452 9.1).
 */
export class UdpExchanges {
  readonly clock: Clock;
  readonly counters: ClientCounters;
  readonly newId: () => number;
  readonly sockets: UdpSockets;
  readonly deadlines: Deadlines;
  readonly inFlight: InFlight;
  /** One listener for all exchanges that end with the same signal. */
  readonly #bySignal = new WeakMap<AbortSignal, Set<UdpExchange>>();

  constructor({ clock, counters, limits, newId }: UdpExchangesOptions) {
    this.clock = clock;
    this.counters = counters;
    this.newId = newId;
    this.sockets = new UdpSockets(counters);
    this.deadlines = new Deadlines(clock);
    this.inFlight = new InFlight(limits, counters);
  }

  run(request: UdpRequest): Promise<Result<Reply>> {
    const { to, signal } = request;
    if (signal?.aborted) return Promise.resolve({ ok: false, error: abortedFailure(to) });
    return new Promise((resolve) => {
      const exchange = new UdpExchange(this, request, signal && this.#endingWith(signal), resolve);
      this.inFlight.enter(exchange.peer, exchange.begin);
    });
  }

  #endingWith(signal: AbortSignal): Set<UdpExchange> {
    let all = this.#bySignal.get(signal);
    if (all === undefined) {
      const exchanges = new Set<UdpExchange>();
      all = exchanges;
      this.#bySignal.set(signal, exchanges);
      const abort = () => {
        for (const exchange of [...exchanges]) exchange.abort();
      };
      signal.addEventListener('abort', abort, { once: true });
    }
    return all;
  }
}

class UdpExchange implements SocketUser, Waiting {
  slot = NOT_WAITING;
  before: Waiting | undefined;
  after: Waiting | undefined;
  readonly peer: string;
  readonly #all: UdpExchanges;
  readonly #request: UdpRequest;
  readonly #endingTogether: Set<UdpExchange> | undefined;
  #resolve: ((result: Result<Reply>) => void) | undefined;
  #hasBegun = false;
  #socket: UdpSocket | undefined;
  #id = 0;
  #prepared: PreparedRequest | undefined;
  /** The next wait, ms. */
  #wait: number;
  #sent = 0;
  #strangersBefore = 0;
  /** Came, and is not looked at yet. */
  #held: { readonly datagram: Uint8Array; readonly at: number; readonly timer: TimerHandle } | undefined;
  #ignored: Problem | undefined;

  constructor(
    all: UdpExchanges,
    request: UdpRequest,
    endingTogether: Set<UdpExchange> | undefined,
    resolve: (result: Result<Reply>) => void,
  ) {
    this.#all = all;
    this.#request = request;
    this.#endingTogether = endingTogether;
    this.#resolve = resolve;
    this.peer = `${request.to.host} ${request.to.port}`;
    // With doubling, `attempts` waits make up the timeout.
    this.#wait = request.timeout / (2 ** request.attempts - 1);
    endingTogether?.add(this);
  }

  /** Its turn has come. */
  begin = (): boolean => {
    if (this.#resolve === undefined) return false;
    this.#hasBegun = true;
    const { clock, sockets, newId } = this.#all;
    const { to, prepare } = this.#request;
    try {
      const socket = sockets.take(to, this.peer, clock.now());
      this.#id = socket.add(newId(), this);
      this.#socket = socket;
      this.#strangersBefore = socket.strangers;
    } catch (error) {
      this.#fail(problem('bad-address', `cannot send to ${to.host} port ${to.port}: ${error}`));
      return true;
    }
    const prepared = prepare(this.#id);
    if (!prepared.ok) {
      this.#settle(prepared);
      return true;
    }
    this.#prepared = prepared.value;
    if (this.#socket.isReady) this.ready();
    return true;
  };

  ready(): void {
    const { counters, deadlines } = this.#all;
    if (this.#prepared === undefined || this.#socket === undefined) return;
    if (this.#sent > 0) counters.retransmissions++;
    this.#sent++;
    deadlines.add(this, this.#wait);
    this.#wait *= 2;
    this.#socket.send(this.#prepared.bytes);
  }

  expired(): void {
    this.#takeHeld();
    if (this.#resolve === undefined) return;
    const { to, attempts, timeout } = this.#request;
    if (this.#sent < attempts) {
      this.ready();
      return;
    }
    this.#all.counters.timeouts++;
    this.#fail(timeoutFailure(to, timeout, this.#heard()));
  }

  received(datagram: Uint8Array): void {
    const { clock, inFlight } = this.#all;
    if (this.#request.isCalm && this.#held === undefined && inFlight.total <= CALM_EXCHANGES) {
      this.#held = { datagram, at: clock.now(), timer: clock.setTimeout(() => this.#takeHeld(), CALM_MS) };
      return;
    }
    this.#takeHeld();
    this.#take(datagram);
  }

  #takeHeld(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    this.#all.clock.clearTimeout(held.timer);
    this.#take(held.datagram, held.at);
  }

  #take(datagram: Uint8Array, receivedAt?: number): void {
    if (this.#prepared === undefined || this.#resolve === undefined) return;
    const { clock, counters } = this.#all;
    const checked = checkReply(this.#prepared, datagram, (receivedAt ?? clock.now()) / 1000);
    if (checked.kind === 'reply') this.#settle({ ok: true, value: { ...checked, receivedAt } });
    else if (checked.kind === 'refused') this.#fail(checked.problem);
    else {
      counters.ignoredReplies++;
      this.#ignored = checked.problem;
    }
  }

  failed(error: Error): void {
    this.#fail(socketFailure(error, this.#request.to, 'udp'));
  }

  abort(): void {
    this.#fail(abortedFailure(this.#request.to));
  }

  /** Why there is no reply. */
  #heard(): string {
    if (this.#ignored !== undefined) return `no usable reply (${this.#ignored.message})`;
    const isStrange = this.#socket !== undefined && this.#socket.strangers > this.#strangersBefore;
    return isStrange ? 'no usable reply (what came had the ID of no request)' : 'no reply';
  }

  #fail(error: Problem): void {
    this.#settle({ ok: false, error });
  }

  #settle(result: Result<Reply>): void {
    const resolve = this.#resolve;
    if (resolve === undefined) return;
    this.#resolve = undefined;
    const { clock, deadlines, sockets, inFlight } = this.#all;
    if (this.#held !== undefined) clock.clearTimeout(this.#held.timer);
    this.#held = undefined;
    this.#endingTogether?.delete(this);
    deadlines.remove(this);
    const socket = this.#socket;
    if (socket !== undefined) sockets.release(socket, this.#id, clock.now());
    // Who waits for its turn has no place to give back.
    if (this.#hasBegun) inFlight.leave(this.peer);
    resolve(result);
  }
}
