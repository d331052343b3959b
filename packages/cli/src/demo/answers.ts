import { randomFillSync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DnsClient, silentLog, systemClock } from '@zonewire/nameserver';
import { CLASS, name, OPCODE, RCODE, readSoa, TYPE, unwrap } from '@zonewire/shared-protocol';
import { type DemoNode, HOST, NODES, ZONES } from './layout.ts';

/** What the demo asks its nodes, as any resolver would. */

export const client = new DnsClient({
  clock: systemClock,
  log: silentLog,
  random: (out) => randomFillSync(out),
});

/** The serial that a node answers with for a zone; undefined when it gives no authoritative SOA. */
export async function answeredSerial(node: DemoNode, zone: string): Promise<number | undefined> {
  const question = [{ name: name(zone), type: TYPE.SOA, class: CLASS.IN }];
  const options = { timeout: 1_000, attempts: 1 };
  const answer = await client.exchange({ opcode: OPCODE.QUERY, question }, { host: HOST, port: node.dnsPort }, options);
  if (!answer.ok || answer.value.message.rcode !== RCODE.NOERROR || !answer.value.message.aa) return undefined;
  const soa = answer.value.message.answer.find(({ type }) => type === TYPE.SOA);
  return soa && unwrap(readSoa(soa.rdata)).serial;
}

export interface NotReady {
  readonly node: string;
  readonly zone: string;
  readonly serial: number | undefined;
}

/** Which node does not yet answer for which zone with the primary's serial; empty: all do. */
async function notReady(): Promise<NotReady[]> {
  const waiting: NotReady[] = [];
  for (const zone of ZONES) {
    const serials = await Promise.all(NODES.map((node) => answeredSerial(node, zone)));
    for (const [i, serial] of serials.entries())
      if (serial === undefined || serial !== serials[0]) waiting.push({ node: NODES[i].id, zone, serial });
  }
  return waiting;
}

/** Waits until the node answers for all zones, whatever their serials. */
export async function untilAnswering(node: DemoNode, timeoutMs: number, ended: () => boolean): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (!ended() && Date.now() < deadline) {
    const serials = await Promise.all(ZONES.map((zone) => answeredSerial(node, zone)));
    if (serials.every((serial) => serial !== undefined)) return true;
    await sleep(50);
  }
  return false;
}

/** Waits until all nodes answer for all zones. Gives what is missing when that takes too long or `ended` says stop. */
export async function untilReady(timeoutMs: number, ended: () => boolean): Promise<NotReady[]> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const waiting = await notReady();
    if (waiting.length === 0 || ended() || Date.now() > deadline) return waiting;
    await sleep(50);
  }
}
