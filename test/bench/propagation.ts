import { setTimeout as sleep } from 'node:timers/promises';
import { CLASS, name, TYPE } from '@zonewire/shared-protocol';
import { UpdateStream } from '@zonewire/testkit';
import { hostsZone } from '../fixtures/zones.ts';
import type { BenchOptions } from './main.ts';
import { cpuMs, quantile } from './measure.ts';
import { PAIRS, type Pair } from './pairs.ts';
import { Poller } from './poll.ts';
import type { Report, Row } from './report.ts';

const ZONE = 'example.test.';
const CHANGES = 200;
const EVERY_MS = 100;

/** One record changed by RFC 2136 at the primary until the secondary answers with it. */
export async function propagation({ peers, command }: BenchOptions): Promise<Report> {
  const rows: Row[] = [];
  for (const peer of peers)
    rows.push(await measure(await PAIRS[peer]({ name: ZONE, text: hostsZone(ZONE, 1, 1_000) })));
  return {
    title: 'Propagation',
    method:
      `${CHANGES} single-record updates ${EVERY_MS} ms apart on a 1,000-record zone, from sending the update until the secondary, ` +
      'polled every 0.2 ms, answers with it; ms. Zonewire at its defaults with fsync on both sides.',
    command,
    rows,
  };
}

async function measure(pair: Pair): Promise<Row> {
  const updates = await UpdateStream.open(pair.primary, name(ZONE));
  const poller = await Poller.open(pair.secondary);
  try {
    await poller.until(name(ZONE), TYPE.SOA, ({ answer }) => answer.length === 1);
    const total: number[] = [];
    const acknowledged: number[] = [];
    const cpu = { primary: cpuMs(pair.pids.primary), secondary: cpuMs(pair.pids.secondary) };
    for (let i = 0; i < CHANGES; i++) {
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
      total.push(seenAt - began);
      acknowledged.push(ackAt - began);
      await sleep(Math.max(0, began + EVERY_MS - performance.now()));
    }
    return {
      servers: pair.name,
      p50: quantile(total, 0.5),
      p99: quantile(total, 0.99),
      max: quantile(total, 1),
      'update acknowledged p50': quantile(acknowledged, 0.5),
      'CPU primary ms a change': (cpuMs(pair.pids.primary) - cpu.primary) / CHANGES,
      'CPU secondary ms a change': (cpuMs(pair.pids.secondary) - cpu.secondary) / CHANGES,
    };
  } catch (error) {
    console.error(`${pair.name} failed:\n${pair.output()}`);
    throw error;
  } finally {
    updates.close();
    poller.close();
    await pair.remove();
  }
}
