// Packs a zone of a million A records as a transfer brings it. `node packages/zone/bench/pack.ts [records] [sorted|unsorted]`
import { memoryUsage } from 'node:process';
import { unwrap } from '@zonewire/shared-protocol';
import { ZoneBuilder } from '../src/mod.ts';
import { cpuMs } from './cpu.ts';
import { APEX, type FeedOrder, feedMillion } from './million.ts';

const records = Number(process.argv[2] ?? 1_000_000);
const order = (process.argv[3] ?? 'sorted') as FeedOrder;

for (let round = 0; round < 4; round++) {
  const before = memoryUsage.rss();
  const started = cpuMs();
  const builder = new ZoneBuilder(APEX);
  feedMillion(builder, records, order);
  const added = cpuMs();
  const version = unwrap(builder.finish());
  const done = cpuMs();
  console.log(
    `${order}: ${version.recordCount} records in ${((done - started) / 1000).toFixed(3)} s ` +
      `(add ${((added - started) / 1000).toFixed(3)}, finish ${((done - added) / 1000).toFixed(3)}), ` +
      `${(version.byteLength / version.recordCount).toFixed(1)} octets a record, ` +
      `rss ${(before / 1e6).toFixed(0)} -> ${(memoryUsage.rss() / 1e6).toFixed(0)} MB`,
  );
}
