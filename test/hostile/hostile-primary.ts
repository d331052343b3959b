import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { decodeMessage, name, nameKey } from '@zonewire/shared-protocol';
import { freePort, hostileMessage, messagesOf, withLength } from '@zonewire/testkit';
import { FakePrimary } from '../../packages/secondary/src/fixtures/fake-primary.ts';

/** Timers that a zone survives: it is asked by NOTIFY alone. */
const TIMERS = { refresh: 3600, retry: 3600, expire: 86_400 };

/** A primary for many zones. While it is hostile, what it sends is wounded in most cases: SOA answers as well as transfers. */
export class HostilePrimary {
  readonly host = '127.0.0.1';
  readonly port: number;
  /** Wounded messages sent. */
  sent = 0;
  /** Transfers asked for. */
  transfers = 0;
  readonly #zones: ReadonlyMap<string, FakePrimary>;
  readonly #random: (below: number) => number;
  readonly #udp: UdpSocket;
  readonly #tcp: Server;
  readonly #open = new Set<Socket>();
  #isHostile = false;

  private constructor(port: number, zones: readonly string[], random: (below: number) => number) {
    this.port = port;
    this.#random = random;
    this.#zones = new Map(
      zones.map((zone) => {
        const primary = new FakePrimary(name(zone), 1, TIMERS);
        primary.change((hosts) => {
          for (let i = 0; i < 40; i++) hosts.set(`h${i}`, i);
        });
        return [nameKey(name(zone)), primary];
      }),
    );
    this.#udp = createSocket('udp4', (request, from) => {
      const answer = this.#zoneOf(request)?.answer(request);
      if (answer !== undefined) this.#udp.send(this.#wounded(answer), from.port, from.address);
    });
    this.#tcp = createServer((socket) => this.#connected(socket));
  }

  static async start(zones: readonly string[], random: (below: number) => number): Promise<HostilePrimary> {
    const primary = new HostilePrimary(await freePort(), zones, random);
    primary.#udp.bind(primary.port, primary.host);
    primary.#tcp.listen(primary.port, primary.host);
    await Promise.all([once(primary.#udp, 'listening'), once(primary.#tcp, 'listening')]);
    return primary;
  }

  /** From now on it wounds what it sends. */
  turn(): void {
    this.#isHostile = true;
  }

  /** As it was before; whoever waits for the rest of a wounded transfer is not left waiting. */
  reform(): void {
    this.#isHostile = false;
    for (const socket of this.#open) socket.destroy();
  }

  /** A new version of the zone. @returns its serial */
  change(zone: string): number {
    const primary = this.#zones.get(nameKey(name(zone)))!;
    primary.messageRecords = 1 + this.#random(50);
    primary.ixfr = this.#random(4) === 0 ? 'whole' : 'diffs';
    primary.change((hosts) => hosts.set(`h${this.#random(40)}`, this.#random(60_000)));
    if (primary.history.length > 10) primary.history.shift();
    return primary.serial;
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    this.#udp.close();
    this.#tcp.close();
    await once(this.#tcp, 'close');
  }

  #connected(socket: Socket): void {
    this.#open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#open.delete(socket));
    void this.#serve(socket);
  }

  async #serve(socket: Socket): Promise<void> {
    try {
      for await (const request of messagesOf(socket)) this.#transfer(socket, request);
    } catch {
      // Closed by the other side in the middle of a message, which is its right.
    }
  }

  #transfer(socket: Socket, request: Uint8Array): void {
    const zone = this.#zoneOf(request);
    if (zone === undefined) return void socket.destroy();
    this.transfers++;
    zone.asked.length = 0;
    const proper = zone.transfer(request);
    // Half of them are sound up to one message: what follows a good beginning is read by other code.
    const from = this.#random(2) === 0 ? 0 : this.#random(proper.length);
    const messages = proper.map((message, i) => (i < from ? message : this.#wounded(message, proper)));
    socket.write(Buffer.concat(messages.map(withLength)));
    if (this.#isHostile && this.#random(3) === 0) socket.end();
  }

  #wounded(message: Uint8Array, others: readonly Uint8Array[] = [message]): Uint8Array {
    if (!this.#isHostile || this.#random(8) === 0) return message;
    this.sent++;
    const wounded = hostileMessage([message, ...others], this.#random);
    // With another id it would be passed over before it is read.
    if (wounded.length > 1 && this.#random(8) > 0) wounded.set(message.subarray(0, 2));
    return wounded;
  }

  #zoneOf(request: Uint8Array): FakePrimary | undefined {
    const decoded = decodeMessage(request);
    return decoded.ok && decoded.value.question.length === 1
      ? this.#zones.get(nameKey(decoded.value.question[0].name))
      : undefined;
  }
}
