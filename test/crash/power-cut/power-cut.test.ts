import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryFolder } from '../memory-folder.ts';
import { FATES } from './disk.ts';
import { lostBy, outagesOf, recordCommits } from './outages.ts';
import { type Recording, withoutSyncs } from './recording.ts';

const OUTAGES = 100;

describe('the power goes while a store commits', () => {
  const seed = 1 + Math.floor(Math.random() * 1e9);
  const dir = mkdtempSync(join(memoryFolder(), 'zonewire-outage-'));
  let recording: Recording;

  beforeAll(async () => {
    recording = await recordCommits(40, seed);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('what matters is in the recording: layer files, removals, the log begun anew by a start', () => {
    const paths = recording.events.flatMap((event) => ('path' in event ? [`${event.kind} ${event.path}`] : []));
    for (const telling of ['create data', 'create data/zones.db-wal', 'rename data/images/', 'remove data/images/'])
      expect(paths.filter((path) => path.startsWith(telling)).length, telling).toBeGreaterThan(0);
    expect(recording.events.filter(({ kind }) => kind === 'sync').length).toBeGreaterThan(40);
  });

  it(`${OUTAGES} times at any moment, whatever of the unsynced reached the disk: everything acknowledged is there, nothing by halves`, async () => {
    for (const outage of outagesOf(recording, OUTAGES, seed))
      expect(await lostBy(recording, outage, dir), `recording ${seed}, ${JSON.stringify(outage)}`).toEqual([]);
  });

  it.each([
    ['the log', /zones\.db-wal$/],
    ['the layer files', /\.layer\.tmp$/],
    ['the directory of layer files', /images$/],
    ['the data directory', /^data$/],
  ])('without the syncs of %s something would be lost', async (_, names) => {
    const careless = withoutSyncs(recording, names);
    const { length } = careless.events;
    for (let i = 0; i < 60; i++) {
      const outage = { cut: length - Math.floor((length * i) / 80), fate: FATES[i % FATES.length], seed: seed + i };
      if ((await lostBy(careless, outage, dir)).length > 0) return;
    }
    expect.fail('nothing was lost');
  });
});
