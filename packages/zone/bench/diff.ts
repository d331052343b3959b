// Compares large versions. `node packages/zone/bench/diff.ts [records]`
import { parseRecords, unwrap } from '@zonewire/shared-protocol';
import { applyDiff, diffVersions, ZoneBuilder, type ZoneVersion } from '../src/mod.ts';
import { cpuMs } from './cpu.ts';
import { APEX, feedMillion } from './million.ts';

const records = Number(process.argv[2] ?? 1_000_000);

function build(serial: number, changes: number): ZoneVersion {
  const builder = new ZoneBuilder(APEX);
  feedMillion(builder, records, 'unsorted', serial);
  for (let i = 0; i < changes; i++) builder.addRecord(parseRecords(`new${i} 300 A 192.0.2.1`, APEX)[0]);
  return unwrap(builder.finish());
}

const from = build(1, 0);
const to = build(2, 10);
for (let round = 0; round < 4; round++) {
  const started = cpuMs();
  const diff = diffVersions(from, to);
  const compared = cpuMs();
  const after = unwrap(applyDiff(from, diff));
  const applied = cpuMs();
  const again = diffVersions(from, after);
  const again2 = cpuMs();
  const digest = after.digest();
  const hashed = cpuMs();
  console.log(
    `${records} records, ${diff.removedCount} removed, ${diff.addedCount} added: whole ${(compared - started).toFixed(0)} ms, ` +
      `sharing layers ${(again2 - applied).toFixed(2)} ms (${again.addedCount} added), apply ${(applied - compared).toFixed(2)} ms, ` +
      `digest ${(hashed - again2).toFixed(0)} ms ${digest === to.digest() ? 'equal' : 'DIFFERENT'}`,
  );
}
