import { fileURLToPath } from 'node:url';
import { CLASS, name, TYPE } from '@zonewire/shared-protocol';
import { type Address, RunningProcess, ZonewireNode } from '@zonewire/testkit';
import type { BenchOptions } from './main.ts';
import { cpuMs, diskMib, LOAD_CORE, peakMib, pin, pssMib, quantile, SERVER_CORE } from './measure.ts';
import { type BenchPeer, PEERS } from './peers.ts';
import { Poller } from './poll.ts';
import type { Report, Row } from './report.ts';

const RECORDS = 1_000_006;
const ZONE = 'example.';
/** The last name of the transfer. */
const LAST = name(`host${String(RECORDS - 4).padStart(String(RECORDS).length, '0')}.${ZONE}`);

interface Subject {
  readonly title: string;
  start(primary: Address): Promise<Running>;
}

interface Running extends Address {
  readonly pid: number;
  readonly folder: string;
  remove(): Promise<void>;
}

const zones = (primary: Address) => [{ name: ZONE, primaries: [primary] }];
const peer = ({ title, start }: BenchPeer): Subject => ({
  title,
  async start(primary) {
    const running = await start({ zones: zones(primary) });
    const { host, port, folder } = running;
    return { host, port, folder, pid: running.process.child.pid!, remove: () => running.remove() };
  },
});

const SUBJECTS: Readonly<Record<string, Subject>> = {
  zonewire: {
    title: 'Zonewire',
    async start(primary) {
      const node = await ZonewireNode.start({ server: { workers: 1, 'warm-up': true }, zones: zones(primary) });
      const { host, port, folder } = node;
      return { host, port, folder, pid: node.process.child.pid!, remove: () => node.remove() };
    },
  },
  ...Object.fromEntries(Object.entries(PEERS).map(([name, one]) => [name, peer(one)])),
};

/** An empty secondary, until it answers for the last name of a zone of a million records. */
export async function bigZone({ peers, runs, command }: BenchOptions): Promise<Report> {
  const feeder = await RunningProcess.start('feeder', process.execPath, [
    fileURLToPath(new URL('./feeder.ts', import.meta.url)),
    String(RECORDS),
  ]);
  pin(feeder.child.pid!, LOAD_CORE);
  const samples = new Map<
    string,
    { seconds: number; fromStart: number; cpu: number; pss: number; peak: number; disk: number }[]
  >();
  try {
    await feeder.until('port', () => /port \d+/.test(feeder.output), 60_000);
    const primary = { host: '127.0.0.1', port: Number(/port (\d+)/.exec(feeder.output)![1]) };
    for (let run = 0; run < runs; run++)
      for (const one of peers) {
        const measured = samples.get(one) ?? [];
        measured.push(await measure(SUBJECTS[one], primary, feeder));
        samples.set(one, measured);
      }
  } finally {
    await feeder.stop();
  }
  const rows: Row[] = peers.map((one) => {
    const of = (key: 'seconds' | 'fromStart' | 'cpu' | 'pss' | 'peak' | 'disk') =>
      samples.get(one)!.map((sample) => sample[key]);
    return {
      secondary: SUBJECTS[one].title,
      'seconds (median)': quantile(of('seconds'), 0.5),
      min: Math.min(...of('seconds')),
      max: Math.max(...of('seconds')),
      'from process start': quantile(of('fromStart'), 0.5),
      'CPU s': quantile(of('cpu'), 0.5),
      'PSS MiB': quantile(of('pss'), 0.5),
      'peak MiB': quantile(of('peak'), 0.5),
      'disk MiB': quantile(of('disk'), 0.5),
    };
  });
  return {
    title: 'Big zone in',
    method: `${RECORDS.toLocaleString('en')}-record AXFR from the same feeder into an empty secondary, from the request of the transfer until it answers for the last name; whole process; ${runs} runs, interleaved. NSD and Knot, tuned, keep it in memory only.`,
    command,
    rows,
  };
}

async function measure(subject: Subject, primary: Address, feeder: RunningProcess) {
  feeder.output = '';
  const began = performance.now();
  const secondary = await subject.start(primary);
  pin(secondary.pid, SERVER_CORE);
  const poller = await Poller.open(secondary);
  try {
    const seenAt = await poller.until(LAST, TYPE.A, ({ answer }) => answer[0]?.class === CLASS.IN, 120_000);
    const askedAt = Number(/asked at ([\d.]+)/.exec(feeder.output)![1]);
    return {
      seconds: (performance.timeOrigin + seenAt - askedAt) / 1000,
      fromStart: (seenAt - began) / 1000,
      cpu: cpuMs(secondary.pid) / 1000,
      pss: pssMib(secondary.pid),
      peak: peakMib(secondary.pid),
      disk: diskMib(secondary.folder),
    };
  } finally {
    poller.close();
    await secondary.remove();
  }
}
