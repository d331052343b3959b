import { cpSync, existsSync, mkdtempSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dig, digSerial, eventually, feed, RunningProcess, run } from '@zonewire/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HOST = '127.0.0.1';
const [PRIMARY, FRA1, SIN1] = [5300, 5301, 5302].map((port) => ({ host: HOST, port }));
const ZONES = ['example.test.', '2.0.192.in-addr.arpa.', '.'];
/** What the shell's `node` is, outside npm: on most machines an older one than the project's. */
const MACHINE_NODE = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((place) => !place.includes('node_modules'))
  .map((place) => join(place, 'node'))
  .find(existsSync);

describe('npm start: a primary and two secondaries on the demo addresses', () => {
  let checkout: string;
  let demo: RunningProcess | undefined;

  beforeAll(() => {
    // A tree of its own: the demo keeps its data in it, and nobody's demo data is touched.
    checkout = mkdtempSync(join(tmpdir(), 'zonewire-first-command-'));
    for (const part of ['package.json', 'package-lock.json', 'tsconfig.json', 'scripts', 'demo', 'packages']) {
      cpSync(join(ROOT, part), join(checkout, part), {
        recursive: true,
        filter: (source) => basename(source) !== 'node_modules',
      });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(checkout, 'node_modules'));
  });

  afterEach(async () => {
    await demo?.stop('SIGTERM');
    demo = undefined;
  });

  afterAll(() => rmSync(checkout, { recursive: true, force: true }));

  /** As `npm start -- ARGS` does, started by the machine's own Node, in a process group of its own as a shell would. */
  const start = (...args: string[]) =>
    RunningProcess.start('npm start', MACHINE_NODE!, ['scripts/bootstrap.mjs', 'start', ...args], {
      cwd: checkout,
      detached: true,
    });

  const startReady = async () => {
    demo = await start();
    await demo.until('line starting with ready', () => /^ready/m.test(demo!.output), 60_000);
    return demo;
  };

  it('answers for every zone at all three, on Node 26; Ctrl-C ends it all with exit code 0', async () => {
    expect(MACHINE_NODE, 'a node on the PATH outside node_modules').toBeDefined();
    const running = await startReady();
    for (const zone of ZONES) {
      const serials = await Promise.all([PRIMARY, FRA1, SIN1].map((server) => digSerial(server, zone)));
      expect(serials[0]).toBeGreaterThan(0);
      expect(serials).toEqual([serials[0], serials[0], serials[0]]);
    }
    const pids = [...running.output.matchAll(/ pid (\d+)/g)].map(([, pid]) => Number(pid));
    expect(pids).toHaveLength(3);
    for (const pid of pids) {
      const { stdout } = await run(readlinkSync(`/proc/${pid}/exe`), ['--version']);
      expect(stdout).toMatch(/^v26\./);
    }
    process.kill(-running.child.pid!, 'SIGINT');
    expect(await running.exited).toBe(0);
    for (const pid of pids) expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(running.output).not.toMatch(/ error /);
  });

  it('what it prints to try works: an update reaches both secondaries and is there after the next start', async () => {
    const running = await startReady();
    const key = running.output.match(/nsupdate -k (\S+)/)?.[1];
    const script = running.output.match(/printf '(.*)' \| nsupdate/)?.[1].replaceAll('\\n', '\n');
    expect(await feed('nsupdate', ['-k', join(checkout, key!)], script!)).toEqual({ output: '', code: 0 });
    const arrived = async (server: typeof FRA1) =>
      (await dig(server, '+short', 'new.example.test.', 'A')).trim() === '192.0.2.77';
    for (const server of [FRA1, SIN1]) await eventually('the new record', () => arrived(server));

    const second = await start();
    expect(await second.exited).toBe(1);
    expect(second.output).toMatch(/taken: 127\.0\.0\.1:5300 .*is the demo running already/);

    // A supervisor's signal goes to one process, not to the group.
    expect(await running.stop('SIGTERM')).toBe(0);
    await startReady();
    for (const server of [PRIMARY, FRA1, SIN1]) expect(await arrived(server)).toBe(true);
  });

  it('a node ended by kill -9 is started again and catches up from its own data; the others go on', async () => {
    const running = await startReady();
    const pid = Number(running.output.match(/sin1 .* pid (\d+)/)?.[1]);
    process.kill(pid, 'SIGKILL');
    await running.until('word of the restart', () =>
      /sin1 was ended by SIGKILL; it is started again/.test(running.output),
    );
    expect(await digSerial(FRA1, 'example.test.')).toBe(await digSerial(PRIMARY, 'example.test.'));
    const serial = await digSerial(PRIMARY, 'example.test.');
    await eventually('sin1 again', async () => (await digSerial(SIN1, 'example.test.')) === serial, 40_000);
  });

  it('--once shows a change arrive at both secondaries with the measured lag, and ends with exit code 0', async () => {
    const once = await start('--once', '--fresh');
    expect(await once.exited, once.output).toBe(0);
    expect(once.output).toMatch(/fra1 .*\d ms/);
    expect(once.output).toMatch(/sin1 .*\d ms/);
    expect(once.output).toMatch(/^done: both secondaries answer with the change$/m);
  });

  it('an unknown option ends with exit code 2 and the usage', async () => {
    const wrong = await start('--twice');
    expect(await wrong.exited).toBe(2);
    expect(wrong.output).toMatch(/--twice/);
    expect(wrong.output).toMatch(/npm start \[-- OPTIONS\]/);
  });
});
