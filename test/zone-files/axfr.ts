import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CLASS,
  decodeMessage,
  encodeMessage,
  name,
  type ResourceRecord,
  rcodeToText,
  TYPE,
} from '@zonewire/shared-protocol';
import { messagesOf, withLength } from '@zonewire/testkit';
import type { ZoneServer } from './servers.ts';

/** NSD 4.6 sends messages without end for a record that fits into none. */
const MAX_MESSAGES = 1000;
const MAX_TIME = 60_000;
const MAX_ATTEMPTS = 8;

/** Its records, the SOA once, or why it cannot be had. */
export type Transferred = readonly ResourceRecord[] | string;

/** Each zone by AXFR, one connection after the other, until the server ends: Knot 3.2 does now and then, after zones that it cannot send. */
export async function transferAll(server: ZoneServer, zones: readonly string[]): Promise<Map<string, Transferred>> {
  const found = new Map<string, Transferred>();
  for (const zone of zones) {
    const transferred = await transferPatiently(server, zone);
    if (transferred === undefined) break;
    found.set(zone, transferred);
  }
  return found;
}

/**
 * A server that is asked for a thousand zones in a second may close a connection that it has just taken: asked again, a few times.
 * undefined: it has ended.
 */
async function transferPatiently(server: ZoneServer, zone: string): Promise<Transferred | undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transfer(server, zone);
    } catch (error) {
      await sleep(100 * attempt);
      const { process } = server;
      if (!process.isRunning) return undefined;
      if (attempt < MAX_ATTEMPTS) continue;
      throw new Error(`no transfer of ${zone} from ${process.name}:\n${process.output.slice(-4000)}`, { cause: error });
    }
  }
}

async function transfer(server: ZoneServer, zone: string): Promise<Transferred> {
  const socket = createConnection(server.port, server.host);
  const timer = setTimeout(() => socket.destroy(), MAX_TIME);
  try {
    const question = [{ name: name(zone), type: TYPE.AXFR, class: CLASS.IN }];
    const request = encodeMessage({ id: 1, question });
    socket.write(withLength(request));
    const records: ResourceRecord[] = [];
    let messages = 0;
    for await (const octets of messagesOf(socket)) {
      const decoded = decodeMessage(octets);
      if (!decoded.ok) return decoded.error.message;
      const message = decoded.value;
      if (message.rcode !== 0) return rcodeToText(message.rcode);
      records.push(...message.answer);
      if (++messages > MAX_MESSAGES) break;
      if (records.length > 1 && records[records.length - 1].type === TYPE.SOA) return records.slice(0, -1);
    }
    return `the transfer ended after ${records.length} records`;
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}
