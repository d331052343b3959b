import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { CLASS, decodeMessage, encodeMessage, name, RCODE, readSoa, TYPE } from '@zonewire/shared-protocol';
import type { Address } from './dig.ts';

/**
 * The serial that a server answers for a zone over UDP; undefined when it gives no SOA within `timeoutMs` (not loaded, expired, down).
 * For waiting: it costs no process a look, as dig does.
 */
export async function servedSerial(server: Address, zone: string, timeoutMs = 1_000): Promise<number | undefined> {
  const id = Math.floor(Math.random() * 0x10000);
  const query = encodeMessage({ id, question: [{ name: name(zone), type: TYPE.SOA, class: CLASS.IN }] });
  const socket = createSocket(server.host.includes(':') ? 'udp6' : 'udp4');
  try {
    socket.connect(server.port, server.host);
    await once(socket, 'connect');
    return await new Promise((resolve) => {
      const end = (serial: number | undefined) => {
        clearTimeout(timer);
        resolve(serial);
      };
      const timer = setTimeout(() => end(undefined), timeoutMs);
      socket.on('message', (answer) => end(serialOf(answer, id)));
      // Nobody listens there.
      socket.on('error', () => end(undefined));
      socket.send(query);
    });
  } finally {
    socket.close();
  }
}

function serialOf(answer: Uint8Array, id: number): number | undefined {
  const decoded = decodeMessage(answer);
  if (!decoded.ok || decoded.value.id !== id || decoded.value.rcode !== RCODE.NOERROR) return undefined;
  const record = decoded.value.answer.find(({ type }) => type === TYPE.SOA);
  const soa = record && readSoa(record.rdata);
  return soa?.ok ? soa.value.serial : undefined;
}
