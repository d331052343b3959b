import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { RemoteAddress } from '../notify-out/remote.ts';
import type { ClientCounters } from './client-counters.ts';

/** Exchanges of one socket in all, and so at a time too (RFC 5452 9.2 wants several ports when many questions are under way). */
export const SOCKET_EXCHANGES = 16;
/** ms after which a socket begins no more exchanges: its port must not become known (RFC 5452 4.5). */
export const SOCKET_AGE = 1_000;
/** Sockets kept open without an exchange. */
export const KEPT_SOCKETS = 64;

/** An exchange at its socket. */
export interface SocketUser {
  /** The socket stands: the request may be sent. */
  ready(): void;
  /** A datagram with the exchange's ID. */
  received(datagram: Uint8Array): void;
  failed(error: Error): void;
}

/**
 * A connected socket with a source port that the kernel chose: the kernel drops what does not come from its peer, and says when nobody
 * listens there. Several exchanges share it. Each has an ID that no other had at this socket, before or beside it: a late answer
 * belongs to nobody, and who forges one has to guess port and ID of one question, as if it had a socket to itself.
 */
export class UdpSocket {
  readonly key: string;
  readonly openedAt: number;
  /** Datagrams with an ID of nobody, so far. */
  strangers = 0;
  isReady = false;
  isClosed = false;
  readonly #socket: Socket;
  /** Undefined: the exchange is over, its ID is not used again. */
  readonly #users = new Map<number, SocketUser | undefined>();
  #underWay = 0;

  constructor(
    to: RemoteAddress,
    key: string,
    now: number,
    broken: (socket: UdpSocket) => void,
    counters: ClientCounters,
  ) {
    this.key = key;
    this.openedAt = now;
    const socket = createSocket(isIPv6(to.host) ? 'udp6' : 'udp4');
    this.#socket = socket;
    socket.on('message', (datagram) => {
      const user = datagram.length < 2 ? undefined : this.#users.get((datagram[0] << 8) | datagram[1]);
      if (user !== undefined) return user.received(datagram);
      this.strangers++;
      counters.ignoredReplies++;
    });
    const failed = (error: Error) => {
      if (this.isClosed) return;
      this.close();
      broken(this);
      // What the kernel says of the peer (nobody listens, no route) is true for everything under way to it.
      for (const user of [...this.#users.values()]) user?.failed(error);
    };
    socket.on('error', failed);
    socket.once('connect', () => {
      this.isReady = true;
      for (const user of [...this.#users.values()]) user?.ready();
    });
    this.#sent = (error) => {
      if (error !== null && !isLoss(error)) failed(error);
    };
    try {
      socket.connect(to.port, to.host);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  readonly #sent: (error: Error | null) => void;

  get underWay(): number {
    return this.#underWay;
  }

  /** Young enough for another exchange, and not used up. */
  hasRoom(now: number): boolean {
    const age = now - this.openedAt;
    return !this.isClosed && this.#users.size < SOCKET_EXCHANGES && age >= 0 && age < SOCKET_AGE;
  }

  /** `id` drawn at random, or the next one that was not used here (16 of 65,536 are at most). @returns the ID. */
  add(id: number, user: SocketUser): number {
    let free = id;
    while (this.#users.has(free)) free = (free + 1) & 0xffff;
    this.#users.set(free, user);
    if (this.#underWay++ === 0) this.#socket.ref();
    return free;
  }

  send(bytes: Uint8Array): void {
    this.#socket.send(bytes, this.#sent);
  }

  /** @returns whether nothing is under way any more. */
  remove(id: number): boolean {
    this.#users.set(id, undefined);
    if (--this.#underWay > 0) return false;
    // What rests keeps no process alive.
    if (!this.isClosed) this.#socket.unref();
    return true;
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    const socket = this.#socket;
    socket.removeAllListeners();
    // A datagram that arrives while closing must not throw.
    socket.on('error', () => {});
    socket.close();
  }
}

/** Full buffers lose a datagram as the network does: it is sent again when no answer comes. */
function isLoss(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOBUFS' || code === 'EAGAIN' || code === 'ENOMEM';
}

/** The sockets of all exchanges: few for many, each used for a short time. */
export class UdpSockets {
  readonly #counters: ClientCounters;
  /** By peer, those that may have room, the newest last. */
  readonly #open = new Map<string, UdpSocket[]>();
  /** Without an exchange, the longest first. */
  readonly #resting = new Set<UdpSocket>();

  constructor(counters: ClientCounters) {
    this.#counters = counters;
  }

  /** A socket with room for an exchange with `to`. Throws when the address is none. */
  take(to: RemoteAddress, key: string, now: number): UdpSocket {
    const open = this.#open.get(key);
    for (let socket = open?.at(-1); socket !== undefined; socket = open?.at(-1)) {
      if (socket.hasRoom(now)) {
        this.#resting.delete(socket);
        return socket;
      }
      open?.pop();
      this.#retire(socket);
    }
    this.#counters.socketsOpened++;
    const socket = new UdpSocket(to, key, now, (broken) => this.#forget(broken), this.#counters);
    if (open === undefined) this.#open.set(key, [socket]);
    else {
      // An emptied list is no longer in the map.
      this.#open.set(key, open);
      open.push(socket);
    }
    return socket;
  }

  /** The exchange `id` is over. */
  release(socket: UdpSocket, id: number, now: number): void {
    if (!socket.remove(id) || socket.isClosed) return;
    if (!socket.hasRoom(now)) {
      this.#forget(socket);
      socket.close();
      return;
    }
    if (this.#resting.size >= KEPT_SOCKETS) {
      const [longest] = this.#resting;
      this.#forget(longest);
      longest.close();
    }
    this.#resting.add(socket);
  }

  /** It begins no more exchanges, and is closed when its last one is over. */
  #retire(socket: UdpSocket): void {
    this.#resting.delete(socket);
    if (socket.underWay === 0) socket.close();
  }

  #forget(socket: UdpSocket): void {
    this.#resting.delete(socket);
    const open = this.#open.get(socket.key);
    const at = open?.indexOf(socket) ?? -1;
    if (open === undefined || at < 0) return;
    open.splice(at, 1);
    if (open.length === 0) this.#open.delete(socket.key);
  }
}
