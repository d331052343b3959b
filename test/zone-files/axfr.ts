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

/** The records of each zone by AXFR, the SOA once; a text says why a zone cannot be had. One connection after the other. */
export async function transferAll(
  server: ZoneServer,
  zones: readonly string[],
): Promise<Map<string, readonly ResourceRecord[] | string>> {
  const found = new Map<string, readonly ResourceRecord[] | string>();
  for (const zone of zones) found.set(zone, await transferPatiently(server, zone));
  return found;
}

/** A server that is asked for a thousand zones in a second may close a connection that it has just taken: asked again, a few times. */
async function transferPatiently(server: ZoneServer, zone: string): Promise<readonly ResourceRecord[] | string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transfer(server, zone);
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !server.process.isRunning)
        throw new Error(gaveUp(server, zone), { cause: error });
      await sleep(100 * attempt);
    }
  }
}

function gaveUp({ process }: ZoneServer, zone: string): string {
  const state = process.isRunning ? 'runs' : `ended (${process.child.signalCode ?? process.child.exitCode})`;
  return `no transfer of ${zone} from ${process.name}, which ${state}:\n${process.output.slice(-4000)}`;
}

async function transfer(server: ZoneServer, zone: string): Promise<readonly ResourceRecord[] | string> {
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
