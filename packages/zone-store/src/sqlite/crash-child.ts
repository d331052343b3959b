import { name, nameToText, unwrap } from '@zonewire/shared-protocol';
import { applyDiff, ZoneDiff, type ZoneVersion } from '@zonewire/zone';
import type { ZoneStore } from '../port.ts';
import { hostRecord, soaRecord, textRecord, zoneVersion } from '../zone-fixture.ts';
import { openZoneStore } from './sqlite-store.ts';

/**
 * What crash.test.ts kills: commits without end to several zones, small and large, in every way the contract has, and
 * prints a line "zone serial digest" for each commit that was acknowledged, "try …" before. Arguments: directory, seed, and after how
 * many bursts of commits to each zone it closes the store and ends (default: never).
 */
const [dir, seedText, bursts = 'Infinity'] = process.argv.slice(2);
let seed = Number(seedText);
/** 0 to `below` - 1; the same sequence for the same seed (xorshift32). */
function random(below: number): number {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return (seed >>> 0) % below;
}

const store: ZoneStore = await openZoneStore({ dir });
console.log('open');

/** The last one is large enough for layer files, and changes enough for images behind its commits. */
await Promise.all([
  commitOften('small.test', 5, 0),
  commitOften('middle.test', 300, 0),
  commitOften('large.test', 50, 1500),
]);
await store.close();

async function commitOften(domain: string, hosts: number, texts: number): Promise<void> {
  const apex = name(domain);
  const bulk = Array.from({ length: texts }, (_, i) => textRecord(apex, `text${i}`, 200));
  store.setLimits(apex, { journalMaxDepth: 20, journalMaxSize: 1e6 });
  let version = (await store.load(apex))?.version;
  if (version === undefined) {
    version = zoneVersion(apex, 1, hosts, bulk);
    await acknowledged(store.commitImage(apex, version, { facts: { serial: 1 } }), version);
  }
  for (let left = Number(bursts); left > 0; left--) {
    const burst: Promise<void>[] = [];
    for (let n = 1 + random(3); n > 0; n--) {
      const diff = change(version, 1 + random(hosts));
      version = unwrap(applyDiff(version, diff));
      const facts = { serial: version.serial };
      const way = random(20);
      if (way === 0) burst.push(acknowledged(store.commitImage(apex, rebuilt(version), { facts }), version));
      else if (way === 1) burst.push(acknowledged(store.commitImage(apex, version, { facts, diff }), version));
      else burst.push(acknowledged(store.commitDiff(apex, diff, version, facts), version));
      // From here on none of the layers is one the store knows: the image has to be written behind the commits.
      if (way === 2) version = rebuilt(version);
    }
    await Promise.all(burst);
  }
}

async function acknowledged(commit: Promise<void>, version: ZoneVersion): Promise<void> {
  const line = `${nameToText(version.apex)} ${version.serial} ${version.digest()}`;
  // One write each, so that a kill cuts between lines or in the last one.
  console.log(`try ${line}`);
  await commit;
  console.log(line);
}

function change(version: ZoneVersion, host: number): ZoneDiff {
  const { apex, serial } = version;
  const [rdata] = version.rrset(name(`host${host}`, apex), 1)!.rdatas;
  const removed = [soaRecord(apex, serial), { ...hostRecord(apex, host), rdata }];
  return ZoneDiff.build(apex, removed, [soaRecord(apex, serial + 1), hostRecord(apex, host, 65_536 + serial)]);
}

function rebuilt(version: ZoneVersion): ZoneVersion {
  const records = [...version.records()].filter(({ type }) => type !== 2 && type !== 6);
  return zoneVersion(version.apex, version.serial, 0, records);
}
