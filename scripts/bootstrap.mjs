#!/usr/bin/env node
// First thing `npm start` and `npm test` run. It must work on the machine's own Node (20 or later) in a
// fresh clone: it installs what is missing, says so, and hands over to the project's Node 26 in node_modules/.bin.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
const installedMark = join(root, 'node_modules', '.zonewire-installed');

/** Real software that tests run against or with: command, or library below /usr/lib, -> Debian package. */
const PEERS = {
  named: 'bind9',
  'named-compilezone': 'bind9-utils',
  dig: 'bind9-dnsutils',
  nsupdate: 'bind9-dnsutils',
  nsd: 'nsd',
  knotd: 'knot',
  kdig: 'knot-dnsutils',
  knsupdate: 'knot-dnsutils',
  delv: 'bind9-dnsutils',
  kzonecheck: 'knot-dnssecutils',
  'ldns-read-zone': 'ldnsutils',
  pdns_server: 'pdns-server',
  'pdns/libbindbackend.so': 'pdns-backend-bind',
  'pdns/libgsqlite3backend.so': 'pdns-backend-sqlite3',
  unbound: 'unbound',
  'redis-server': 'redis-server',
  'redis-cli': 'redis-tools',
  dnsperf: 'dnsperf',
  'docker-compose': 'docker-compose',
  ip: 'iproute2',
  iptables: 'iptables',
  curl: 'curl',
  chromium: 'chromium',
  promtool: 'prometheus',
  strace: 'strace',
};

/** Ends what this process started for the tests. */
let stopAtEnd = () => {};

const [task, ...rest] = process.argv.slice(2);
const tasks = { start, test, variants, differential, hostile, simulation, powerCuts, damage, bench, build };
if (!Object.hasOwn(tasks, task)) {
  console.error(`zonewire: unknown task ${JSON.stringify(task)}; one of: ${Object.keys(tasks).join(', ')}`);
  process.exit(2);
}
installDependencies();
await tasks[task](rest);

async function start(args) {
  await buildConsole();
  return run('node', ['--disable-warning=ExperimentalWarning', 'packages/cli/src/demo/demo.ts', ...args]);
}

async function test(args) {
  installPeers();
  const some = () => run('vitest', ['run', ...args]);
  if (args.length > 0) return args.every((arg) => arg.startsWith('packages')) ? some() : withDocker(some);
  await run('turbo', [
    'run',
    'check:types',
    'check:lint',
    'check:imports',
    'check:unused',
    'check:rfc',
    '--output-logs=errors-only',
  ]);
  await withDocker(() => run('vitest', ['run']));
}

/** A node builds it when it is first asked for; here nobody waits for it. */
function buildConsole() {
  return run('node', ['packages/console/build.ts']);
}

/** System tests once for each way to answer over UDP: `[UDP:WORKERS ...] [PATH ...]`. Container topologies have configurations of their own. */
async function variants(args) {
  installPeers();
  const isVariant = (arg) => /^(dgram|batched):\d+$/.test(arg);
  const chosen = args.some(isVariant) ? args.filter(isVariant) : ['dgram:1', 'batched:1', 'batched:2'];
  const paths = args.filter((arg) => !isVariant(arg));
  if (paths.length === 0)
    paths.push(
      ...['conformance', 'replication', 'interop', 'dnssec', 'crash', 'verification'].map((name) => `test/${name}/`),
    );
  for (const variant of chosen) {
    const [udp, workers] = variant.split(':');
    console.log(`zonewire: system tests with udp: ${udp}, workers: ${workers}`);
    process.env.ZONEWIRE_TEST_UDP = udp;
    process.env.ZONEWIRE_TEST_WORKERS = workers;
    await run('vitest', ['run', '--project', 'system', ...paths]);
  }
}

function differential(args) {
  installPeers();
  return run('node', ['test/differential/main.ts', ...args]);
}

function hostile(args) {
  return run('node', ['test/hostile/main.ts', ...args]);
}

function simulation(args) {
  const main = 'packages/secondary/src/fixtures/simulation/main.ts';
  return run('node', ['--disable-warning=ExperimentalWarning', main, ...args]);
}

function powerCuts(args) {
  installPeers();
  return run('node', ['--disable-warning=ExperimentalWarning', 'test/crash/power-cut/main.ts', ...args]);
}

function damage(args) {
  return run('node', ['--disable-warning=ExperimentalWarning', 'test/crash/damage/main.ts', ...args]);
}

function bench(args) {
  installPeers();
  return run('node', ['test/bench/main.ts', ...args]);
}

function build() {
  return run('node', ['scripts/build.ts']);
}

