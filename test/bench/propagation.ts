import { setTimeout as sleep } from 'node:timers/promises';
import { CLASS, name, TYPE } from '@zonewire/shared-protocol';
import { hostsZone } from '../fixtures/zones.ts';
import { type Changing, changingPair } from './changing-pair.ts';
import { interleaved, withRatio } from './interleaved.ts';
import type { BenchOptions } from './main.ts';
import { cpuMs, median, quantile } from './measure.ts';
import type { Pair } from './pairs.ts';
import type { Report, Row } from './report.ts';

const ZONE = 'example.test.';
const CHANGES = 200;
const EVERY_MS = 100;
/** Those that take seconds a change are given fewer. */
const LIMIT_MS = 60_000;
const FEWEST = 20;

/** One record changed by RFC 2136 at the primary until the secondary answers with it. */
export async function propagation({ peers, runs, command }: BenchOptions): Promise<Report> {
  const measured = await interleaved(peers, runs, (peer) =>
    changingPair(peer, { name: ZONE, text: hostsZone(ZONE, 1, 1_000) }, measure),
  );
  const rows = measured.map(({ subject, samples }): Row => {
    const of = (key: 'seen' | 'acknowledged') => samples.flatMap((sample) => sample[key]);
    const mean = (key: 'primary' | 'secondary') => median(samples.map((sample) => sample.cpu[key]));
    return {
      servers: samples[0].name ?? subject,
      p50: quantile(of('seen'), 0.5),
      p99: quantile(of('seen'), 0.99),
      max: quantile(of('seen'), 1),
      'update acknowledged p50': quantile(of('acknowledged'), 0.5),
      'CPU primary ms a change': mean('primary'),
      'CPU secondary ms a change': mean('secondary'),
    };
  });
  return {
    title: 'Propagation',
    method:
      `${CHANGES} single-record updates ${EVERY_MS} ms apart, each when the one before is seen (as many as ${LIMIT_MS / 1000} s hold), on a 1,000-record zone, from sending the update until the secondary, ` +
      `polled every 0.2 ms, answers with it; ms. ${runs} runs, interleaved, all changes of all runs together. ` +
      'Zonewire at its defaults, warmed up, with fsync on both sides.',
    command,
    rows: withRatio(rows, 'p50'),
  };
}

async function measure(pair: Pair, { updates, poller }: Changing) {
  const seen: number[] = [];
  const acknowledged: number[] = [];
  const first = { primary: cpuMs(pair.pids.primary), secondary: cpuMs(pair.pids.secondary) };
  const startedAt = performance.now();
  for (let i = 0; i < CHANGES; i++) {
    if (i >= FEWEST && performance.now() - startedAt > LIMIT_MS) break;
    const began = performance.now();
    const owner = name(`u${i}.${ZONE}`);
    const rdata = Uint8Array.of(10, 9, i >> 8, i);
    let ackAt = 0;
    const sent = updates.send([{ name: owner, type: TYPE.A, class: CLASS.IN, ttl: 60, rdata }]).then((rcode) => {
      if (rcode !== 0) throw new Error(`${pair.name}: update refused with RCODE ${rcode}`);
      ackAt = performance.now();
    });
    const seenAt = await poller.until(owner, TYPE.A, ({ answer }) => answer.length === 1);
    await sent;
    seen.push(seenAt - began);
    acknowledged.push(ackAt - began);
    await sleep(Math.max(0, began + EVERY_MS - performance.now()));
  }
  const cpu = {
    primary: (cpuMs(pair.pids.primary) - first.primary) / seen.length,
    secondary: (cpuMs(pair.pids.secondary) - first.secondary) / seen.length,
  };
  return { name: pair.name, seen, acknowledged, cpu };
}
