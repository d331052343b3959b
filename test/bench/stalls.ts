import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CLASS, name, type ResourceRecord, TYPE } from '@zonewire/shared-protocol';
import { freePort, RunningProcess, UpdateStream, ZonewireNode } from '@zonewire/testkit';
import { hostsZone } from '../fixtures/zones.ts';
import type { BenchOptions } from './main.ts';
import { LOAD_CORE, pin, quantile, SERVER_CORE } from './measure.ts';
import { nodeArguments } from './pairs.ts';
import type { Report, Row } from './report.ts';
import type { SteadyPhase } from './steady-client.ts';

const ZONE = 'example.test.';
const HOSTS = 100_000;
/** The feeder's. */
const BIG_ZONE = 'example.';
const BIG_RECORDS = 1_000_006;
const PER_SECOND = 2_000;
const PHASE_MS = 5_000;
const ROUNDS = 3;
/** Hosts changed by one update, and how often: overlays are an eighth of the zone, and merged, every two seconds or so. */
const BURST = 250;
const BURST_MS = 50;

/** What queries at a steady rate notice of the merging of overlays and of the installing of a big zone. */
export async function stalls({ runs, command }: BenchOptions): Promise<Report> {
  const phases = new Map<string, { latencies: number[]; lost: number; events: number }>();
  for (let run = 0; run < runs; run++) await measure(phases);
  const idle = quantile(phases.get('idle')!.latencies, 0.999);
  const rows = [...phases].map(([phase, { latencies, lost, events }]): Row => {
    const p999 = quantile(latencies, 0.999);
    return {
      phase,
      'of them': events,
      queries: latencies.length,
      lost,
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
      'p99.9': p999,
      max: quantile(latencies, 1),
      'p99.9 / idle': p999 / idle,
    };
  });
  return {
    title: 'Stalls',
    method:
      `${PER_SECOND.toLocaleString('en')} queries a second to a secondary with everything on one core, by a client with real-time priority on the other; ms. Nothing else going on; ` +
      `${BURST} hosts of the ${HOSTS.toLocaleString('en')}-host zone that is asked for changed every ${BURST_MS} ms, so that overlays are merged over and over; a ${BIG_RECORDS.toLocaleString('en')}-record zone ` +
      `transferred in (AXFR) again and again. Phases of ${PHASE_MS / 1000} s, ${ROUNDS} times in turn; ${runs} runs, all together.`,
    command,
    rows,
  };
}

async function measure(phases: Map<string, { latencies: number[]; lost: number; events: number }>): Promise<void> {
  const feeder = await RunningProcess.start('feeder', process.execPath, [
    fileURLToPath(new URL('./feeder.ts', import.meta.url)),
    String(BIG_RECORDS),
  ]);
  const server = { workers: 1, 'warm-up': true };
  const port = await freePort();
  let primary: ZonewireNode | undefined;
  let secondary: ZonewireNode | undefined;
  let client: ChildProcess | undefined;
  let updates: UpdateStream | undefined;
  try {
    pin(feeder.child.pid!, LOAD_CORE);
    await feeder.until('port', () => /port \d+/.test(feeder.output), 60_000);
    const feederAt = { host: '127.0.0.1', port: Number(/port (\d+)/.exec(feeder.output)![1]) };
    primary = await ZonewireNode.start({
      server,
      zones: [{ name: ZONE, text: hostsZone(ZONE, 1, HOSTS), notify: [{ host: '127.0.0.1', port }] }],
    });
    pin(primary.process.child.pid!, LOAD_CORE);
    secondary = await ZonewireNode.start({
      execArgv: nodeArguments(),
      port,
      server,
      zones: [
        { name: ZONE, primaries: [primary] },
        { name: BIG_ZONE, primaries: [feederAt] },
      ],
    });
    const node = secondary;
    pin(node.process.child.pid!, SERVER_CORE);
    await node.untilSerial(ZONE, 1);
    await node.untilSerial(BIG_ZONE, 1);
    for (const { process } of [primary, secondary])
      await process.until('"warmed up"', () => process.output.includes('warmed up'), 120_000);
    updates = await UpdateStream.open(primary, name(ZONE));
    const stream = updates;
    client = fork(
      fileURLToPath(new URL('./steady-client.ts', import.meta.url)),
      [node.host, String(port), String(PER_SECOND), String(HOSTS), ZONE],
      { serialization: 'advanced' },
    );
    const asking = client;
    pin(client.pid!, LOAD_CORE);
    // The load on its core must not be what it measures.
    execFileSync('chrt', ['-f', '-a', '-p', '10', String(client.pid)]);

    const begin = async (phase: string): Promise<SteadyPhase> => {
      const ended = once(asking, 'message');
      asking.send(phase);
      return (await ended)[0];
    };
    let changed = 0;
    const change = async (until: number) => {
      const before = await merges(node);
      for (let at = performance.now(); performance.now() < until; at += BURST_MS) {
        await sleep(Math.max(0, at - performance.now()));
        const rcode = await stream.send(burst(changed++), 10_000);
        if (rcode !== 0) throw new Error(`update refused with RCODE ${rcode}`);
      }
      return (await merges(node)) - before;
    };
    const transfer = async (until: number) => {
      let installed = 0;
      while (performance.now() < until) {
        await node.api(`/api/v1/zones/${BIG_ZONE}/retransfer`, { method: 'POST' });
        installed++;
        feeder.output = '';
      }
      return installed;
    };
    const idle = async (until: number) => {
      await sleep(until - performance.now());
      return 0;
    };
    const acts: [string, (until: number) => Promise<number>][] = [
      ['idle', idle],
      ['merges', change],
      ['installs', transfer],
    ];
    await sleep(2_000);
    for (let round = 0; round < ROUNDS; round++)
      for (const [phase, act] of acts) {
        await begin(phase);
        const events = await act(performance.now() + PHASE_MS);
        const { latencies, lost } = await begin('');
        if (act !== idle && events === 0) throw new Error(`no ${phase} came about: the client left no time for them`);
        const sum = phases.get(phase) ?? { latencies: [], lost: 0, events: 0 };
        phases.set(phase, {
          latencies: sum.latencies.concat(latencies),
          lost: sum.lost + lost,
          events: sum.events + events,
        });
        await sleep(500);
      }
  } catch (error) {
    console.error([primary, secondary].map((one) => one?.process.output.slice(-3000)).join('\n---\n'));
    throw error;
  } finally {
    client?.kill();
    updates?.close();
    if (nodeArguments().length > 0) await secondary?.stop();
    await secondary?.remove();
    await primary?.remove();
    await feeder.stop();
  }
}

/** A burst of hosts that get another address. */
function burst(count: number): ResourceRecord[] {
  return Array.from({ length: BURST }, (_, i) => {
    const host = ((count * BURST + i) * 31) % HOSTS;
    const owner = name(`host${host}.${ZONE}`);
    return [
      { name: owner, type: TYPE.A, class: CLASS.ANY, ttl: 0, rdata: new Uint8Array() },
      { name: owner, type: TYPE.A, class: CLASS.IN, ttl: 300, rdata: Uint8Array.of(10, count >> 8, count, i) },
    ];
  }).flat();
}

/** Versions whose overlays the node has merged so far. */
async function merges(node: ZonewireNode): Promise<number> {
  const metrics = await (await fetch(`${node.controlUrl}/metrics`)).text();
  return [...metrics.matchAll(/^zonewire_zone_compactions_total\{result="(?:here|on-thread)"\} (\d+)/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );
}
