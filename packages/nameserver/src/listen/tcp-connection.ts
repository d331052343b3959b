import type { Socket } from 'node:net';
import type { Counters } from '../counters.ts';
import { MessageFramer } from '../framing/message-framer.ts';
import type { NameserverLimits } from '../limits.ts';
import { HANDED_OVER, SILENCE } from '../pipeline/query-pipeline.ts';
import type { Clock } from '../ports.ts';
import type { AnswerSink } from '../requests/request-handlers.ts';
import type { RequestContext } from '../zone-handler.ts';

/** What a connection does with the requests on it; as DatagramHandlers of UDP. */
export interface StreamHandlers {
  answer(request: Uint8Array, length: number, reply: Uint8Array, context: RequestContext): number;
  handle(request: Uint8Array, context: RequestContext, sink: AnswerSink): Promise<void>;
}

/** What the connections of a listener share. */
export interface TcpShared {
  readonly handlers: StreamHandlers;
  readonly limits: NameserverLimits;
  readonly counters: Counters;
  readonly clock: Pick<Clock, 'now'>;
  /** Room for one answer: answering is synchronous. */
  readonly reply: Uint8Array;
}

/**
 * One client's connection (RFC 7766). Requests are answered as they come, those that wait for a handler whenever it is done, so
 * that none waits for another (6.2.1.1). Reading stops while too many are under way or too much is left unread:
 *
 * ```
 * chunk -> framer -> take -> answer ------------------> write
 *                      |        '-> handler ... done -> write
 *                      '-> queue, reading paused, until there is room
 * ```
 */
export class TcpConnection {
  readonly peerAddress: string;
  /** When a request last came or an answer was last taken, ms since the epoch. */
  lastActivity: number;

  readonly #socket: Socket;
  readonly #shared: TcpShared;
  readonly #framer = new MessageFramer();
  readonly #peerPort: number;
  /** Requests already read that must wait; at most what one chunk held. */
  #queue: Uint8Array[] = [];
  #inFlight = 0;
  /** Transfers that wait for the peer to read. */
  #waiting: ((isOpen: boolean) => void)[] = [];
  #hasEnded = false;
  #isStopping = false;
  #isClosed = false;
  /** Octets given to the socket, and how many of them it had passed on when last looked at. */
  #written = 0;
  #taken = 0;
  #takenAt = 0;

  constructor(socket: Socket, peerAddress: string, shared: TcpShared) {
    this.#socket = socket;
    this.#shared = shared;
    this.peerAddress = peerAddress;
    this.#peerPort = socket.remotePort ?? 0;
    this.lastActivity = shared.clock.now();
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('end', () => {
      this.#hasEnded = true;
      this.#endWhenDone();
    });
    // 'close' follows.
    socket.on('error', () => {});
    socket.on('close', () => this.#closed());
  }

  /** Nothing under way and nothing unread: closing it costs the client a reconnect, no answer. */
  get isIdle(): boolean {
    return this.#inFlight === 0 && this.#queue.length === 0 && this.#socket.writableLength === 0;
  }

  /** To be called every now and then; closes the connection when it is idle or stalled for too long. */
  check(now: number): void {
    const { limits, counters } = this.#shared;
    if (this.isIdle) {
      if (now - this.lastActivity < limits.tcpIdleTimeout) return;
      counters.tcp.idleClosed++;
      this.close();
      return;
    }
    const unread = this.#socket.writableLength;
    const taken = this.#written - unread;
    if (taken !== this.#taken || unread === 0 || this.#takenAt === 0) {
      this.#taken = taken;
      this.#takenAt = now;
      this.lastActivity = now;
    } else if (now - this.#takenAt >= limits.tcpStallTimeout) {
      counters.tcp.stallClosed++;
      this.close();
    }
  }

  /** Closes it now; answers not yet sent are lost. */
  close(): void {
    this.#socket.destroy();
  }

  /** Takes no more requests, sends what is under way, then closes. */
  stop(): void {
    this.#isStopping = true;
    this.#queue = [];
    this.#socket.pause();
    this.#endWhenDone();
  }

  #receive(chunk: Uint8Array): void {
    if (this.#isStopping) return;
    const socket = this.#socket;
    // One write, and so as few segments as possible, for all answers to what came together.
    socket.cork();
    this.#framer.push(chunk, (message) => {
      if (this.#queue.length > 0 || !this.#hasRoom()) this.#queue.push(message.slice());
      else this.#take(message);
      return !this.#isClosed && !this.#isStopping;
    });
    socket.uncork();
    if (this.#queue.length === 0 || this.#isClosed) return;
    this.#shared.counters.tcp.throttled++;
    socket.pause();
  }

  #hasRoom(): boolean {
    const { limits } = this.#shared;
    return this.#inFlight < limits.tcpInFlight && this.#socket.writableLength <= limits.tcpWriteBuffer;
  }

  #take(request: Uint8Array): void {
    const { handlers, reply, clock, counters } = this.#shared;
    const now = clock.now();
    this.lastActivity = now;
    const context = { transport: 'tcp', peerAddress: this.peerAddress, peerPort: this.#peerPort, now } as const;
    const length = handlers.answer(request, request.length, reply, context);
    if (length === SILENCE) {
      // Not a request: whatever this peer speaks, the rest will not be better.
      counters.tcp.malformedClosed++;
      this.stop();
    } else if (length === HANDED_OVER) {
      this.#inFlight++;
      const sink = { send: (message: Uint8Array) => this.#send(message), cut: () => this.close() };
      handlers.handle(request.slice(), context, sink).finally(() => {
        this.#inFlight--;
        this.#pump();
      });
    } else {
      this.#write(reply, length);
    }
  }

  #write(message: Uint8Array, length: number): void {
    const framed = Buffer.allocUnsafe(length + 2);
    framed[0] = length >>> 8;
    framed[1] = length;
    framed.set(length === message.length ? message : message.subarray(0, length), 2);
    this.#written += framed.length;
    this.#socket.write(framed, this.#flushed);
  }

  #send(message: Uint8Array): boolean | Promise<boolean> {
    if (this.#isClosed || this.#socket.destroyed) return false;
    this.#write(message, message.length);
    if (this.#socket.writableLength <= this.#shared.limits.tcpWriteBuffer) return true;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The system took some octets ('drain' would only tell when it has taken all, and only above the socket's own mark). */
  readonly #flushed = (): void => {
    this.lastActivity = this.#shared.clock.now();
    if (this.#socket.writableLength > this.#shared.limits.tcpWriteBuffer / 2) return;
    for (const resolve of this.#waiting.splice(0)) resolve(true);
    if (this.#queue.length > 0) this.#pump();
  };

  /** Goes on with what had to wait. */
  #pump(): void {
    if (this.#isClosed) return;
    const socket = this.#socket;
    if (this.#queue.length > 0) {
      socket.cork();
      let next = 0;
      while (next < this.#queue.length && this.#hasRoom() && !this.#isStopping) this.#take(this.#queue[next++]);
      this.#queue.splice(0, next);
      socket.uncork();
    }
    if (this.#queue.length === 0 && !this.#isStopping && socket.isPaused()) socket.resume();
    this.#endWhenDone();
  }

  /** The client has sent everything (half-close), or we are stopping: end once every answer is out. */
  #endWhenDone(): void {
    if ((!this.#hasEnded && !this.#isStopping) || this.#inFlight > 0 || this.#queue.length > 0) return;
    this.#socket.destroySoon();
  }

  #closed(): void {
    this.#isClosed = true;
    this.#queue = [];
    for (const resolve of this.#waiting.splice(0)) resolve(false);
  }
}
