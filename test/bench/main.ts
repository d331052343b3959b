// npm run bench -- NAME [--peers zonewire,bind,...] [--runs N] [--minutes N] [--zones N] [--json FILE] [--profile DIR]
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bigZone } from './big-zone.ts';
import { deadSecondary } from './dead-secondary.ts';
import { manyZones } from './many-zones.ts';
import { LOAD_CORE, pin } from './measure.ts';
import { profileTo } from './pairs.ts';
import { probing } from './probing.ts';
import { propagation } from './propagation.ts';
import { queries, signedQueries } from './queries.ts';
import { print, type Report } from './report.ts';
import { restart } from './restart.ts';
import { smallChange } from './small-change.ts';
import { soak } from './soak.ts';
import { stalls } from './stalls.ts';
import { sustained } from './sustained.ts';
import { timers } from './timers.ts';
import { transfersOut } from './transfers-out.ts';

export interface BenchOptions {
  /** Who is measured, in this order. */
  readonly peers: readonly string[];
  readonly runs: number;
  /** How long a soak lasts. */
  readonly minutes: number;
  /** Of many zones. */
  readonly zones: number;
  /** How to do it again. */
  readonly command: string;
}

interface Bench {
  readonly run: (options: BenchOptions) => Promise<Report>;
  readonly peers: readonly string[];
  /** Measured only when named: they take long. */
  readonly more?: readonly string[];
}

const BENCHES: Readonly<Record<string, Bench>> = {
  propagation: { run: propagation, peers: ['zonewire', 'bind', 'bind-nsd'], more: ['knot-bind', 'knot'] },
  'big-zone': { run: bigZone, peers: ['zonewire', 'bind', 'knot', 'nsd'] },
  'small-change': { run: smallChange, peers: ['zonewire', 'bind'] },
  timers: { run: timers, peers: ['zonewire'] },
  'many-zones': { run: manyZones, peers: ['zonewire', 'knot', 'nsd', 'bind'] },
  sustained: { run: sustained, peers: ['zonewire', 'bind', 'bind-nsd'], more: ['knot'] },
  restart: { run: restart, peers: ['zonewire', 'bind', 'knot', 'bind-nsd'] },
  queries: { run: queries, peers: ['zonewire', 'nsd', 'knot', 'bind', 'pdns'], more: ['zonewire-dgram'] },
  'queries-signed': {
    run: signedQueries,
    peers: ['zonewire', 'nsd', 'knot', 'bind', 'pdns'],
    more: ['zonewire-dgram'],
  },
  'transfers-out': { run: transfersOut, peers: ['zonewire', 'bind', 'knot', 'nsd'], more: ['zonewire-dgram'] },
  probing: { run: probing, peers: ['zonewire'] },
  'dead-secondary': { run: deadSecondary, peers: ['zonewire'] },
  stalls: { run: stalls, peers: ['zonewire'] },
  soak: { run: soak, peers: ['zonewire'] },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    peers: { type: 'string' },
    runs: { type: 'string' },
    minutes: { type: 'string' },
    zones: { type: 'string' },
    json: { type: 'string' },
    profile: { type: 'string' },
  },
});
const [chosen] = positionals;
const bench = chosen !== undefined && Object.hasOwn(BENCHES, chosen) ? BENCHES[chosen] : undefined;
const runs = Number(values.runs ?? 3);
const minutes = Number(values.minutes ?? 10);
const zones = Number(values.zones ?? 10_000);
const peers = values.peers?.split(',') ?? bench?.peers ?? [];
const known = [...(bench?.peers ?? []), ...(bench?.more ?? [])];
const unknown = bench && peers.find((peer) => !known.includes(peer));
if (bench === undefined || unknown !== undefined || !(runs >= 1) || !(minutes > 0) || !(zones >= 1)) {
  if (unknown !== undefined) console.error(`bench ${chosen}: unknown peer ${unknown}; known: ${known.join(', ')}`);
  console.error(
    `usage: npm run bench -- ${Object.keys(BENCHES).join('|')} [--peers A,B] [--runs N] [--minutes N] [--zones N] [--json FILE] [--profile DIR]`,
  );
  process.exit(2);
}
if (values.profile !== undefined) profileTo(values.profile);
// What is deployed is measured, not the sources; ZONEWIRE_COMMAND names another build, to compare it.
if (process.env.ZONEWIRE_COMMAND === undefined) {
  execFileSync(process.execPath, [fileURLToPath(new URL('../../scripts/build.ts', import.meta.url))], {
    stdio: 'ignore',
  });
  process.env.ZONEWIRE_COMMAND = fileURLToPath(new URL('../../dist/zonewire.mjs', import.meta.url));
}
pin(process.pid, LOAD_CORE);
const command = ['npm run bench --', ...process.argv.slice(2)].join(' ');
const report = await bench.run({ peers, runs, minutes, zones, command });
print(report, values.json);
process.exit(report.failures?.length ? 1 : 0);
