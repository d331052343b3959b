import { setTimeout as sleep } from 'node:timers/promises';
import { CLASS, name, type ResourceRecord, TYPE } from '@zonewire/shared-protocol';
import { hostsZone } from '../fixtures/zones.ts';
import { type Changing, changingPair } from './changing-pair.ts';
import { interleaved, withRatio } from './interleaved.ts';
import type { BenchOptions } from './main.ts';
import { cpuMs, median, quantile } from './measure.ts';
import type { Pair } from './pairs.ts';
import type { Report, Row } from './report.ts';

const ZONE = 'example.test.';
const PER_SECOND = 500;
const SECONDS = 20;
const COUNT = PER_SECOND * SECONDS;
/** Each change writes its number here: whoever sees a number has all changes up to it. */
const COUNTER = name(`counter.${ZONE}`);

/** A steady stream of single-record updates: when each is seen at the secondary, and whether all are. */
export async function sustained({ peers, runs, command }: BenchOptions): Promise<Report> {
  const measured = await interleaved(peers, runs, (peer) =>
    changingPair(peer, { name: ZONE, text: hostsZone(ZONE, 1, 1_000) }, measure),
  );
  const rows = measured.map(({ samples }): Row => {
    const waits = samples.flatMap((sample) => sample.waits);
    const of = (key: 'converged' | 'lost' | 'cpu') => median(samples.map((sample) => sample[key]));
    return {
      servers: samples[0].name,
      p50: quantile(waits, 0.5),
      p99: quantile(waits, 0.99),
      max: quantile(waits, 1),
      'all seen after the end': of('converged'),
      'not acknowledged': of('lost'),
      'CPU of both, ms a change': of('cpu'),
    };
  });
  return {
    title: 'Sustained',
    method:
      `${PER_SECOND} single-record updates a second for ${SECONDS} s on a 1,000-record zone, each from its sending until the secondary, polled every 0.2 ms, ` +
      `answers with it or a later one; ms. ${runs} runs, interleaved.`,
    command,
    rows: withRatio(rows, 'p99'),
  };
}

async function measure(pair: Pair, { updates, poller }: Changing) {
  const sentAt = new Float64Array(COUNT + 1);
  const seenAt = new Float64Array(COUNT + 1);
  let lost = 0;
  let seen = 0;
  const cpu = () => cpuMs(pair.pids.primary) + cpuMs(pair.pids.secondary);
  const before = cpu();
  const watch = async () => {
    while (seen < COUNT) {
      const at = await poller.until(COUNTER, TYPE.TXT, ({ answer }) => {
        const latest = answer.length === 1 ? counted(answer[0]) : 0;
        if (latest <= seen) return false;
        seenAt.fill(performance.now(), seen + 1, latest + 1);
        seen = latest;
        return true;
      });
      if (at === undefined) return;
    }
  };
  const watching = watch();
  const began = performance.now();
  const sent: Promise<void>[] = [];
  for (let i = 1; i <= COUNT; i++) {
    while (performance.now() < began + (i * 1000) / PER_SECOND) await sleep(1);
    sentAt[i] = performance.now();
    sent.push(
      updates.send(replacement(i), 10_000).then((rcode) => {
        if (rcode !== 0) lost++;
      }),
    );
  }
  const ended = performance.now();
  await Promise.all([...sent, watching]);
  const waits = Array.from({ length: COUNT }, (_, i) => seenAt[i + 1] - sentAt[i + 1]);
  return {
    name: pair.name,
    waits,
    converged: Math.max(0, seenAt[COUNT] - ended),
    lost,
    cpu: (cpu() - before) / COUNT,
  };
}

function replacement(count: number): ResourceRecord[] {
  const text = Buffer.from(String(count));
  return [
    { name: COUNTER, type: TYPE.TXT, class: CLASS.ANY, ttl: 0, rdata: new Uint8Array() },
    { name: COUNTER, type: TYPE.TXT, class: CLASS.IN, ttl: 60, rdata: Uint8Array.of(text.length, ...text) },
  ];
}

function counted({ rdata }: ResourceRecord): number {
  return Number(Buffer.from(rdata.subarray(1)).toString());
}
