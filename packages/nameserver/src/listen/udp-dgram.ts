import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { Counters } from '../counters.ts';
import { HANDED_OVER, SILENCE } from '../pipeline/query-pipeline.ts';
import type { Clock } from '../ports.ts';
import type { RequestContext } from '../zone-handler.ts';
import { settled } from './settled.ts';
import type { DatagramHandlers, UdpListener } from './udp-port.ts';

/** Longest answer over UDP, whatever the limits say; an answer to a signed request may need the TSIG's room on top. */
const REPLY_SIZE = 4096;
/** Asked of the system, which may give less: datagrams wait there while the event loop is busy elsewhere. */
const SOCKET_BUFFER = 4 * 1024 * 1024;

export interface DgramOptions {
  readonly clock: Clock;
  readonly counters: Counters;
  /** Requests that may wait for a handler; more are dropped. */
  readonly inFlight: number;
  /** How long closing waits for them, ms. */
  readonly stopGrace: number;
  /** The address is shared with sockets that are there already (SO_REUSEPORT). */
  readonly shared?: boolean;
}

/** Reused for every datagram: handlers that keep a context get a copy. */
class DatagramContext implements RequestContext {
  readonly transport = 'udp';
  peerAddress = '';
  peerPort = 0;
  now = 0;
}

/**
 * UDP by node:dgram: portable, one system call a datagram each way.
 *
 * On a host with several addresses, answers sent from a wildcard address carry the source address the system chooses: listen
 * on the addresses themselves there.
 */
export async function openDgramListener(
  address: { readonly host: string; readonly port: number },
  handlers: DatagramHandlers,
  { clock, counters, inFlight, stopGrace, shared = false }: DgramOptions,
): Promise<UdpListener> {
  const family = isIPv6(address.host) ? 6 : 4;
  const socket: Socket = createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    ipv6Only: family === 6,
    reusePort: shared,
    // Peers are given by address. Answering at once keeps `send` synchronous, and with it the reuse of the reply's buffer.
    lookup: (host, _options, callback) => callback(null, host, family),
  });
  // With a lookup that answers at once, so may bind.
  const listening = once(socket, 'listening');
  socket.bind(address.port, address.host);
  try {
    await listening;
  } catch (error) {
    socket.close();
    throw error;
  }
  growBuffers(socket);

  const context = new DatagramContext();
  let reply: Uint8Array = new Uint8Array(REPLY_SIZE);
  let isReceiving = true;
  let isOpen = true;
  const underWay = new Set<Promise<void>>();

  const send = (message: Uint8Array, length: number, port: number, host: string): void => {
    if (isOpen) socket.send(message, 0, length, port, host);
  };
  const handOver = (request: Uint8Array, { peerPort, peerAddress, now }: RequestContext): void => {
    if (underWay.size >= inFlight) {
      counters.udpOverload++;
      return;
    }
    const own = { transport: 'udp', peerAddress, peerPort, now } as const;
    const sink = {
      send: (message: Uint8Array) => {
        send(message, message.length, peerPort, peerAddress);
        return true;
      },
      cut: () => {},
    };
    const done: Promise<void> = handlers.handle(request.slice(), own, sink).finally(() => underWay.delete(done));
    underWay.add(done);
  };
  const receive = (request: Uint8Array, peer: RemoteInfo): void => {
    // Port 0 cannot be answered.
    if (!isReceiving || peer.port === 0) {
      counters.dropped++;
      return;
    }
    context.peerAddress = peer.address;
    context.peerPort = peer.port;
    context.now = clock.now();
    const length = handlers.answer(request, request.length, reply, context);
    if (length === SILENCE) return;
    if (length === HANDED_OVER) {
      handOver(request, context);
      return;
    }
    send(reply, length, peer.port, peer.address);
    // The system did not take it at once: the buffer is in use until it has.
    if (socket.getSendQueueCount() > 0) reply = new Uint8Array(REPLY_SIZE);
  };
  socket.on('message', receive);
  // A peer that cannot be reached (ICMP) is no reason to stop; it asks again or not.
  socket.on('error', () => counters.dropped++);

  const { port } = socket.address();
  return {
    host: address.host,
    port,
    close: async () => {
      if (!isReceiving) return;
      isReceiving = false;
      await settled(underWay, clock, stopGrace);
      isOpen = false;
      socket.close();
      await once(socket, 'close');
    },
  };
}

function growBuffers(socket: Socket): void {
  try {
    socket.setRecvBufferSize(SOCKET_BUFFER);
    socket.setSendBufferSize(SOCKET_BUFFER);
  } catch {
    // The defaults work too.
  }
}
