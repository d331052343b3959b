import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@zonewire/testkit';
import { makeSigner } from '../dnssec/signers.ts';
import { hostsZone } from '../fixtures/zones.ts';
import { interleaved, withRatio } from './interleaved.ts';
import type { BenchOptions } from './main.ts';
import { cpuMs, LOAD_CORE, median, pssMib } from './measure.ts';
import type { Report, Row } from './report.ts';
import { SERVERS } from './servers.ts';

const ZONE = 'example.test.';
const NAMES = 100_000;
const SECONDS = 5;
/** Queries in the file that is run through; more than a cache of answers would hold. */
const DISTINCT = 200_000;

interface Load {
  readonly title: string;
  readonly method: string;
  readonly text: string;
  /** Share of names asked that exist. */
  readonly found: number;
  /** Of dnsperf. */
  readonly options: readonly string[];
}

/** Answers a second of one core, unsigned, EDNS on. */
export function queries(options: BenchOptions): Promise<Report> {
  return bench(options, {
    title: 'Queries',
    method: 'a zone of 100,000 names, 91 % of the names asked exist, EDNS',
    text: hostsZone(ZONE, 1, NAMES),
    found: 0.91,
    options: ['-e'],
  });
}

/** The same of a signed zone (NSEC, ECDSA P-256), DO set, half of the names asked do not exist. */
export async function signedQueries(options: BenchOptions): Promise<Report> {
  const signer = await makeSigner('BIND', 'NSEC', ZONE);
  let text: string;
  try {
    text = await signer.sign(hostsZone(ZONE, 1, NAMES));
  } finally {
    signer.remove();
  }
  return bench(options, {
    title: 'Queries, signed',
    method: 'a signed zone of 100,000 names (NSEC, ECDSA P-256), DO set, half of the names asked exist',
    text,
    found: 0.5,
    options: ['-D'],
  });
}

async function bench({ peers, runs, command }: BenchOptions, load: Load): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'zonewire-bench-'));
  try {
    const file = join(folder, 'queries');
    writeFileSync(file, questions(load.found));
    const measured = await interleaved(peers, runs, (peer) => measure(peer, load, file));
    const rows = measured.map(({ subject, samples }): Row => {
      const of = (key: keyof (typeof samples)[0]) => median(samples.map((sample) => sample[key]));
      return {
        server: SERVERS[subject].title,
        'CPU us a query': of('cpu'),
        min: Math.min(...samples.map(({ cpu }) => cpu)),
        max: Math.max(...samples.map(({ cpu }) => cpu)),
        'k answers/s': of('rate') / 1000,
        'lost %': of('lost'),
        'PSS MiB': of('memory'),
      };
    });
    return {
      title: load.title,
      method: `dnsperf over UDP from another core, ${SECONDS} s: ${load.method}. CPU of the whole process, user and kernel. ${runs} runs, interleaved, medians.`,
      command,
      rows: withRatio(rows, 'CPU us a query'),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Names spread over the whole zone in no order a server could use; the same at every run. */
function questions(found: number): string {
  const lines: string[] = [];
  let state = 1;
  for (let i = 0; i < DISTINCT; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const host = Math.floor((state / 2 ** 32) * NAMES);
    lines.push(`${(i * 61) % 100 < found * 100 ? `host${host}` : `nohost${host}`}.${ZONE} A`);
  }
  return `${lines.join('\n')}\n`;
}

async function measure(peer: string, { text, options }: Load, file: string) {
  const server = await SERVERS[peer].start([{ name: ZONE, text }]);
  try {
    const dnsperf = async (seconds: number) => {
      const target = ['-s', server.host, '-p', String(server.port), '-d', file, '-l', String(seconds)];
      const load = ['-c', '8', '-T', '1', '-q', '400', '-t', '1', ...options];
      return (await run('taskset', ['-c', String(LOAD_CORE), 'dnsperf', ...target, ...load])).stdout;
    };
    await dnsperf(2);
    const before = cpuMs(server.pid);
    const said = await dnsperf(SECONDS);
    const used = cpuMs(server.pid) - before;
    const number = (pattern: RegExp) => Number(pattern.exec(said)![1]);
    const completed = number(/Queries completed: +(\d+)/);
    return {
      cpu: (used * 1000) / completed,
      rate: number(/Queries per second: +([\d.]+)/),
      lost: (100 * number(/Queries lost: +(\d+)/)) / number(/Queries sent: +(\d+)/),
      memory: pssMib(server.pid),
    };
  } finally {
    await server.remove();
  }
}
