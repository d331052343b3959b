import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import {
  buildNotify,
  decodeMessage,
  encodeMessage,
  isResponse,
  messageId,
  name,
  TYPE,
} from '@zonewire/shared-protocol';
import { type Address, eventually, hostileMessage, withLength } from '@zonewire/testkit';

/** Ids that ours have: wounded messages have others, for theirs is set. */
const MARK = 0xff00;

export interface Sent {
  udp: number;
  tcp: number;
  answers: number;
  /** Answers that cannot be read, or have QR off. */
  badAnswers: string[];
}

/** One client of a node: sends it what nobody should, no faster than it reads, and reads what comes back. */
export class Besieger {
  readonly sent: Sent = { udp: 0, tcp: 0, answers: 0, badAnswers: [] };
  readonly #node: Address;
  readonly #socket: Socket;
  readonly #seeds: readonly Uint8Array[];
  readonly #random: (below: number) => number;
  readonly #heard = new Set<number>();
  #mark = 0;

  private constructor(node: Address, socket: Socket, seeds: readonly Uint8Array[], random: (below: number) => number) {
    this.#node = node;
    this.#socket = socket;
    this.#seeds = seeds;
    this.#random = random;
    socket.on('message', (answer) => this.#answered(answer));
  }

  static async open(node: Address, seeds: readonly Uint8Array[], random: (below: number) => number): Promise<Besieger> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new Besieger(node, socket, seeds, random);
  }

  /** `count` messages over UDP; then waits until a query, and a NOTIFY, which another socket takes, are answered. `still`: a zone that nothing changes. */
  async datagrams(count: number, still: string): Promise<void> {
    for (let i = 0; i < count; i++) {
      const message = hostileMessage(this.#seeds, this.#random);
      message[0] &= 0x7f;
      this.#send(message);
    }
    this.sent.udp += count;
    await Promise.all([
      this.#until((id) => soaQuery(still, id)),
      this.#until((id) => buildNotify(name(still), undefined, id)),
    ]);
  }

  /** `count` messages over one connection, of which the last may be cut off; until the node has closed it. */
  async connection(count: number): Promise<void> {
    const socket = connect(this.#node.port, this.#node.host);
    socket.on('error', () => {});
    socket.resume();
    const messages = Array.from({ length: count }, () => withLength(hostileMessage(this.#seeds, this.#random)));
    const bytes = Buffer.concat(messages);
    socket.end(this.#random(2) === 0 ? bytes : bytes.subarray(0, this.#random(bytes.length) + 1));
    await once(socket, 'close');
    this.sent.tcp += count;
  }

  close(): void {
    this.#socket.close();
  }

  #send(message: Uint8Array): void {
    this.#socket.send(message, this.#node.port, this.#node.host);
  }

  /** A datagram may get lost where the node's buffer is full: asked again. */
  async #until(message: (id: number) => Uint8Array): Promise<void> {
    const id = MARK | (this.#mark++ & 0xff);
    this.#heard.delete(id);
    let next = 0;
    await eventually(
      'the node answers what it should',
      () => {
        if (Date.now() >= next) {
          this.#send(message(id));
          next = Date.now() + 250;
        }
        return this.#heard.has(id);
      },
      60_000,
      1,
    );
  }

  #answered(answer: Uint8Array): void {
    const decoded = decodeMessage(answer);
    if (!decoded.ok || !isResponse(answer)) {
      this.sent.badAnswers.push(Buffer.from(answer).toString('hex'));
      return;
    }
    const id = messageId(answer);
    if ((id & MARK) === MARK) this.#heard.add(id);
    else this.sent.answers++;
  }
}

function soaQuery(zone: string, id: number): Uint8Array {
  return encodeMessage({ id, question: [{ name: name(zone), type: TYPE.SOA, class: 1 }] });
}
