import { connect, type Socket } from 'node:net';
import type { RemoteAddress } from '../notify-out/remote.ts';

/** Connections kept for another request to the same server (RFC 7766 6.2.1). */
export const KEPT_CONNECTIONS = 32;
/** How long one is kept unused, ms: shorter than servers wait (RFC 7766 6.2.3; ours waits 10 s, others longer). */
export const CONNECTION_AGE = 8_000;

/** Room for one read. */
const READ_SIZE = 256 * 1024;

/**
 * All connections read into it, again and again: a socket reads when its callback is called, in the same breath, and who is called back
 * has what it needs when it returns.
 */
let readBuffer: Buffer | undefined;

/** What the request at hand does with what its connection brings. */
export interface ConnectionUser {
  connected(): void;
  received(chunk: Uint8Array): void;
  failed(error: Error): void;
  /** The peer closed its side, or all of it is gone. */
  ended(): void;
}

/** A connection to another server, for one request at a time. */
export class TcpConnection {
  readonly socket: Socket;
  readonly key: string;
  user: ConnectionUser | undefined;
  restingSince = 0;
  /** Served a request before: when the peer has closed it meanwhile, that says nothing about the peer. */
  wasKept = false;

  constructor(to: RemoteAddress, key: string, user: ConnectionUser, gone: (connection: TcpConnection) => void) {
    this.key = key;
    this.user = user;
    readBuffer ??= Buffer.allocUnsafeSlow(READ_SIZE);
    this.socket = connect({
      host: to.host,
      port: to.port,
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (length, buffer) => {
          // Octets that nobody asked for.
          if (this.user === undefined) this.socket.destroy();
          else this.user.received(buffer.subarray(0, length));
          return !this.socket.destroyed;
        },
      },
    });
    this.socket.on('connect', () => this.user?.connected());
    this.socket.on('error', (error) => this.user?.failed(error));
    const ended = () => {
      if (this.user === undefined) gone(this);
      else this.user.ended();
    };
    this.socket.on('end', ended);
    this.socket.on('close', ended);
  }
}

/** Connections to other servers. What rests here ends with the peer, or with its age at the next request. */
export class TcpConnections {
  readonly #kept = new Map<string, TcpConnection[]>();
  #count = 0;

  /** A kept connection, which is ready (`wasKept`), or a new one that calls `connected`. */
  take(to: RemoteAddress, now: number, user: ConnectionUser, isFresh: boolean): TcpConnection {
    const key = `${to.host} ${to.port}`;
    for (let resting = this.#newest(key); resting !== undefined; resting = this.#newest(key)) {
      if (isFresh) break;
      this.#remove(resting);
      const age = now - resting.restingSince;
      if (age >= 0 && age < CONNECTION_AGE && resting.socket.readyState === 'open') {
        resting.socket.ref();
        resting.user = user;
        resting.wasKept = true;
        return resting;
      }
      resting.socket.destroy();
    }
    return new TcpConnection(to, key, user, (gone) => {
      this.#remove(gone);
      gone.socket.destroy();
    });
  }

  /** The request is over, and nothing of an answer is left in the connection. */
  give(connection: TcpConnection, now: number): void {
    connection.user = undefined;
    connection.restingSince = now;
    if (this.#count >= KEPT_CONNECTIONS || connection.socket.readyState !== 'open') {
      connection.socket.destroy();
      return;
    }
    // What rests here keeps no process alive.
    connection.socket.unref();
    const kept = this.#kept.get(connection.key);
    if (kept === undefined) this.#kept.set(connection.key, [connection]);
    else kept.push(connection);
    this.#count++;
  }

  #newest(key: string): TcpConnection | undefined {
    return this.#kept.get(key)?.at(-1);
  }

  #remove(connection: TcpConnection): void {
    const kept = this.#kept.get(connection.key);
    const at = kept?.indexOf(connection) ?? -1;
    if (kept === undefined || at < 0) return;
    kept.splice(at, 1);
    if (kept.length === 0) this.#kept.delete(connection.key);
    this.#count--;
  }
}
