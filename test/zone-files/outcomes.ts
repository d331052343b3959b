import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { diskFiles, findingText, readZoneFile } from '@zonewire/primary';
import { name, type ResourceRecord } from '@zonewire/shared-protocol';
import { type Transferred, transferAll } from './axfr.ts';
import { READERS, type Reader, type ReadyCase, zoneFile } from './case.ts';
import { INCLUDES } from './corpus/mod.ts';
import { LDNS_FOLDER, readByAll, type Verdict } from './readers.ts';
import { type Server, startServer } from './servers.ts';

export interface Outcome {
  readonly verdicts: ReadonlyMap<Reader, Verdict>;
  readonly ours: Verdict;
  readonly records: readonly ResourceRecord[];
  /** What each server made of it where its reader accepts it: its records, or why it has none. */
  readonly transferred: Map<Reader, Transferred>;
}

/** So often a server may have to be started. */
const MAX_STARTS = 10;
const REQUEST = { zoneMaxSize: Number.MAX_SAFE_INTEGER, now: 0 };

/** What the four and we make of every case, by zone. */
export async function outcomesOf(folder: string, cases: readonly ReadyCase[]): Promise<ReadonlyMap<string, Outcome>> {
  writeFiles(folder, cases);
  const verdicts = await readByAll(folder, cases);
  const outcomes = new Map<string, Outcome>();
  for (const [i, { zone }] of cases.entries()) {
    const read = await readZoneFile(diskFiles, { ...REQUEST, apex: name(zone), path: join(folder, zoneFile(zone)) });
    outcomes.set(zone, {
      verdicts: verdicts[i],
      ours: { accepted: read.ok, said: read.ok ? '' : read.error.findings.map(findingText).join('\n') },
      records: read.ok ? [...read.value.version.records()] : [],
      transferred: new Map(),
    });
  }
  for (const reader of ['bind', 'knot', 'nsd'] as const) {
    const taken = cases.map(({ zone }) => zone).filter((zone) => outcomes.get(zone)!.verdicts.get(reader)!.accepted);
    const found = await transferredBy(reader, folder, taken);
    for (const [zone, records] of found) outcomes.get(zone)!.transferred.set(reader, records);
  }
  return outcomes;
}

/** A server that ends is started again for the zones that are left; of one that it ends at twice it says nothing. */
async function transferredBy(
  reader: Server,
  folder: string,
  zones: readonly string[],
): Promise<Map<string, Transferred>> {
  const found = new Map<string, Transferred>();
  let failedAt: string | undefined;
  for (let starts = 0; found.size < zones.length; starts++) {
    if (starts === MAX_STARTS) throw new Error(`${reader} has ended ${starts} times, the last time at ${failedAt}`);
    const server = await startServer(reader, folder, zones);
    try {
      const left = zones.filter((zone) => !found.has(zone));
      for (const [zone, transferred] of await transferAll(server, left)) found.set(zone, transferred);
      const [next] = zones.filter((zone) => !found.has(zone));
      if (next !== undefined && next === failedAt) found.set(next, `${reader} ends when it is asked for ${next}`);
      failedAt = next;
    } finally {
      await server.process.stop();
    }
  }
  return found;
}

function writeFiles(folder: string, cases: readonly ReadyCase[]): void {
  mkdirSync(join(folder, LDNS_FOLDER));
  for (const { zone, octets } of cases) {
    writeFileSync(join(folder, zoneFile(zone)), octets);
    writeFileSync(join(folder, LDNS_FOLDER, zoneFile(zone)), withOrigin(zone, octets));
  }
  for (const [file, text] of Object.entries(INCLUDES))
    for (const place of [folder, join(folder, LDNS_FOLDER)]) writeFileSync(join(place, file), text);
}

/** ldns-read-zone cannot be told the origin; a byte order mark stays in front. */
function withOrigin(zone: string, octets: Uint8Array): Uint8Array {
  const start = octets[0] === 0xef && octets[1] === 0xbb && octets[2] === 0xbf ? 3 : 0;
  return Buffer.concat([octets.subarray(0, start), Buffer.from(`$ORIGIN ${zone}\n`), octets.subarray(start)]);
}

/** Who accepts and who refuses, with what was said, for a failing test. */
export function report({ verdicts, ours }: Outcome): string {
  const line = (who: string, { accepted, said }: Verdict) =>
    `${who} ${accepted ? 'accepts' : 'refuses'}: ${said.trim()}`;
  return [line('zonewire', ours), ...READERS.map((reader) => line(reader, verdicts.get(reader)!))].join('\n');
}
