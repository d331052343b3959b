import { connect } from 'node:net';
import { CLASS, encodeMessage, type Name, TYPE } from '@zonewire/shared-protocol';
import type { Address } from '@zonewire/testkit';

export interface Counted {
  /** From the request to the last octet, s. */
  readonly seconds: number;
  readonly messages: number;
  readonly records: number;
  /** Of messages, with their two octets of length. */
  readonly octets: number;
}

/** Octets of a message up to and with ANCOUNT. */
const COUNTS = 8;

/**
 * Asks for a zone by AXFR and reads as fast as it can, looking at nothing but lengths, response codes and counts: never what
 * limits a server. Ends when `records` have come. @throws when another number comes, an error, or nothing for 30 s
 */
export function countTransfer(server: Address, zone: Name, records: number): Promise<Counted> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: server.host, port: server.port, noDelay: true });
    const head = new Uint8Array(2 + COUNTS);
    let filled = 0;
    let left = 0;
    const counted = { messages: 0, records: 0, octets: 0 };
    let began = 0;
    const end = (error?: Error) => {
      socket.destroy();
      if (error) reject(error);
      else resolve({ seconds: (performance.now() - began) / 1000, ...counted });
    };
    const read = (chunk: Uint8Array) => {
      let at = 0;
      while (at < chunk.length) {
        if (filled < head.length) {
          head[filled++] = chunk[at++];
          if (filled < head.length) continue;
          left = ((head[0] << 8) | head[1]) - COUNTS;
          counted.messages++;
          counted.octets += left + head.length;
          counted.records += (head[8] << 8) | head[9];
          if ((head[5] & 15) !== 0) return end(new Error(`AXFR answered with RCODE ${head[5] & 15}`));
        }
        const here = Math.min(left, chunk.length - at);
        at += here;
        left -= here;
        if (left > 0) return;
        filled = 0;
        if (counted.records > records)
          return end(new Error(`${counted.records} records came, ${records} were expected`));
        if (counted.records === records) return end();
      }
    };
    socket.setTimeout(30_000, () => end(new Error(`AXFR stands still at ${counted.records} records`)));
    socket.on('error', end);
    socket.on('end', () => end(new Error(`AXFR ended after ${counted.records} of ${records} records`)));
    socket.on('data', read);
    socket.on('connect', () => {
      const message = encodeMessage({ id: 4242, question: [{ name: zone, type: TYPE.AXFR, class: CLASS.IN }] });
      began = performance.now();
      socket.write(Uint8Array.of(message.length >> 8, message.length, ...message));
    });
  });
}
