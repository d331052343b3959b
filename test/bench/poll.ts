import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { CLASS, decodeMessage, encodeMessage, type Message, type Name } from '@zonewire/shared-protocol';
import type { Address } from '@zonewire/testkit';

/** Asks one server over and over, the next question 0.2 ms after the last answer: sees a change as soon as it is served. */
export class Poller {
  readonly #socket: Socket;
  readonly #server: Address;
  #answer: (message: Message) => void = () => {};
  #id = 0;

  private constructor(socket: Socket, server: Address) {
    this.#socket = socket;
    this.#server = server;
    socket.on('message', (bytes) => {
      const decoded = decodeMessage(bytes);
      if (decoded.ok && decoded.value.id === this.#id) this.#answer(decoded.value);
    });
    socket.on('error', () => {});
  }

  static async open(server: Address): Promise<Poller> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new Poller(socket, server);
  }

  /** Resolves with `performance.now()` of the first answer that satisfies `seen`. Fails after `timeoutMs`. */
  async until(name: Name, type: number, seen: (message: Message) => boolean, timeoutMs = 30_000): Promise<number> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const message = await this.ask(name, type);
      const now = performance.now();
      if (message !== undefined && seen(message)) return now;
      if (now > deadline) throw new Error(`not seen within ${timeoutMs} ms`);
      while (performance.now() < now + 0.2) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** One question, asked once; undefined: no answer within `timeoutMs`. A server that is polled and busy or not there yet is asked again. */
  ask(name: Name, type: number, timeoutMs = 50): Promise<Message | undefined> {
    this.#id = (this.#id + 1) & 0xffff;
    const query = encodeMessage({ id: this.#id, question: [{ name, type, class: CLASS.IN }] });
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), timeoutMs);
      this.#answer = (message) => {
        clearTimeout(timer);
        resolve(message);
      };
      this.#socket.send(query, this.#server.port, this.#server.host);
    });
  }

  close(): void {
    this.#socket.close();
  }
}
