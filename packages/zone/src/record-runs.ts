import { fail, type Name, nameToText, type Result } from '@zonewire/shared-protocol';
import { ZoneBuilder } from './builder.ts';
import { RunReader } from './diff/run-reader.ts';
import { RunWriter } from './diff/run-writer.ts';
import type { ZoneVersion } from './version.ts';

/** Names between two looks at the size of a run. */
const STEP = 16;

/** All records of a version as record runs of about `octets` each, the SOA first: for another node to build the same version from. */
export function* recordRuns(version: ZoneVersion, octets: number): Generator<Uint8Array, void, void> {
  const writer = new RunWriter(octets);
  for (const _ of version.forEachRecordInSteps(writer, STEP)) {
    if (writer.length < octets) continue;
    yield writer.run().slice();
    writer.clear();
  }
  if (writer.length > 0) yield writer.run().slice();
}

/** Builds a version from runs that anybody may have written. Errors: `runs-damaged`, `zone-too-large`, and those of ZoneBuilder. */
export function versionOfRuns(apex: Name, runs: Iterable<Uint8Array>, maxSize: number): Result<ZoneVersion> {
  const builder = new ZoneBuilder(apex);
  for (const run of runs) {
    const reader = new RunReader(run);
    while (reader.next()) {
      const { start, ownerEnd, type, ttl, rdataStart, rdataEnd } = reader;
      builder.add(run, start, ownerEnd, type, ttl, run, rdataStart, rdataEnd);
      if (builder.bytes > maxSize)
        return fail('zone-too-large', `the zone would take more than ${maxSize} octets (zone-max-size)`);
    }
    if (reader.damaged) return fail('runs-damaged', `the records of ${nameToText(apex)} end inside a record`);
  }
  return builder.finish();
}
