import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import type { Address } from '@zonewire/testkit';

/** A request that goes to every server alike. */
export interface Request {
  readonly bytes: Uint8Array;
  readonly transport: 'udp' | 'tcp';
}

/** Requests under way at once, for each server: their answers fit the socket's buffer. */
const IN_FLIGHT = 48;
const TCP_CONNECTIONS = 3;
const ATTEMPTS = 3;
const TIMEOUT = 2_000;

/** Answers in the order of the requests; undefined where there was none after {@link ATTEMPTS}. */
export async function askAll(server: Address, requests: readonly Request[]): Promise<(Uint8Array | undefined)[]> {
  const answers: (Uint8Array | undefined)[] = Array.from({ length: requests.length });
  const queues = { udp: [] as number[], tcp: [] as number[] };
  for (const [i, { transport }] of requests.entries()) queues[transport].push(i);
  queues.udp.reverse();
  queues.tcp.reverse();
  const channels: Promise<void>[] = [];
  if (queues.udp.length > 0) channels.push(drain(new UdpChannel(server), queues.udp, requests, answers, IN_FLIGHT));
  for (let i = 0; i < TCP_CONNECTIONS && queues.tcp.length > 0; i++)
    channels.push(drain(new TcpChannel(server), queues.tcp, requests, answers, IN_FLIGHT / TCP_CONNECTIONS));
  await Promise.all(channels);
  return answers;
}

async function drain(
  channel: UdpChannel | TcpChannel,
  queue: number[],
  requests: readonly Request[],
  answers: (Uint8Array | undefined)[],
  width: number,
): Promise<void> {
  await channel.open();
  const lane = async () => {
    for (let i = queue.pop(); i !== undefined; i = queue.pop()) {
      for (let left = ATTEMPTS; left > 0 && answers[i] === undefined; left--)
        answers[i] = await channel.ask(requests[i].bytes);
      // A server that has died or hangs: nothing more comes from it.
      if (answers[i] === undefined && channel.isSilent) return;
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  channel.close();
}

/** Matches answers to requests by ID, the same for datagrams and streams. */
class Pending {
  readonly #waiting = new Map<number, { done(answer: Uint8Array | undefined): void; timer: NodeJS.Timeout }>();
  #next = 0;
  #heardAt = Date.now();

  /** Nothing came for as long as a request is tried. */
  get isSilent(): boolean {
    return Date.now() - this.#heardAt >= ATTEMPTS * TIMEOUT;
  }

  ask(bytes: Uint8Array, send: (message: Uint8Array) => void): Promise<Uint8Array | undefined> {
    const id = this.#next;
    this.#next = (this.#next + 1) & 0xffff;
    const message = Uint8Array.from(bytes);
    message[0] = id >>> 8;
    message[1] = id & 0xff;
    return new Promise((done) => {
      this.#waiting.set(id, { done, timer: setTimeout(() => this.#settle(id, undefined), TIMEOUT) });
      send(message);
    });
  }

  take(answer: Uint8Array): void {
    this.#heardAt = Date.now();
    if (answer.length >= 12) this.#settle((answer[0] << 8) | answer[1], answer);
  }

  giveUp(): void {
    for (const id of this.#waiting.keys()) this.#settle(id, undefined);
  }

  #settle(id: number, answer: Uint8Array | undefined): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    waiting.done(answer);
  }
}

class UdpChannel {
  readonly #server: Address;
  readonly #pending = new Pending();
  readonly #socket: UdpSocket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });

  constructor(server: Address) {
    this.#server = server;
    this.#socket.on('message', (message) => this.#pending.take(new Uint8Array(message)));
    // An ICMP error says no more than the answer that does not come.
    this.#socket.on('error', () => {});
  }

  async open(): Promise<void> {
    this.#socket.connect(this.#server.port, this.#server.host);
    await once(this.#socket, 'connect');
  }

  get isSilent(): boolean {
    return this.#pending.isSilent;
  }

  ask(bytes: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#pending.ask(bytes, (message) => this.#socket.send(message));
  }

  close(): void {
    this.#socket.close();
  }
}

/** One connection, opened again when the server closes it. */
class TcpChannel {
  readonly #server: Address;
  readonly #pending = new Pending();
  #socket: Socket | undefined;

  constructor(server: Address) {
    this.#server = server;
  }

  async open(): Promise<void> {}

  get isSilent(): boolean {
    return this.#pending.isSilent;
  }

  ask(bytes: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#pending.ask(bytes, (message) => {
      this.#socket ??= this.#connect();
      this.#socket.write(Buffer.concat([Buffer.from([message.length >> 8, message.length & 0xff]), message]));
    });
  }

  #connect(): Socket {
    const socket = createConnection(this.#server.port, this.#server.host);
    socket.setNoDelay(true);
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE()) {
        const end = 2 + rest.readUInt16BE();
        this.#pending.take(new Uint8Array(rest.subarray(2, end)));
        rest = rest.subarray(end);
      }
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#pending.giveUp();
    });
    return socket;
  }

  close(): void {
    this.#socket?.destroy();
  }
}
