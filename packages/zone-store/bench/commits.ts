/** Commits a second, one at a time and grouped, beside the bare cost of a sync on this disk. */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { name } from '@zonewire/shared-protocol';
import type { ZoneDiff, ZoneVersion } from '@zonewire/zone';
import { openZoneStore } from '../src/mod.ts';
import { zoneHistory } from '../src/zone-fixture.ts';
import { inDirectory, spread } from './measure.ts';

await inDirectory(async (dir) => {
  const fd = openSync(join(dir, 'sync'), 'w');
  const syncs: number[] = [];
  for (let i = 0; i < 500; i++) {
    writeSync(fd, new Uint8Array(4096));
    const start = performance.now();
    fdatasyncSync(fd);
    syncs.push(performance.now() - start);
  }
  closeSync(fd);
  console.log(`bare write + fdatasync of 4 KiB: ${spread(syncs)}`);
});

for (const hosts of [20, 1000, 10_000])
  await inDirectory(async (dir) => {
    const store = await openZoneStore({ dir });
    const apex = name('example.test');
    const history = zoneHistory(apex, 1, hosts);
    const first = history.version;
    const changes: { diff: ZoneDiff; version: ZoneVersion }[] = [];
    // Built anew each, so their layers are all new: `shared` keeps the first one's layers, as applyDiff would.
    for (let i = 0; i < (hosts > 1000 ? 200 : 2000); i++) {
      const { diff, version } = history.next();
      changes.push({ diff, version: hosts > 20 ? sharing(first, version) : version });
    }
    await store.commitImage(apex, first);
    const half = changes.length / 2;
    const times: number[] = [];
    for (const { diff, version } of changes.slice(0, half)) {
      const start = performance.now();
      await store.commitDiff(apex, diff, version);
      times.push(performance.now() - start);
    }
    console.log(`zone of ${hosts} hosts, one at a time: ${spread(times)}`);
    const start = performance.now();
    const before = store.stats;
    await Promise.all(changes.slice(half).map(({ diff, version }) => store.commitDiff(apex, diff, version)));
    const ms = performance.now() - start;
    const { syncs, imagesWritten, checkpoints } = store.stats;
    console.log(
      `zone of ${hosts} hosts, at once: ${Math.round((half / ms) * 1000)} commits/s, ${half} commits in ${syncs - before.syncs} syncs` +
        ` (all: ${imagesWritten} images, ${checkpoints} checkpoints)`,
    );
    await store.close();
  });
