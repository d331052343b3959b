// npm run bench -- NAME|full [--peers zonewire,bind,...] [--runs N] [--minutes N] [--zones N] [--json FILE] [--profile DIR]
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  /** Who is measured, in this order; ours is first. */
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

/** As their vendors ship them. */
const DEFAULTS = ['bind-default', 'knot-default', 'nsd-default', 'pdns-default'];

const BENCHES: Readonly<Record<string, Bench>> = {
  propagation: {
    run: propagation,
    peers: ['zonewire', 'bind', 'nsd'],
    more: ['knot-bind', 'knot', ...DEFAULTS],
  },
  'big-zone': { run: bigZone, peers: ['zonewire', 'bind', 'knot', 'nsd'], more: ['pdns', ...DEFAULTS] },
  'small-change': { run: smallChange, peers: ['zonewire', 'bind'], more: ['nsd', 'knot', ...DEFAULTS] },
  timers: { run: timers, peers: ['zonewire'] },
  sustained: { run: sustained, peers: ['zonewire', 'bind', 'nsd'], more: ['knot', ...DEFAULTS] },
  restart: { run: restart, peers: ['zonewire', 'bind', 'knot', 'nsd'], more: ['pdns', ...DEFAULTS] },
  queries: { run: queries, peers: ['zonewire', 'nsd', 'knot', 'bind', 'pdns'], more: ['zonewire-dgram', ...DEFAULTS] },
  'queries-signed': {
    run: signedQueries,
    peers: ['zonewire', 'nsd', 'knot', 'bind', 'pdns'],
    more: ['zonewire-dgram', ...DEFAULTS],
  },
  'transfers-out': { run: transfersOut, peers: ['zonewire', 'bind', 'knot', 'nsd'], more: ['zonewire-dgram'] },
  probing: { run: probing, peers: ['zonewire'] },
  'dead-secondary': { run: deadSecondary, peers: ['zonewire'] },
  stalls: { run: stalls, peers: ['zonewire'] },
  'many-zones': { run: manyZones, peers: ['zonewire', 'knot', 'nsd', 'bind'], more: ['pdns', ...DEFAULTS] },
  soak: { run: soak, peers: ['zonewire'] },
};

/** What is deployed is measured, not the sources; ZONEWIRE_COMMAND names another build, to compare it. */
function build(): void {
  if (process.env.ZONEWIRE_COMMAND !== undefined) return;
  execFileSync(process.execPath, [fileURLToPath(new URL('../../scripts/build.ts', import.meta.url))], {
    stdio: 'ignore',
  });
  process.env.ZONEWIRE_COMMAND = fileURLToPath(new URL('../../dist/zonewire.mjs', import.meta.url));
}

/** Every table but the soak, with its own peers, each in a process of its own, all of one build. `json` gets all of them. @returns the exit code. */
function full(options: readonly string[], json: string | undefined): number {
  build();
  const failed: string[] = [];
  const reports: unknown[] = [];
  for (const name of Object.keys(BENCHES)) {
    if (name === 'soak') continue;
    const part = json && `${json}.${name}`;
    const args = [name, ...options, ...(part === undefined ? [] : ['--json', part])];
    const { status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...args], { stdio: 'inherit' });
    if (status !== 0) failed.push(name);
    if (part === undefined || !existsSync(part)) continue;
    reports.push(JSON.parse(readFileSync(part, 'utf8')));
    rmSync(part);
  }
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(reports, null, 2)}\n`);
  if (failed.length > 0) console.error(`failed: ${failed.join(', ')}`);
  return failed.length > 0 ? 1 : 0;
}

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
const named = values.peers?.split(',') ?? bench?.peers ?? [];
// The rest is compared with it.
const peers = named.some((peer) => peer.startsWith('zonewire')) ? named : ['zonewire', ...named];
const known = [...(bench?.peers ?? []), ...(bench?.more ?? [])];
const unknown = bench && peers.find((peer) => !known.includes(peer));
const isFull = chosen === 'full';
const isKnown = isFull ? values.peers === undefined : bench !== undefined && unknown === undefined;
if (!isKnown || !(runs >= 1) || !(minutes > 0) || !(zones >= 1)) {
  if (isFull && values.peers !== undefined) console.error('bench full: each table has its own peers, without --peers');
  if (unknown !== undefined) console.error(`bench ${chosen}: unknown peer ${unknown}; known: ${known.join(', ')}`);
  console.error(
    `usage: npm run bench -- full|${Object.keys(BENCHES).join('|')} [--peers A,B] [--runs N] [--minutes N] [--zones N] [--json FILE] [--profile DIR]`,
  );
  process.exit(2);
}
if (bench === undefined) {
  const { json, ...others } = values;
  process.exit(
    full(
      Object.entries(others).map(([name, value]) => `--${name}=${value}`),
      json,
    ),
  );
}
if (values.profile !== undefined) profileTo(values.profile);
build();
pin(process.pid, LOAD_CORE);
const command = ['npm run bench --', ...process.argv.slice(2)].join(' ');
const report = await bench.run({ peers, runs, minutes, zones, command });
print(report, values.json);
process.exit(report.failures?.length ? 1 : 0);
