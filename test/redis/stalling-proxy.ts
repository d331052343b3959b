import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { type Address, freePort } from '@zonewire/testkit';

/** Stands before a primary: UDP passes; what the primary sends over TCP is held back while `stalled`. */
export class StallingProxy implements Address {
  readonly host = '127.0.0.1';
  port = 0;
  stalled = false;
  /** Ports of the clients whose answers are held back. */
  readonly held = new Set<number>();
  readonly #close: (() => void)[] = [];

  static async start(primary: Address): Promise<StallingProxy> {
    const proxy = new StallingProxy();
    proxy.port = await freePort();
    const tcp = createServer((client) => proxy.#forward(client, primary));
    tcp.listen(proxy.port, proxy.host);
    await once(tcp, 'listening');
    const udp = createSocket('udp4');
    udp.on('message', (query, from) => {
      const upstream = createSocket('udp4');
      upstream.on('message', (answer) => {
        udp.send(answer, from.port, from.address);
        upstream.close();
      });
      upstream.send(query, primary.port, primary.host);
    });
    udp.bind(proxy.port, proxy.host);
    await once(udp, 'listening');
    proxy.#close.push(
      () => tcp.close(),
      () => udp.close(),
    );
    return proxy;
  }

  close(): void {
    for (const close of this.#close) close();
  }

  #forward(client: Socket, primary: Address): void {
    const upstream = connect(primary.port, primary.host);
    const { remotePort = 0 } = client;
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    client.pipe(upstream);
    upstream.on('data', (data) => {
      // Held back for good: who asked has to be killed, or to give up.
      if (this.stalled) this.held.add(remotePort);
      else client.write(data);
    });
    this.#close.push(() => client.destroy());
  }
}
