import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { MAX_MESSAGE } from '@zonewire/shared-protocol';
import type { Counters } from '../counters.ts';
import type { NameserverLimits } from '../limits.ts';
import type { Clock, TimerHandle } from '../ports.ts';
import type { RequestWatch } from '../request-watch.ts';
import { settled } from './settled.ts';
import { type StreamHandlers, TcpConnection, type TcpShared } from './tcp-connection.ts';

export interface TcpListener {
  readonly host: string;
  readonly port: number;
  /** Takes no more connections and requests, finishes what is under way within `stopGrace`, closes everything. */
  close(): Promise<void>;
}

export interface TcpOptions {
  readonly clock: Clock;
  readonly counters: Counters;
  readonly limits: NameserverLimits;
  /** Connections of all listeners of a server: the limits are for them together. */
  readonly connections: TcpConnections;
  readonly watch?: RequestWatch | undefined;
}

/** Longest time between two looks at the connections, ms. */
const CHECK_INTERVAL = 1_000;

/** The open connections of a server and the rule at the limits: the one idle for longest makes room, else the new one goes. */
export class TcpConnections {
  readonly #open = new Set<TcpConnection>();
  readonly #perClient = new Map<string, number>();
  readonly #limits: NameserverLimits;
  readonly #counters: Counters;

  constructor(limits: NameserverLimits, counters: Counters) {
    this.#limits = limits;
    this.#counters = counters;
  }

  /** True when there is room for one more connection of this client, made if necessary. */
  admit(client: string): boolean {
    const { tcpConnections, tcpPerClient } = this.#limits;
    if ((this.#perClient.get(client) ?? 0) >= tcpPerClient) return this.#evict(client);
    return this.#open.size < tcpConnections || this.#evict(undefined);
  }

  add(connection: TcpConnection): void {
    this.#open.add(connection);
    this.#perClient.set(connection.peerAddress, (this.#perClient.get(connection.peerAddress) ?? 0) + 1);
    this.#counters.tcp.accepted++;
    this.#counters.tcp.open = this.#open.size;
  }

  remove(connection: TcpConnection): void {
    if (!this.#open.delete(connection)) return;
    this.#counters.tcp.open = this.#open.size;
    const left = (this.#perClient.get(connection.peerAddress) ?? 0) - 1;
    if (left > 0) this.#perClient.set(connection.peerAddress, left);
    else this.#perClient.delete(connection.peerAddress);
  }

  /** Closes the connection (of `client`, or of anybody) that is idle for longest; false when all are busy. */
  #evict(client: string | undefined): boolean {
    let oldest: TcpConnection | undefined;
    for (const connection of this.#open) {
      if ((client !== undefined && connection.peerAddress !== client) || !connection.isIdle) continue;
      if (oldest === undefined || connection.lastActivity < oldest.lastActivity) oldest = connection;
    }
    if (oldest === undefined) return false;
    this.#counters.tcp.evicted++;
    oldest.close();
    this.remove(oldest);
    return true;
  }
}

/** Rejects with the system's error when the address cannot be bound. */
export async function openTcpListener(
  address: { readonly host: string; readonly port: number },
  handlers: StreamHandlers,
  { clock, counters, limits, connections, watch }: TcpOptions,
): Promise<TcpListener> {
  const shared: TcpShared = { handlers, limits, counters, clock, reply: new Uint8Array(MAX_MESSAGE) };
  const own = new Map<TcpConnection, Promise<void>>();

  const accept = (socket: Socket): void => {
    const client = socket.remoteAddress;
    if (client === undefined || !connections.admit(client)) {
      counters.tcp.refused++;
      socket.destroy();
      return;
    }
    watch?.connected(client, clock.now());
    const connection = new TcpConnection(socket, client, shared);
    connections.add(connection);
    const closed = new Promise<void>((resolve) => {
      socket.on('close', () => {
        connections.remove(connection);
        own.delete(connection);
        resolve();
      });
    });
    own.set(connection, closed);
  };

  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, accept);
  server.listen({ host: address.host, port: address.port, ipv6Only: true, backlog: 1024 });
  await once(server, 'listening');
  // Accepting may fail for want of file descriptors; the next one may go through.
  server.on('error', () => counters.tcp.refused++);

  let timer: TimerHandle;
  const interval = Math.max(10, Math.min(CHECK_INTERVAL, limits.tcpIdleTimeout / 4, limits.tcpStallTimeout / 4));
  const check = () => {
    const now = clock.now();
    for (const connection of own.keys()) connection.check(now);
    timer = clock.setTimeout(check, interval);
  };
  timer = clock.setTimeout(check, interval);

  const { port } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  const close = async () => {
    clock.clearTimeout(timer);
    const isClosed = once(server, 'close');
    server.close();
    for (const connection of own.keys()) connection.stop();
    await settled(own.values(), clock, limits.stopGrace);
    for (const connection of own.keys()) connection.close();
    await isClosed;
  };
  return {
    host: address.host,
    port,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
