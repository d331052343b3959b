import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { RemoteAddress } from '../notify-out/remote.ts';

/** Sockets kept for another exchange with the same server. */
export const KEPT_SOCKETS = 64;
/** A socket is used again at most so often, and only so soon (ms): its source port must not become known (RFC 5452 4.5, 9.2). */
export const SOCKET_USES = 8;
export const SOCKET_AGE = 1_000;

/** A connected socket: the kernel drops what does not come from its peer. One exchange at a time. */
export interface UdpChannel {
  readonly socket: Socket;
  readonly key: string;
  readonly openedAt: number;
  uses: number;
  /** What the exchange at hand does with what arrives; at rest datagrams are dropped. */
  receive: ((datagram: Uint8Array) => void) | undefined;
  failed: ((error: Error) => void) | undefined;
}

/**
 * Sockets for exchanges: a change is followed by a NOTIFY and SOA queries to the same servers within milliseconds, and a new socket
 * for each would cost more than the exchange. Exchanges at the same time have different sockets.
 */
export class UdpChannels {
  readonly #kept = new Map<string, UdpChannel[]>();
  #count = 0;

  /** A connected socket, or a new one that says so by `connected`. Throws when the address is none. */
  take(to: RemoteAddress, now: number, connected: (channel: UdpChannel) => void): UdpChannel {
    const key = `${to.host} ${to.port}`;
    const kept = this.#kept.get(key);
    for (let channel = kept?.pop(); channel !== undefined; channel = kept?.pop()) {
      this.#count--;
      if (kept?.length === 0) this.#kept.delete(key);
      if (now - channel.openedAt < SOCKET_AGE && now >= channel.openedAt) {
        channel.socket.ref();
        connected(channel);
        return channel;
      }
      this.close(channel);
    }
    const socket = createSocket(isIPv6(to.host) ? 'udp6' : 'udp4');
    const channel: UdpChannel = { socket, key, openedAt: now, uses: 0, receive: undefined, failed: undefined };
    socket.on('message', (datagram) => channel.receive?.(datagram));
    socket.on('error', (error) => {
      if (channel.failed !== undefined) channel.failed(error);
      else this.#forget(channel);
    });
    socket.once('connect', () => connected(channel));
    try {
      socket.connect(to.port, to.host);
    } catch (error) {
      this.close(channel);
      throw error;
    }
    return channel;
  }

  /** The exchange is over and the socket is in order. */
  give(channel: UdpChannel): void {
    channel.receive = undefined;
    channel.failed = undefined;
    if (++channel.uses >= SOCKET_USES || this.#count >= KEPT_SOCKETS) {
      this.close(channel);
      return;
    }
    // What rests here keeps no process alive.
    channel.socket.unref();
    this.#count++;
    const kept = this.#kept.get(channel.key);
    if (kept === undefined) this.#kept.set(channel.key, [channel]);
    else kept.push(channel);
  }

  close({ socket }: UdpChannel): void {
    socket.removeAllListeners();
    // A datagram that arrives while closing must not throw.
    socket.on('error', () => {});
    socket.close();
  }

  #forget(channel: UdpChannel): void {
    const kept = this.#kept.get(channel.key);
    const at = kept?.indexOf(channel) ?? -1;
    if (kept === undefined || at < 0) return;
    kept.splice(at, 1);
    if (kept.length === 0) this.#kept.delete(channel.key);
    this.#count--;
    this.close(channel);
  }
}
