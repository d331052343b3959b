/** A zone of 1,000,006 records (or the number given): storing, starting, and one small change in it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { name, unwrap } from '@zonewire/shared-protocol';
import { applyDiff, ZoneBuilder, ZoneDiff } from '@zonewire/zone';
import { openZoneStore } from '../src/mod.ts';
import { hostRecord, soaRecord } from '../src/zone-fixture.ts';
import { inDirectory, spread, timed } from './measure.ts';

const records = Number(process.argv[2] ?? 1_000_006);
const apex = name('big.test');

await inDirectory(async (dir) => {
  const builder = new ZoneBuilder(apex);
  builder.addRecord(soaRecord(apex, 1));
  for (let n = 1; n < records; n++) builder.addRecord(hostRecord(apex, n));
  let version = await timed('(building the zone)', () => unwrap(builder.finish()));
  console.log(`layers of ${version.layers.map((layer) => layer.byteLength).join(', ')} octets`);

  let store = await openZoneStore({ dir });
  let longest = 0;
  let last = performance.now();
  const watch = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  await timed('commitImage', () => store.commitImage(apex, version));
  clearInterval(watch);
  console.log(`the event loop stood still for at most ${longest.toFixed(1)} ms meanwhile`);

  const times: number[] = [];
  for (let i = 0; i < 2000; i++) {
    const { serial } = version;
    const old = [soaRecord(apex, serial), hostRecord(apex, 1 + i)];
    const diff = ZoneDiff.build(apex, old, [soaRecord(apex, serial + 1), hostRecord(apex, 1 + i, 7_000_000 + i)]);
    version = unwrap(applyDiff(version, diff));
    const start = performance.now();
    await store.commitDiff(apex, diff, version);
    times.push(performance.now() - start);
  }
  console.log(`2000 small changes, one at a time: ${spread(times)}`);
  const { imagesWritten, imageBytes } = store.stats;
  console.log(
    `images ${imagesWritten}, ${(imageBytes / 1e6).toFixed(1)} MB; layers ${version.layers.map((l) => l.byteLength)}`,
  );
  await store.close();

  const [file] = readdirSync(join(dir, 'images'));
  await timed('(reading the file alone)', () => readFileSync(join(dir, 'images', file)));
  for (let i = 0; i < 3; i++) {
    store = await timed('openZoneStore', () => openZoneStore({ dir }));
    const loaded = await timed('load', () => store.load(apex));
    if (loaded?.version?.serial !== version.serial) throw new Error('wrong serial');
    await store.close();
  }
});
