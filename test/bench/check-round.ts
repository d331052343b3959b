import { setTimeout as sleep } from 'node:timers/promises';
import { CLASS, name, TYPE } from '@zonewire/shared-protocol';
import { UpdateStream, type ZonewireNode } from '@zonewire/testkit';
import { cpuMs, quantile } from './measure.ts';
import { Poller } from './poll.ts';

/** Zones that are changed, in turn. */
const CHANGED = 50;
const EVERY_MS = 50;
/** After a start the first changes run code that was never run: they are told apart, and not what the round does to changes. */
const FIRST = 20;
/** Changes at rest: as many as there were during the round, within these. */
const AT_REST = { least: 100, most: 1_000 };
const REST_MS = 10_000;
const LOOK_MS = 10_000;

export interface CheckRound {
  /** From the start of the process until each zone's SOA was asked for once. */
  readonly seconds: number;
  /** From sending an update until the secondary answers with it, ms: the first ones, while the round goes on, and when it is over. */
  readonly lagFirst: readonly number[];
  readonly lagDuring: readonly number[];
  readonly lagAtRest: readonly number[];
  /** Share of a core, %. */
  readonly cpuAtRest: number;
}

/**
 * A secondary that was just started asks the primary for every zone's SOA: how long that takes, and whether changes have to wait for it.
 * `startedAt`: `performance.now()` of the start.
 */
export async function checkRound(
  primary: ZonewireNode,
  secondary: ZonewireNode,
  zones: readonly string[],
  startedAt: number,
  limitMs: number,
): Promise<CheckRound> {
  const poller = await Poller.open(secondary);
  const step = Math.max(1, Math.floor(zones.length / CHANGED));
  const changed = zones.filter((_, i) => i % step === 0).slice(0, CHANGED);
  const streams = await Promise.all(changed.map((zone) => UpdateStream.open(primary, name(zone))));
  let count = 0;
  const change = async () => {
    const turn = count++ % changed.length;
    const owner = name(`u${count}.${changed[turn]}`);
    const began = performance.now();
    const rdata = Uint8Array.of(10, 9, count >> 8, count);
    const sent = streams[turn].send([{ name: owner, type: TYPE.A, class: CLASS.IN, ttl: 60, rdata }], 10_000);
    const lag = (await poller.until(owner, TYPE.A, ({ answer }) => answer.length === 1, 60_000)) - began;
    if ((await sent) !== 0) throw new Error(`update of ${changed[turn]} was not acknowledged`);
    await sleep(Math.max(0, began + EVERY_MS - performance.now()));
    return lag;
  };
  try {
    // What was changed or added since the stored version is fetched without being asked for by a timer: the round is over with it.
    const lagFirst: number[] = [];
    while (lagFirst.length < FIRST) lagFirst.push(await change());
    const lagDuring: number[] = [];
    let endedAt = 0;
    for (let lookAt = 0; endedAt === 0; ) {
      if (performance.now() > lookAt) {
        // Between two changes: a look is work for the node.
        const answered = await checks(secondary);
        // Those changed meanwhile were fetched, which needs no check.
        if (answered >= zones.length - Math.min(changed.length, count)) endedAt = performance.now();
        else if (performance.now() - startedAt > limitMs)
          throw new Error(`${answered} SOA checks in ${limitMs} ms, of ${zones.length} zones`);
        lookAt = performance.now() + LOOK_MS;
      } else lagDuring.push(await change());
    }
    await sleep(2_000);
    const pid = secondary.process.child.pid!;
    const before = cpuMs(pid);
    await sleep(REST_MS);
    const cpuAtRest = (100 * (cpuMs(pid) - before)) / REST_MS;
    const lagAtRest: number[] = [];
    const atRest = Math.min(Math.max(AT_REST.least, lagDuring.length), AT_REST.most);
    while (lagAtRest.length < atRest) lagAtRest.push(await change());
    return { seconds: (endedAt - startedAt) / 1000, lagFirst, lagDuring, lagAtRest, cpuAtRest };
  } finally {
    poller.close();
    for (const stream of streams) stream.close();
  }
}

async function checks(node: ZonewireNode): Promise<number> {
  const metrics = await (await fetch(`${node.controlUrl}/metrics`)).text();
  return Number(/^zonewire_soa_checks_total\{result="answered"\} (\d+)/m.exec(metrics)?.[1] ?? 0);
}

/** Columns of a row about it. */
export function checkRoundColumns(rounds: readonly CheckRound[]): Record<string, number> {
  const median = (values: readonly number[]) => quantile(values, 0.5);
  const first = rounds.flatMap(({ lagFirst }) => lagFirst);
  const during = rounds.flatMap(({ lagDuring }) => lagDuring);
  const rest = rounds.flatMap(({ lagAtRest }) => lagAtRest);
  return {
    'round of SOA checks s': median(rounds.map(({ seconds }) => seconds)),
    'first changes p50 ms': quantile(first, 0.5),
    'lag during p50 ms': quantile(during, 0.5),
    'p99 ms': quantile(during, 0.99),
    'lag at rest p50 ms': quantile(rest, 0.5),
    'p99 ms ': quantile(rest, 0.99),
    'CPU at rest %': median(rounds.map(({ cpuAtRest }) => cpuAtRest)),
  };
}