/** `npm install`, once for each content of package-lock.json. */
function installDependencies() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(installedMark) && readFileSync(installedMark, 'utf8') === lock) return;
  console.log('zonewire: installing dependencies into node_modules (npm install), once ...');
  const npm = process.env.npm_execpath;
  const result = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, 'install', '--no-save', '--loglevel=error'], { cwd: root, stdio: 'inherit' })
    : spawnSync('npm', ['install', '--no-save', '--loglevel=error'], { cwd: root, stdio: 'inherit' });
  if (result.status !== 0) {
    die(result.error ? `could not start npm: ${result.error.message}` : 'npm install failed; its messages are above');
  }
  const version = spawnSync(join(bin, 'node'), ['--version'], { encoding: 'utf8' });
  if (version.status !== 0 || !version.stdout.startsWith('v26.')) {
    die(
      'the npm package "node" did not bring Node 26: its install script has to run. ' +
        'Check that `npm config get ignore-scripts` says false, remove node_modules and try again.',
    );
  }
  writeFileSync(installedMark, lock);
  console.log(`zonewire: installed; running on Node ${version.stdout.trim()}`);
}

/** Tests never skip for want of a peer: install it where that is possible, else say in one line what to do. */
function installPeers() {
  const missing = [...new Set(Object.entries(PEERS).flatMap(([command, deb]) => (isThere(command) ? [] : [deb])))];
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !isThere('apt-get')) {
    die(
      `the tests need real DNS servers that are missing here: ${missing.join(' ')}; on Debian: sudo apt-get install ${missing.join(' ')}`,
    );
  }
  aptInstall(missing);
}

function aptInstall(missing) {
  if (missing.length === 0) return;
  console.log(`zonewire: installing what the tests run against: ${missing.join(' ')} ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => spawnSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
  const installed = withoutStartingServices(
    () => apt('update', '-qq') && apt('install', '-y', '-qq', '--no-install-recommends', ...missing),
  );
  if (!installed) die(`apt-get could not install ${missing.join(' ')}; its messages are above`);
}

/**
 * Tests of images and topologies need a Docker engine: the one that runs, or as root on Debian one of our own for as long as the
 * tests run.
 */
async function withDocker(tests) {
  if (engineAnswers()) return tests();
  if (process.getuid?.() !== 0 || !isThere('apt-get')) {
    die(
      'the tests need a running Docker engine (docker info says there is none); start it, or on Debian: sudo apt-get install docker.io',
    );
  }
  aptInstall(isThere('dockerd') ? [] : ['docker.io']);
  const log = join(tmpdir(), `zonewire-dockerd-${process.pid}.log`);
  const output = openSync(log, 'w');
  console.log(`zonewire: starting a Docker engine for the tests (log: ${log}) ...`);
  const engine = spawn('dockerd', [], {
    stdio: ['ignore', output, output],
    env: { ...process.env, PATH: systemPath() },
  });
  engine.on('error', (error) => die(`could not start dockerd: ${error.message}`));
  stopAtEnd = () => engine.kill('SIGTERM');
  for (const deadline = Date.now() + 60_000; !engineAnswers(); await sleep(250)) {
    if (engine.exitCode !== null || Date.now() > deadline) die(`dockerd does not start; its messages are in ${log}`);
  }
  await tests();
  stopAtEnd();
  await once(engine, 'close');
}

function engineAnswers() {
  return (
    spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 20_000, env: { ...process.env, PATH: systemPath() } })
      .status === 0
  );
}

/** The servers are wanted as programs: Debian starts no service of a package while policy-rc.d says 101. */
function withoutStartingServices(install) {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return install();
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return install();
  } finally {
    rmSync(policy);
  }
}

function systemPath() {
  return [process.env.PATH, '/usr/sbin', '/sbin'].join(delimiter);
}

function isThere(command) {
  if (command.endsWith('.so')) {
    return readdirSync('/usr/lib').some((architecture) => existsSync(join('/usr/lib', architecture, command)));
  }
  return systemPath()
    .split(delimiter)
    .some((place) => existsSync(join(place, command)));
}

/**
 * Runs a command of node_modules/.bin and ends with its exit code when that is not 0. Ctrl-C reaches it from the terminal
 * (it is in our group); a signal sent to this process alone, as a supervisor does, is passed on.
 */
async function run(command, args) {
  const env = {
    ...process.env,
    PATH: [bin, systemPath()].join(delimiter),
    TURBO_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
  };
  const child = spawn(join(bin, command), args, { cwd: root, env, stdio: 'inherit' });
  const passOn = (signal) => child.kill(signal);
  const passedOn = ['SIGTERM', 'SIGHUP'];
  const ignore = () => {};
  process.on('SIGINT', ignore);
  for (const signal of passedOn) process.on(signal, passOn);
  try {
    const [code] = await once(child, 'close');
    if (code !== 0) exit(code ?? 1);
  } catch (error) {
    die(`could not start ${command}: ${error.message}`);
  } finally {
    process.off('SIGINT', ignore);
    for (const signal of passedOn) process.off(signal, passOn);
  }
}

function die(message) {
  console.error(`zonewire: ${message}`);
  exit(1);
}

function exit(code) {
  stopAtEnd();
  process.exit(code);
}
