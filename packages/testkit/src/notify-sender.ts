import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import {
  buildNotify,
  CLASS,
  messageId,
  messageRcode,
  name,
  type ResourceRecord,
  signMessage,
  TYPE,
  writeSoa,
} from '@zonewire/shared-protocol';
import type { Address, PeerKey } from './dig.ts';
import { tsigKey } from './tsig-key.ts';

export interface NotifyToSend {
  readonly zone: string;
  /** In the SOA of the answer section (RFC 1996 3.7); without it the NOTIFY has no SOA. */
  readonly serial?: number;
  readonly key?: PeerKey | undefined;
  /** The address it comes from. Default: 127.0.0.1. */
  readonly from?: string;
}

/** Sends one NOTIFY over UDP, up to three times. @returns the answer's RCODE; undefined when there was none within `timeoutMs`. */
export async function sendNotify(to: Address, notify: NotifyToSend, timeoutMs = 5_000): Promise<number | undefined> {
  const { zone, serial, key, from = '127.0.0.1' } = notify;
  const id = Math.floor(Math.random() * 0x10000);
  const unsigned = buildNotify(name(zone), serial === undefined ? undefined : soa(zone, serial), id);
  const message = key === undefined ? unsigned : signMessage(unsigned, tsigKey(key), Date.now() / 1000).bytes;
  const socket = createSocket('udp4');
  try {
    socket.bind(0, from);
    await once(socket, 'listening');
    return await new Promise((resolve) => {
      const send = () => socket.send(message, to.port, to.host);
      const again = setInterval(send, timeoutMs / 3);
      const end = (rcode: number | undefined) => {
        clearInterval(again);
        clearTimeout(timer);
        resolve(rcode);
      };
      const timer = setTimeout(() => end(undefined), timeoutMs);
      socket.on('message', (answer) => {
        if (messageId(answer) === id) end(messageRcode(answer));
      });
      // An ICMP error says that nobody listens; the next attempt may find somebody.
      socket.on('error', () => {});
      send();
    });
  } finally {
    socket.close();
  }
}

function soa(zone: string, serial: number): ResourceRecord {
  const apex = name(zone);
  const timers = { refresh: 3600, retry: 600, expire: 86_400, minimum: 60 };
  const rdata = writeSoa({ mname: name('ns1', apex), rname: name('hostmaster', apex), serial, ...timers });
  return { name: apex, type: TYPE.SOA, class: CLASS.IN, ttl: 300, rdata };
}
