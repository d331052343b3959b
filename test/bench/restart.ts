import { setTimeout as sleep } from 'node:timers/promises';
import { name, TYPE } from '@zonewire/shared-protocol';
import { hostsZone } from '../fixtures/zones.ts';
import { interleaved, withRatio } from './interleaved.ts';
import type { BenchOptions } from './main.ts';
import { bornOn, median, pssMib, SERVER_CORE } from './measure.ts';
import { PAIRS } from './pairs.ts';
import { Poller } from './poll.ts';
import type { Report, Row } from './report.ts';

const ZONE = 'example.test.';
const RECORDS = 1_000_006;
const LAST = name(`host${RECORDS - 4}.${ZONE}`);

/** NSD writes its zone files in the background: all have so long for what is still to be stored. */
const STORED_MS = 5_000;

/** A secondary with a zone of a million records that is started again while its primary is down. */
export async function restart({ peers, runs, command }: BenchOptions): Promise<Report> {
  const text = hostsZone(ZONE, 1, RECORDS - 3);
  const measured = await interleaved(peers, runs, (peer) => measure(peer, text));
  const rows = measured.map(({ samples }): Row => {
    const seconds = samples.map((sample) => sample.seconds);
    return {
      secondary: samples[0].name,
      seconds: median(seconds),
      min: Math.min(...seconds),
      max: Math.max(...seconds),
      'PSS MiB': median(samples.map((sample) => sample.memory)),
    };
  });
  return {
    title: 'Restart',
    method: `a secondary of a ${RECORDS.toLocaleString('en')}-record zone, ended with SIGTERM, its primary down, from the start of its process until its first right answer for the zone's last name. ${runs} runs, interleaved, medians.`,
    command,
    rows: withRatio(rows, 'seconds'),
  };
}

async function measure(peer: string, text: string) {
  const pair = await PAIRS[peer]({ name: ZONE, text, durable: true });
  const poller = await Poller.open(pair.secondary);
  try {
    await poller.until(LAST, TYPE.A, ({ answer }) => answer.length === 1, 180_000);
    await sleep(STORED_MS);
    const { primary, secondary } = pair.servers;
    await primary.stop();
    await secondary.stop();
    const began = performance.now();
    const started = bornOn(SERVER_CORE, () => secondary.run());
    const seenAt = await poller.until(LAST, TYPE.A, ({ answer }) => answer.length === 1, 60_000);
    await started;
    return { name: pair.name, seconds: (seenAt - began) / 1000, memory: pssMib(secondary.process.child.pid!) };
  } catch (error) {
    console.error(`${pair.name} failed:\n${pair.output()}`);
    throw error;
  } finally {
    poller.close();
    await pair.remove();
  }
}
