import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import {
  CLASS,
  encodeMessage,
  messageId,
  messageRcode,
  type Name,
  OPCODE,
  type ResourceRecord,
  TYPE,
} from '@zonewire/shared-protocol';
import type { Address } from './dig.ts';

/**
 * Sends RFC 2136 updates over one UDP socket and tells which were acknowledged. No retransmission: an update without an
 * answer is simply not acknowledged.
 */
export class UpdateStream {
  private readonly socket: Socket;
  private readonly server: Address;
  private readonly zone: Name;
  private readonly waiting = new Map<number, (rcode: number | undefined) => void>();
  private nextId = 1;

  private constructor(socket: Socket, server: Address, zone: Name) {
    this.socket = socket;
    this.server = server;
    this.zone = zone;
    socket.on('message', (bytes) => {
      const id = messageId(bytes);
      this.waiting.get(id)?.(messageRcode(bytes));
      this.waiting.delete(id);
    });
    // A dead server answers with ICMP errors: these are lost updates, no more.
    socket.on('error', () => {});
  }

  static async open(server: Address, zone: Name): Promise<UpdateStream> {
    const socket = createSocket('udp4');
    socket.bind(0, server.host.startsWith('127.') ? '127.0.0.1' : undefined);
    await once(socket, 'listening');
    return new UpdateStream(socket, server, zone);
  }

  /** The response code, or undefined when no answer came within `timeoutMs`. Records of class ANY or NONE delete. */
  send(updates: readonly ResourceRecord[], timeoutMs = 2_000): Promise<number | undefined> {
    const id = this.nextId;
    this.nextId = (this.nextId % 0xffff) + 1;
    const message = encodeMessage({
      id,
      opcode: OPCODE.UPDATE,
      question: [{ name: this.zone, type: TYPE.SOA, class: CLASS.IN }],
      authority: updates,
    });
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        resolve(undefined);
      }, timeoutMs);
      this.waiting.set(id, (rcode) => {
        clearTimeout(timer);
        resolve(rcode);
      });
      this.socket.send(message, this.server.port, this.server.host);
    });
  }

  close(): void {
    this.socket.close();
    for (const answer of this.waiting.values()) answer(undefined);
    this.waiting.clear();
  }
}
