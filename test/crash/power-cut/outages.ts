import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { name } from '@zonewire/shared-protocol';
import { openZoneStore } from '@zonewire/zone-store';
import { generator } from '../random.ts';
import { afterPowerCut, FATES, type Fate, writeFiles } from './disk.ts';
import { Recorder, type Recording } from './recording.ts';
import { ended, readTrace, startTraced } from './strace.ts';

const CHILD = fileURLToPath(new URL('../../../packages/zone-store/src/sqlite/crash-child.ts', import.meta.url));
const ZONES = ['small.test.', 'middle.test.', 'large.test.'];

/**
 * Three lives of a store that commits to several zones: killed, closed, killed. `bursts`: how many each zone gets in the second;
 * in the others it is killed after as many acknowledgements.
 */
export async function recordCommits(bursts: number, seed: number): Promise<Recording> {
  const root = mkdtempSync(join(tmpdir(), 'zonewire-power-'));
  const recorder = new Recorder();
  try {
    for (const life of [1, 2, 3]) {
      const trace = join(root, 'trace');
      const ends = life === 2;
      const child = startTraced(trace, [CHILD, join(root, 'data'), `${seed + life}`, ...(ends ? [`${bursts}`] : [])]);
      if (!ends) {
        let said = '';
        await new Promise<void>((resolve) =>
          child.stdout!.setEncoding('utf8').on('data', (text) => {
            said += text;
            if ((said.match(/^\w+\.test/gm)?.length ?? 0) >= bursts) resolve();
          }),
        );
        // strace's own death would let the process go on.
        process.kill(onlyChildOf(child.pid!), 'SIGKILL');
      } else child.stdout!.resume();
      await ended(child);
      await readTrace(trace, root, recorder);
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return recorder;
}

function onlyChildOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
}

export interface Outage {
  readonly cut: number;
  readonly fate: Fate;
  readonly seed: number;
}

/** What the process had said before the power went. */
function saidBefore({ events }: Recording, cut: number) {
  const acknowledged = new Map<string, number>();
  const digests = new Map<string, Set<string>>();
  for (let i = 0; i < cut; i++) {
    const event = events[i];
    if (event.kind !== 'said') continue;
    for (const line of event.text.split('\n')) {
      const [zone, serial, digest] = line.replace('try ', '').split(' ');
      if (digest === undefined) continue;
      if (line.startsWith('try ')) {
        const known = digests.get(`${zone} ${serial}`) ?? new Set();
        digests.set(`${zone} ${serial}`, known.add(digest));
      } else acknowledged.set(zone, Math.max(acknowledged.get(zone) ?? 0, Number(serial)));
    }
  }
  return { acknowledged, digests };
}

/** What is wrong after this outage; empty when everything acknowledged is there, whole, and nothing else. `dir` is used for it. */
export async function lostBy(recording: Recording, { cut, fate, seed }: Outage, dir: string): Promise<string[]> {
  const files = afterPowerCut(recording, cut, fate, generator(seed));
  writeFiles(dir, files);
  const { acknowledged, digests } = saidBefore(recording, cut);
  const problems: string[] = [];
  const look = async (when: string) => {
    const store = await openZoneStore({ dir: join(dir, 'data') });
    try {
      for (const zone of ZONES) {
        const loaded = await store.load(name(zone));
        const serial = loaded?.version?.serial ?? 0;
        const least = acknowledged.get(zone) ?? 0;
        if (serial < least) problems.push(`${when}: ${zone} has serial ${serial}, acknowledged was ${least}`);
        if (loaded?.version === undefined) continue;
        if (!digests.get(`${zone} ${serial}`)?.has(loaded.version.digest()))
          problems.push(`${when}: ${zone} ${serial} has a content that was never committed`);
        if (loaded.facts.serial !== serial)
          problems.push(`${when}: ${zone} has serial ${serial} and facts of ${JSON.stringify(loaded.facts)}`);
        const { depth, oldestSerial } = store.journalInfo(name(zone));
        if (depth > 0 && store.diffsFrom(name(zone), oldestSerial!)?.length !== depth)
          problems.push(`${when}: the history of ${zone} is not whole`);
        acknowledged.set(zone, serial);
        await store.saveFacts(name(zone), { serial, seen: when });
      }
    } finally {
      await store.close();
    }
  };
  try {
    await look('at the first start');
    await look('at the second start');
    if (existsSync(join(dir, 'data', 'zones.db.damaged'))) problems.push('the loss of power was taken for damage');
  } catch (error) {
    problems.push(`the store does not open or load: ${(error as Error).message}`);
  }
  return problems;
}

/** Moments just before and just behind each sync, acknowledgement and change of a name, and others by chance. */
export function outagesOf({ events }: Recording, count: number, seed: number): Outage[] {
  const random = generator(seed);
  const telling = events.flatMap(({ kind }, i) => (kind === 'write' || kind === 'truncate' ? [] : [i, i + 1]));
  return Array.from({ length: count }, (_, i) => {
    const cut =
      random() < 0.7 ? telling[Math.floor(random() * telling.length)] : Math.floor(random() * (events.length + 1));
    return { cut, fate: FATES[Math.floor(random() * FATES.length)], seed: seed + i };
  });
}
