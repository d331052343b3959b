import { setTimeout as sleep } from 'node:timers/promises';
import { digSerial, eventually, seededRandom, sendNotify, tsigKey, ZonewireNode } from '@zonewire/testkit';
import { sampleZone } from '../fixtures/zones.ts';
import { SHA256 } from '../interop/keys.ts';
import { Besieger } from './besieger.ts';
import { HostilePrimary } from './hostile-primary.ts';
import { MEMORY_ARGS, memoryOf, type NodeMemory } from './node-memory.ts';
import { properRequests } from './requests.ts';

/** What is asked and changed, and what nobody may change. */
const OPEN = 'example.test.';
const STILL = 'still.test.';
const FOLLOWED = Array.from({ length: 40 }, (_, i) => `followed${i}.test.`);
/** Messages over UDP between two looks whether the node has read them: far less than its socket holds. */
const BURST = 64;
/** Every so many bursts, a connection with this many messages. */
const CONNECTION = { every: 8, messages: 32 };
/** What may have become more from the first look to the last: noise of the heap, and pages that the process keeps. A leak of 100 octets a message is 67 MiB in a million. */
const GROWTH: NodeMemory = { heapMib: 8, pssMib: 48 };
/** From so many messages on, growth of memory says something. */
const LONG = 100_000;
/** The least part of the datagrams that the node must have read: the rest its kernel may have thrown away. */
const READ = 0.95;
/** The part of all messages after which memory is looked at first: by then everything has been compiled and filled that ever is. */
const WARM = 0.3;

export interface SiegeResult {
  readonly udp: number;
  readonly tcp: number;
  /** SOA answers and transfer messages of its primary. */
  readonly fromPrimary: number;
  readonly transfers: number;
  readonly answers: number;
  readonly seconds: number;
  readonly memory: { readonly warm: NodeMemory; readonly end: NodeMemory };
  /** What must not be. */
  readonly failures: string[];
}

/** A real node under `messages` malformed ones, by `seed`: to its port over UDP and TCP, and from the primary of forty of its zones. */
export async function siege(
  messages: number,
  seed: number,
  say: (line: string) => void = () => {},
): Promise<SiegeResult> {
  const random = seededRandom(seed);
  const primary = await HostilePrimary.start(FOLLOWED, seededRandom(seed + 1));
  const node = await ZonewireNode.prepare({
    keys: [SHA256],
    execArgv: MEMORY_ARGS,
    zones: [
      { name: OPEN, text: sampleZone(1) },
      { name: STILL, text: sampleZone(1, '', STILL), settings: { acl: [] } },
      ...FOLLOWED.map((zone) => ({ name: zone, primaries: [primary], settings: { 'retry-min-interval': 1 } })),
    ],
  });
  let besieger: Besieger | undefined;
  try {
    await node.run();
    for (const zone of FOLLOWED) await node.untilSerial(zone, 2);
    besieger = await Besieger.open(node, properRequests(OPEN, FOLLOWED, tsigKey(SHA256)), random);
    const { sent } = besieger;
    const total = () => sent.udp + sent.tcp + primary.sent;
    const began = performance.now();
    primary.turn();
    const notifying = new AbortController();
    const notified = notify(node, primary, notifying.signal);
    let warm: NodeMemory | undefined;
    let told = 0;
    for (let burst = 1; total() < messages; burst++) {
      await besieger.datagrams(BURST, STILL);
      if (burst % CONNECTION.every === 0) await besieger.connection(CONNECTION.messages);
      if (warm === undefined && total() >= WARM * messages) warm = await memoryOf(node);
      if (total() - told >= 100_000) {
        told = total();
        say(`${told} sent, ${primary.transfers} transfers, ${((performance.now() - began) / 1000).toFixed(0)} s`);
      }
    }
    const seconds = (performance.now() - began) / 1000;
    notifying.abort();
    await notified;
    primary.reform();
    const failures = [...sent.badAnswers.slice(0, 5).map((hex) => `an answer that cannot be read: ${hex}`)];
    failures.push(...(await troubles(node, sent.udp)), ...(await healed(node, primary)));
    const end = await memoryOf(node);
    if (messages >= LONG) failures.push(...grown(warm ?? end, end));
    return {
      udp: sent.udp,
      tcp: sent.tcp,
      fromPrimary: primary.sent,
      transfers: primary.transfers,
      answers: sent.answers,
      seconds,
      memory: { warm: warm ?? end, end },
      failures,
    };
  } finally {
    besieger?.close();
    await node.remove();
    await primary.close();
  }
}

/** Tells the node of new versions, one zone after the other, as fast as it fetches them. */
async function notify(node: ZonewireNode, primary: HostilePrimary, signal: AbortSignal): Promise<void> {
  for (let i = 0; !signal.aborted; i++) {
    const zone = FOLLOWED[i % FOLLOWED.length];
    const before = primary.transfers;
    await sendNotify(node, { zone, serial: primary.change(zone) }, 1_000);
    for (const until = Date.now() + 50; primary.transfers === before && Date.now() < until; ) await sleep(2);
  }
}

/** What the node itself says went wrong in it, or did not come to it. */
async function troubles(node: ZonewireNode, datagrams: number): Promise<string[]> {
  if (!node.process.isRunning) return [`the node has ended:\n${node.process.output.slice(-4_000)}`];
  const { metrics, read } = await untilRead(node, READ * datagrams);
  const internal = Number(/^zonewire_internal_errors_total (\d+)/m.exec(metrics)?.[1]);
  const found = internal === 0 ? [] : [`zonewire_internal_errors_total is ${internal}`];
  if (read < READ * datagrams) found.push(`the node has read ${read} of ${datagrams} datagrams`);
  const lines = node.process.output
    .split('\n')
    .filter((line) => /uncaught|unhandled|internal-error|TypeError|RangeError/i.test(line));
  return [...found, ...lines.slice(0, 5)];
}

/** The node's metrics, once they tell that so many were read, or seconds later: answering threads tell their counts now and then. */
async function untilRead(node: ZonewireNode, wanted: number): Promise<{ metrics: string; read: number }> {
  for (const until = Date.now() + 10_000; ; await sleep(100)) {
    const metrics = await (await node.open('/metrics')).text();
    const counts = metrics.matchAll(/^zonewire_(?:responses|requests_dropped)_total(?:\{.*\})? (\d+)/gm);
    const read = [...counts].reduce((sum, [, value]) => sum + Number(value), 0);
    if (read >= wanted || Date.now() > until) return { metrics, read };
  }
}

function grown(warm: NodeMemory, end: NodeMemory): string[] {
  return (['heapMib', 'pssMib'] as const)
    .filter((what) => end[what] - warm[what] > GROWTH[what])
    .map((what) => `${what} has grown from ${warm[what].toFixed(1)} to ${end[what].toFixed(1)}`);
}

/** It must still be what it was: the zone that nothing changed is answered, and every other follows its primary again. */
async function healed(node: ZonewireNode, primary: HostilePrimary): Promise<string[]> {
  const failures: string[] = [];
  if ((await digSerial(node, STILL)) !== 1) failures.push(`${STILL} is not answered with serial 1 any more`);
  const heals = async (zone: string) => {
    const serial = primary.change(zone);
    try {
      await eventually(
        `${zone} at serial ${serial}`,
        async () => {
          await sendNotify(node, { zone, serial }, 1_000);
          return (await digSerial(node, zone)) === serial;
        },
        60_000,
        200,
      );
    } catch (error) {
      failures.push((error as Error).message);
    }
  };
  await Promise.all(FOLLOWED.map(heals));
  return failures;
}
