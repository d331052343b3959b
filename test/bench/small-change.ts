import { setTimeout as sleep } from 'node:timers/promises';
import { CLASS, name, TYPE } from '@zonewire/shared-protocol';
import { hostsZone } from '../fixtures/zones.ts';
import { type Changing, changingPair } from './changing-pair.ts';
import { interleaved, withRatio } from './interleaved.ts';
import type { BenchOptions } from './main.ts';
import { cpuMs, median, pssMib, quantile, writtenKib } from './measure.ts';
import type { Pair } from './pairs.ts';
import type { Report, Row } from './report.ts';

const ZONE = 'example.test.';
const RECORDS = 1_000_006;
const CHANGES = 50;
const EVERY_MS = 200;

/** One record by IXFR in a zone of a million records. */
export async function smallChange({ peers, runs, command }: BenchOptions): Promise<Report> {
  const text = hostsZone(ZONE, 1, RECORDS - 3);
  const measured = await interleaved(peers, runs, (peer) => changingPair(peer, { name: ZONE, text }, measure));
  const rows = measured.map(({ samples }): Row => {
    const waits = samples.flatMap((sample) => sample.waits);
    const of = (key: keyof (typeof samples)[0]['secondary']) => median(samples.map(({ secondary }) => secondary[key]));
    return {
      servers: samples[0].name,
      p50: quantile(waits, 0.5),
      p90: quantile(waits, 0.9),
      max: quantile(waits, 1),
      'CPU primary ms': median(samples.map(({ primaryCpu }) => primaryCpu)),
      'CPU secondary ms': of('cpu'),
      'secondary PSS MiB': of('memory'),
      'grown by MiB': of('grown'),
      'written KiB a change': of('written'),
    };
  });
  return {
    title: 'Small change in a big zone',
    method:
      `${CHANGES} single-record updates of a ${RECORDS.toLocaleString('en')}-record zone, ${EVERY_MS} ms apart, each from the primary's acknowledgement ` +
      'until the secondary, polled every 0.2 ms, answers with it; ms. CPU a change of each process, what it uses at rest subtracted. ' +
      `Grown and written: the secondary's memory after all changes, and what it wrote to disk for each. ${runs} runs, interleaved.`,
    command,
    rows: withRatio(rows, 'p50'),
  };
}

async function measure(pair: Pair, { updates, poller }: Changing) {
  await sleep(3_000);
  const usedBy = () => ({ primary: cpuMs(pair.pids.primary), secondary: cpuMs(pair.pids.secondary) });
  const first = usedBy();
  await sleep(CHANGES * EVERY_MS);
  const rest = usedBy();
  const memory = pssMib(pair.pids.secondary);
  const writtenBefore = writtenKib(pair.pids.secondary);
  const waits: number[] = [];
  for (let i = 0; i < CHANGES; i++) {
    const began = performance.now();
    const owner = name(`u${i}.${ZONE}`);
    const rdata = Uint8Array.of(10, 9, i >> 8, i);
    const rcode = await updates.send([{ name: owner, type: TYPE.A, class: CLASS.IN, ttl: 60, rdata }], 10_000);
    if (rcode !== 0) throw new Error(`${pair.name}: update refused with RCODE ${rcode}`);
    const acknowledgedAt = performance.now();
    waits.push((await poller.until(owner, TYPE.A, ({ answer }) => answer.length === 1)) - acknowledgedAt);
    await sleep(Math.max(0, began + EVERY_MS - performance.now()));
  }
  const last = usedBy();
  const cpu = (key: 'primary' | 'secondary') => (last[key] - rest[key] - (rest[key] - first[key])) / CHANGES;
  return {
    name: pair.name,
    waits,
    primaryCpu: cpu('primary'),
    secondary: {
      cpu: cpu('secondary'),
      memory,
      grown: pssMib(pair.pids.secondary) - memory,
      written: (writtenKib(pair.pids.secondary) - writtenBefore) / CHANGES,
    },
  };
}
