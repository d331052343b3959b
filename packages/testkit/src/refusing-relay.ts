import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  decodeMessage,
  encodeMessage,
  nameKey,
  nameToText,
  RCODE,
  signMessage,
  type TsigKey,
  TYPE,
  verifyRequest,
} from '@zonewire/shared-protocol';
import type { Address, PeerKey } from './dig.ts';
import { freePort } from './free-port.ts';
import { tsigKey } from './tsig-key.ts';

export interface RefusingRelayOptions {
  /** The server behind it. */
  readonly to: Address;
  /** Keys that its refusals are signed with: those of the requests. */
  readonly keys?: readonly PeerKey[];
  readonly port?: number;
  /** Default: REFUSED. */
  readonly rcode?: number;
}

const BIND_TRIES = 20;
const BIND_PAUSE = 500;

/** PowerDNS asks from whatever port it likes, also from one that a test was given and does not use yet: for as long as a question lasts. */
async function bound(socket: Server | UdpSocket, bind: () => void): Promise<void> {
  for (let tries = 1; ; tries++) {
    bind();
    try {
      await once(socket, 'listening');
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || tries === BIND_TRIES) throw error;
      await sleep(BIND_PAUSE);
    }
  }
}

/**
 * Stands before a primary as one that does not do IXFR: every IXFR is refused here, signed with the request's key; everything else
 * goes through to the server behind it and back as it is. No real server of Debian 12 refuses IXFR alone: all answer with the zone.
 */
export class RefusingRelay implements Address {
  readonly host = '127.0.0.1';
  readonly port: number;
  /** Zones whose IXFR was refused, in order. */
  readonly refused: string[] = [];
  /** Zones whose IXFR goes through after all. */
  readonly passing = new Set<string>();
  readonly #to: Address;
  readonly #keys: ReadonlyMap<string, TsigKey>;
  readonly #rcode: number;
  readonly #tcp: Server;
  readonly #udp: UdpSocket;
  readonly #open = new Set<Socket | UdpSocket>();

  private constructor(port: number, { to, keys = [], rcode = RCODE.REFUSED }: RefusingRelayOptions) {
    this.port = port;
    this.#to = to;
    this.#keys = new Map(keys.map((key) => [nameKey(tsigKey(key).name), tsigKey(key)]));
    this.#rcode = rcode;
    this.#tcp = createServer((client) => this.#connected(client));
    this.#udp = createSocket('udp4', (message, from) => this.#datagram(message, from));
  }

  static async start(options: RefusingRelayOptions): Promise<RefusingRelay> {
    const relay = new RefusingRelay(options.port ?? (await freePort()), options);
    await bound(relay.#tcp, () => relay.#tcp.listen(relay.port, relay.host));
    await bound(relay.#udp, () => relay.#udp.bind(relay.port, relay.host));
    return relay;
  }

  async close(): Promise<void> {
    this.#udp.close();
    this.#tcp.close();
    for (const socket of this.#open) 'destroy' in socket ? socket.destroy() : socket.close();
    await once(this.#tcp, 'close');
  }

  /** The refusal of an IXFR; undefined for every other message. */
  #refusalOf(bytes: Uint8Array): Uint8Array | undefined {
    const verdict = verifyRequest(bytes, (keyName) => this.#keys.get(nameKey(keyName)), Date.now() / 1000);
    const decoded = decodeMessage(verdict.status === 'ok' ? verdict.message : bytes);
    if (!decoded.ok || decoded.value.question[0]?.type !== TYPE.IXFR) return undefined;
    const { id, question } = decoded.value;
    const zone = nameToText(question[0].name);
    if (this.passing.has(zone)) return undefined;
    this.refused.push(zone);
    const refusal = encodeMessage({ id, qr: true, rcode: this.#rcode, question });
    if (verdict.status !== 'ok') return refusal;
    return signMessage(refusal, verdict.key, Date.now() / 1000, { requestMac: verdict.mac }).bytes;
  }

  #datagram(message: Uint8Array, from: RemoteInfo): void {
    const refusal = this.#refusalOf(message);
    if (refusal !== undefined) {
      this.#udp.send(refusal, from.port, from.address);
      return;
    }
    const back = createSocket('udp4');
    const end = () => {
      clearTimeout(timer);
      if (this.#open.delete(back)) back.close();
    };
    const timer = setTimeout(end, 5_000);
    this.#open.add(back);
    back.on('message', (answer) => {
      if (this.#open.has(back)) this.#udp.send(answer, from.port, from.address, end);
    });
    back.on('error', end);
    back.send(message, this.#to.port, this.#to.host);
  }

  /** One connection to the server for each of a client's. Both ways whole messages, so that a refusal never falls into one. */
  #connected(client: Socket): void {
    const server = connect(this.#to.port, this.#to.host);
    for (const socket of [client, server]) {
      this.#open.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => this.#open.delete(socket));
    }
    client.on('close', () => server.destroy());
    // What has come from the server still goes out.
    server.on('close', () => client.end());
    client.on(
      'data',
      framed((message) => {
        const refusal = this.#refusalOf(message.subarray(2));
        if (refusal === undefined) server.write(message);
        else client.write(Buffer.concat([Buffer.of(refusal.length >> 8, refusal.length & 255), refusal]));
      }),
    );
    server.on(
      'data',
      framed((message) => client.write(message)),
    );
  }
}

/** Cuts a stream into messages, each with its two octets of length before it. */
function framed(onMessage: (message: Buffer) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE()) {
      const end = 2 + rest.readUInt16BE();
      onMessage(Buffer.from(rest.subarray(0, end)));
      rest = rest.subarray(end);
    }
  };
}
