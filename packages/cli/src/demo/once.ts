import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReplicaLag } from '@zonewire/nameserver';
import { CLASS, name, OPCODE, RCODE, rcodeToText, rdataFromText, TYPE, unwrap } from '@zonewire/shared-protocol';
import { secretFromText } from '../config/secrets.ts';
import { duration } from '../output/time.ts';
import { answeredSerial, client } from './answers.ts';
import { type DemoNode, HOST, KEY_FILE, KEY_ID, NODES } from './layout.ts';

const ZONE = 'example.test.';
const OWNER = `changed-by-demo.${ZONE}`;
/** How long a secondary may take before the demo gives up. */
const TIMEOUT_MS = 10_000;
const WARM_UP_MS = 300;

/** Changes one record at the primary and shows when each secondary answers with it. False: it did not arrive. */
export async function changeOnce(say: (line: string) => void): Promise<boolean> {
  const [primary, ...secondaries] = NODES;
  const text = `changed at ${new Date().toISOString()}`;
  const before = await answeredSerial(primary, ZONE);
  say(`change ${OWNER} TXT "${text}" by a signed dynamic update (RFC 2136) to the primary`);
  // Both are asked all the time from before the change on, so that the first question is not the slow one.
  const watches = secondaries.map((node) => arrival(node, text));
  await sleep(WARM_UP_MS);
  const sent = performance.now();
  const refusal = await update(primary, text);
  const acknowledged = performance.now();
  if (refusal !== undefined) {
    say(`the primary refused it: ${refusal}`);
    return false;
  }
  const after = await answeredSerial(primary, ZONE);
  say(`primary: acknowledged ${duration(acknowledged - sent)} after it was sent, serial ${before} -> ${after}`);
  const arrivals = await Promise.all(watches);
  for (const [i, { id }] of secondaries.entries()) {
    const at = arrivals[i];
    if (at === undefined) say(`${id}: did NOT answer with it within ${TIMEOUT_MS / 1000} s`);
    else say(`${id}: answers with it, lag ${duration(Math.max(0, at - acknowledged))} after the acknowledgement`);
  }
  say(`primary: ${await lagAtPrimary(primary)}`);
  return arrivals.every((at) => at !== undefined);
}

/** What `zonewire lag` says: the primary sees for itself when its secondaries answer with a change. */
async function lagAtPrimary({ controlPort }: DemoNode): Promise<string> {
  const url = `http://${HOST}:${controlPort}/api/v1/zones/${ZONE}/replicas`;
  const deadline = performance.now() + 2_000;
  for (;;) {
    const { replicas } = (await (await fetch(url)).json()) as { replicas: ReplicaLag[] };
    if (replicas.every(({ state }) => state === 'in-sync') || performance.now() > deadline) {
      const each = replicas.map(
        ({ id, state, lagMs }) => `${id} ${state}${lagMs === undefined ? '' : ` after ${duration(lagMs)}`}`,
      );
      return `has seen ${each.join(', ')} (this is what zonewire lag shows)`;
    }
    await sleep(20);
  }
}

/** Replaces the TXT record. Gives the reason when it was not accepted. */
async function update(primary: DemoNode, text: string): Promise<string | undefined> {
  const secret = unwrap(secretFromText(readFileSync(KEY_FILE, 'utf8'), { id: KEY_ID, algorithm: 'hmac-sha256' }));
  const owner = name(OWNER);
  const rdata = unwrap(rdataFromText(TYPE.TXT, JSON.stringify(text)));
  const answer = await client.exchange(
    {
      opcode: OPCODE.UPDATE,
      question: [{ name: name(ZONE), type: TYPE.SOA, class: CLASS.IN }],
      authority: [
        // RFC 2136 2.5.2: class ANY without rdata deletes the RRset; 2.5.1: class IN adds.
        { name: owner, type: TYPE.TXT, class: CLASS.ANY, ttl: 0, rdata: new Uint8Array(0) },
        { name: owner, type: TYPE.TXT, class: CLASS.IN, ttl: 60, rdata },
      ],
    },
    { host: HOST, port: primary.dnsPort },
    { timeout: TIMEOUT_MS, key: { name: name(KEY_ID), algorithm: 'hmac-sha256', secret } },
  );
  if (!answer.ok) return answer.error.message;
  const { rcode } = answer.value.message;
  return rcode === RCODE.NOERROR ? undefined : rcodeToText(rcode);
}

/** When (performance.now) the node first answered with the text, asked every millisecond. */
async function arrival(node: DemoNode, text: string): Promise<number | undefined> {
  const wanted = Buffer.from(unwrap(rdataFromText(TYPE.TXT, JSON.stringify(text))));
  const question = [{ name: name(OWNER), type: TYPE.TXT, class: CLASS.IN }];
  const deadline = performance.now() + TIMEOUT_MS;
  while (performance.now() < deadline) {
    const answer = await client.exchange(
      { opcode: OPCODE.QUERY, question },
      { host: HOST, port: node.dnsPort },
      { timeout: 500, attempts: 1 },
    );
    if (answer.ok && answer.value.message.answer.some(({ rdata }) => wanted.equals(rdata))) return performance.now();
    await sleep(1);
  }
  return undefined;
}
