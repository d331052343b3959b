/** Commits a second, one at a time and grouped, beside the bare cost of a sync on this disk. */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { name, unwrap } from '@zonewire/shared-protocol';
import { applyDiff, ZoneDiff, type ZoneVersion } from '@zonewire/zone';
import { openZoneStore } from '../src/mod.ts';
import { hostRecord, soaRecord, zoneVersion } from '../src/zone-fixture.ts';
import { inDirectory, spread } from './measure.ts';

const COMMITS = 3000;

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

for (const hosts of [20, 1000, 100_000])
  await inDirectory(async (dir) => {
    const store = await openZoneStore({ dir });
    const apex = name('example.test');
    let version = zoneVersion(apex, 1, hosts);
    await store.commitImage(apex, version);
    const next = (): [ZoneDiff, ZoneVersion] => {
      const { serial } = version;
      const host = name(`host${1 + (serial % hosts)}`, apex);
      const [rdata] = version.rrset(host, 1)!.rdatas;
      const record = { ...hostRecord(apex, 1), name: host };
      const removed = [soaRecord(apex, serial), { ...record, rdata }];
      const added = [soaRecord(apex, serial + 1), { ...record, rdata: hostRecord(apex, 1, 200_000 + serial).rdata }];
      const diff = ZoneDiff.build(apex, removed, added);
      version = unwrap(applyDiff(version, diff));
      return [diff, version];
    };
    const times: number[] = [];
    for (let i = 0; i < COMMITS; i++) {
      const [diff, version] = next();
      const start = performance.now();
      await store.commitDiff(apex, diff, version);
      times.push(performance.now() - start);
    }
    console.log(`zone of ${hosts} hosts, one at a time: ${spread(times)}`);
    const changes = Array.from({ length: COMMITS }, next);
    const before = store.stats;
    const start = performance.now();
    await Promise.all(changes.map(([diff, version]) => store.commitDiff(apex, diff, version)));
    const ms = performance.now() - start;
    const { syncs, imagesWritten, imageBytes, checkpoints } = store.stats;
    console.log(
      `zone of ${hosts} hosts, all at once: ${Math.round((COMMITS / ms) * 1000)} commits/s in ${syncs - before.syncs} syncs` +
        ` (all together ${imagesWritten} images, ${imageBytes} octets, ${checkpoints} checkpoints)`,
    );
    await store.close();
  });
