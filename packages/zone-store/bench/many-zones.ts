/** 10,000 zones of 20 records (or the number given): first images, one change each, and a start. */
import { name, unwrap } from '@zonewire/shared-protocol';
import { applyDiff, ZoneDiff } from '@zonewire/zone';
import { openZoneStore } from '../src/mod.ts';
import { hostRecord, soaRecord, zoneVersion } from '../src/zone-fixture.ts';
import { inDirectory, timed } from './measure.ts';

const count = Number(process.argv[2] ?? 10_000);

await inDirectory(async (dir) => {
  const zones = Array.from({ length: count }, (_, i) => {
    const apex = name(`zone${i}.example.test`);
    return { apex, version: zoneVersion(apex, 1, 18) };
  });
  const facts = {
    expireAt: 1_790_000_000_000,
    refreshAt: 1_780_000_000_000,
    lastCheck: { from: '192.0.2.1', serial: 1 },
  };
  console.log(`layers of ${zones[0].version.layers.map((layer) => layer.byteLength).join(', ')} octets`);
  let store = await openZoneStore({ dir });
  await timed(`commitImage of ${count} zones at once`, () =>
    Promise.all(zones.map(({ apex, version }) => store.commitImage(apex, version, { facts }))),
  );
  console.log(`${store.stats.syncs} syncs, ${store.stats.checkpoints} checkpoints`);
  await start('nothing to replay');

  for (const round of [1, 2, 3]) {
    const changes = zones.map((zone) => {
      const { apex, version } = zone;
      const removed = [soaRecord(apex, round), hostRecord(apex, round)];
      const diff = ZoneDiff.build(apex, removed, [soaRecord(apex, round + 1), hostRecord(apex, round, 999)]);
      zone.version = unwrap(applyDiff(version, diff));
      return { apex, version: zone.version, diff };
    });
    await timed(`commitDiff of ${count} zones at once`, () =>
      Promise.all(changes.map(({ apex, diff, version }) => store.commitDiff(apex, diff, version, facts))),
    );
  }
  const { imagesWritten, imageBytes, syncs } = store.stats;
  console.log(`${syncs} syncs, ${imagesWritten} images, ${(imageBytes / 1e6).toFixed(1)} MB`);
  await start('after three changes each');

  async function start(what: string): Promise<void> {
    await timed('close', () => store.close());
    const rss = process.memoryUsage().rss;
    const opened = performance.now();
    store = await timed(`openZoneStore, ${what}`, () => openZoneStore({ dir }));
    const loaded: unknown[] = [];
    await timed(`load of each zone, ${what}`, async () => {
      for (const apex of store.zones()) loaded.push(await store.load(apex));
    });
    if (loaded.length !== count) throw new Error('zones are missing');
    const ms = performance.now() - opened;
    const mb = (process.memoryUsage().rss - rss) / 1e6;
    console.log(`start, ${what}: ${ms.toFixed(0)} ms, ${mb.toFixed(0)} MB more (with the old versions still there)`);
  }
});
