import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type Address, freePort } from '@zonewire/testkit';

/** The address a node knows Redis by: behind it the network can be cut, and another server can take its place. */
export class AddressOfRedis {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #target: Address;
  #isCut = false;

  private constructor(server: Server, port: number, target: Address) {
    this.#server = server;
    this.url = `redis://127.0.0.1:${port}`;
    this.#target = target;
  }

  static async of(target: Address): Promise<AddressOfRedis> {
    const server = createServer();
    const address = new AddressOfRedis(server, await freePort(), target);
    server.on('connection', (client) => address.#join(client));
    server.listen(Number(new URL(address.url).port), '127.0.0.1');
    await once(server, 'listening');
    return address;
  }

  /** Connections stay open, and nothing comes through. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.pause();
  }

  heal(): void {
    this.#isCut = false;
    for (const socket of this.#sockets) socket.resume();
  }

  /** What a failover does: the address belongs to another server, old connections end. */
  moveTo(target: Address): void {
    this.#target = target;
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(client: Socket): void {
    const upstream = connect(this.#target.port, this.#target.host);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ]) {
      this.#sockets.add(from);
      from.on('data', (data) => to.write(data));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      if (this.#isCut) from.pause();
    }
  }
}
