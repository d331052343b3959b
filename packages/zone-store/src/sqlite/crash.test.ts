import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { name } from '@zonewire/shared-protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openZoneStore } from './sqlite-store.ts';

const ROUNDS = 20;
/** So many are acknowledged in most of the rounds, however busy the machine is. */
const COMMITS = 15;
const ZONES = ['small.test.', 'middle.test.', 'large.test.'];

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'zonewire-crash-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function start(seed: number): ChildProcessByStdio<null, Readable, Readable> {
  const arguments_ = [fileURLToPath(new URL('./crash-child.ts', import.meta.url)), dir, `${seed}`];
  return spawn(process.execPath, arguments_, { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs the child until it has acknowledged `commits` and `ms` more, kills it, and returns the lines it printed. */
async function killAfter(commits: number, ms: number, seed: number): Promise<string[]> {
  const child = start(seed);
  let out = '';
  let complaints = '';
  let killing: NodeJS.Timeout | undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    if (killing === undefined && (out.match(/^\w+\.test/gm)?.length ?? 0) >= commits)
      killing = setTimeout(() => child.kill('SIGKILL'), ms);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  await new Promise((resolve) => child.on('close', resolve));
  expect(complaints).toBe('');
  return out.slice(0, out.lastIndexOf('\n')).split('\n').slice(1);
}

describe('kill -9 while committing', () => {
  test(
    `${ROUNDS} times at any moment: everything acknowledged is there, and nothing by halves`,
    async () => {
      const acknowledged = new Map<string, number>(ZONES.map((zone) => [zone, 0]));
      const digests = new Map<string, string>();
      let commits = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const seed = 1 + Math.floor(Math.random() * 0x7fff_ffff);
        // Sometimes at its very beginning.
        const least = round % 4 === 0 ? 0 : COMMITS;
        for (const line of await killAfter(least, 5 + Math.random() * 350, seed)) {
          const [zone, serial, digest] = line.replace('try ', '').split(' ');
          digests.set(`${zone} ${serial}`, digest);
          if (line.startsWith('try')) continue;
          acknowledged.set(zone, Math.max(acknowledged.get(zone) ?? 0, Number(serial)));
          commits++;
        }
        const store = await openZoneStore({ dir });
        for (const zone of ZONES) {
          const loaded = await store.load(name(zone));
          const serial = loaded?.version?.serial ?? 0;
          const where = `round ${round}, seed ${seed}, ${zone}`;
          expect(serial, where).toBeGreaterThanOrEqual(acknowledged.get(zone) ?? 0);
          if (loaded?.version === undefined) continue;
          // The child says what it is about to commit before it does: what is stored is one of these, whole.
          expect(loaded.version.digest(), where).toBe(digests.get(`${zone} ${serial}`));
          expect(loaded.facts, where).toEqual({ serial });
          const { depth, oldestSerial } = store.journalInfo(name(zone));
          if (depth > 0) expect(store.diffsFrom(name(zone), oldestSerial!), where).toHaveLength(depth);
          acknowledged.set(zone, serial);
        }
        await store.close();
      }
      expect(commits).toBeGreaterThan((ROUNDS * COMMITS) / 2);
    },
    ROUNDS * 20_000,
  );
});

test('two processes: the second is told so, and is free to start once the first was killed', {
  timeout: 60_000,
}, async () => {
  const first = start(1);
  await once(first.stdout, 'data');
  await expect(openZoneStore({ dir })).rejects.toMatchObject({ code: 'store-in-use' });
  first.kill('SIGKILL');
  await once(first, 'close');
  const store = await openZoneStore({ dir });
  expect(store.zones()).toHaveLength(ZONES.length);
  await store.close();
});
