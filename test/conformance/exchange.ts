import { createSocket, type Socket } from 'node:dgram';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Address } from '@zonewire/testkit';

/** How long a server that answers at all may take on a busy machine, ms. */
const PATIENCE = 10_000;

/** Asks one server over UDP, one question after the other, from one socket. */
export class UdpAsker {
  readonly #socket: Socket;
  readonly #server: Address;
  readonly #arrived = new Map<number, Uint8Array>();

  constructor(server: Address) {
    this.#server = server;
    this.#socket = createSocket('udp4');
    this.#socket.on('message', (message) => this.#arrived.set(message.readUInt16BE(0), new Uint8Array(message)));
  }

  /** @returns the answer with the request's ID; undefined: none for long. */
  ask(request: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#until(request, () => this.#arrived.get(id(request)));
  }

  /**
   * Whether the request is left without answer: another one sent behind it on the same socket has its answer, and a moment later
   * the first still has none.
   */
  async isSilent(request: Uint8Array, another: Uint8Array): Promise<boolean> {
    await this.#send(request);
    if ((await this.ask(another)) === undefined) throw new Error(`port ${this.#server.port} does not answer`);
    for (const until = Date.now() + 200; Date.now() < until && !this.#arrived.has(id(request)); ) await sleep(5);
    return !this.#arrived.has(id(request));
  }

  close(): void {
    this.#socket.close();
  }

  async #until<T>(request: Uint8Array, condition: () => T | undefined): Promise<T | undefined> {
    const deadline = Date.now() + PATIENCE;
    for (let sendAgainAt = 0; Date.now() < deadline; await sleep(1)) {
      const value = condition();
      if (value !== undefined) return value;
      if (Date.now() < sendAgainAt) continue;
      sendAgainAt = Date.now() + 2_000;
      await this.#send(request);
    }
    return undefined;
  }

  #send(request: Uint8Array): Promise<void> {
    const { port, host } = this.#server;
    return new Promise((resolve, reject) =>
      this.#socket.send(request, port, host, (error) => (error ? reject(error) : resolve())),
    );
  }
}

function id(message: Uint8Array): number {
  return (message[0] << 8) | message[1];
}

/** Asks over a TCP connection of its own. undefined: the server closed it without an answer. */
export async function askTcp(server: Address, request: Uint8Array): Promise<Uint8Array | undefined> {
  const socket = createConnection(server.port, server.host);
  try {
    socket.setTimeout(PATIENCE, () => socket.destroy(new Error(`port ${server.port}: no answer over TCP`)));
    socket.write(Buffer.concat([Buffer.from([request.length >> 8, request.length & 0xff]), request]));
    let received = Buffer.alloc(0);
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk]);
      const end = received.length < 2 ? Infinity : 2 + received.readUInt16BE();
      if (received.length >= end) return new Uint8Array(received.subarray(2, end));
    }
    return undefined;
  } finally {
    socket.destroy();
  }
}
