import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Name, name, nameToText, type ResourceRecord, unwrap, writeSoa } from '@zonewire/shared-protocol';
import { applyDiff, ZoneBuilder, ZoneDiff, type ZoneVersion } from '@zonewire/zone';
import { openZoneStore, type ZoneStore } from '@zonewire/zone-store';

const IN = 1;
/** What is committed last: of a zone that was never loaded. */
const LAST = 'never-loaded.test.';

/** What stood in the store when it was stopped: zone in presentation form to the digest of its version, or none. */
export interface Stopped {
  readonly dir: string;
  readonly zones: ReadonlyMap<string, { readonly serial: number; readonly digest: string } | undefined>;
}

/** A store with zones of every kind in `dir`; `killed`: its log is not moved into the database. */
export async function makeStore(dir: string, killed: boolean): Promise<Stopped> {
  const work = `${dir}-made`;
  const store = await openZoneStore({ dir: work });
  const zones = new Map<string, { serial: number; digest: string } | undefined>();
  const keep = (version: ZoneVersion) =>
    zones.set(nameToText(version.apex), { serial: version.serial, digest: version.digest() });
  for (let i = 0; i < 40; i++) keep(await filled(store, name(`small${i}.test`), 3, i % 4));
  keep(await filled(store, name('middle.test'), 300, 60));
  keep(await filled(store, name('large.test'), 9_000, 5));
  await store.saveFacts(name(LAST), { failures: 3 });
  zones.set(LAST, undefined);
  if (!killed) await store.close();
  mkdirSync(dir, { recursive: true });
  for (const file of readdirSync(work)) cpSync(join(work, file), join(dir, file), { recursive: true });
  if (killed) await store.close();
  rmSync(work, { recursive: true });
  return { dir, zones };
}

async function filled(store: ZoneStore, apex: Name, hosts: number, diffs: number): Promise<ZoneVersion> {
  let version = build(apex, 1, hosts);
  const facts = (serial: number) => ({ role: 'primary', serial, updatesSince: serial - 1 });
  await store.commitImage(apex, version, { facts: facts(1) });
  for (let i = 1; i <= diffs; i++) {
    const diff = ZoneDiff.build(apex, [version.soaRecord], [soa(apex, version.serial + 1), host(apex, hosts + i)]);
    version = unwrap(applyDiff(version, diff));
    await store.commitDiff(apex, diff, version, facts(version.serial));
  }
  return version;
}

export function build(apex: Name, serial: number, hosts: number): ZoneVersion {
  const builder = new ZoneBuilder(apex);
  builder.addRecord(soa(apex, serial));
  builder.addRecord({ name: apex, type: 2, class: IN, ttl: 3600, rdata: name('ns1.test') });
  for (let n = 1; n <= hosts; n++) builder.addRecord(host(apex, n));
  return unwrap(builder.finish());
}

function soa(apex: Name, serial: number): ResourceRecord {
  const rdata = writeSoa({
    mname: name('ns1.test'),
    rname: name('hostmaster.test'),
    ...{ serial, refresh: 3600, retry: 600, expire: 86_400, minimum: 300 },
  });
  return { name: apex, type: 6, class: IN, ttl: 3600, rdata };
}

function host(apex: Name, n: number): ResourceRecord {
  return { name: name(`host${n}`, apex), type: 1, class: IN, ttl: 300, rdata: Uint8Array.of(10, n >> 16, n >> 8, n) };
}

/** What was done to which file. */
export interface Damage {
  readonly file: string;
  readonly text: string;
}

type Random = () => number;

/** Copies the store to `to` and damages one of its files: some octets, a sector of zeros, or its end cut off. */
export function damagedCopy({ dir }: Stopped, to: string, random: Random): Damage {
  rmSync(to, { recursive: true, force: true });
  cpSync(dir, to, { recursive: true });
  const files = [...listed(to)].filter((file) => statSync(join(to, file)).size > 0);
  const below = (n: number) => Math.floor(random() * n);
  const file = files[below(files.length)];
  const path = join(to, file);
  const bytes = readFileSync(path);
  // The heads of pages and files hold what decides most.
  const page = 4096 * below(Math.ceil(bytes.length / 4096));
  const at = Math.min(bytes.length - 1, random() < 0.5 ? page + below(40) : below(bytes.length));
  const way = random();
  if (way < 0.7) {
    const flips = 1 + below(3);
    for (let i = 0; i < flips; i++) bytes[Math.min(bytes.length - 1, at + i)] ^= 1 << below(8);
    writeFileSync(path, bytes);
    return { file, text: `${flips} octets flipped at ${at}` };
  }
  // A log that ends too early is what a crash leaves as well: nobody can tell.
  if (way < 0.9 || file.endsWith('-wal')) {
    bytes.fill(0, at & ~511, (at & ~511) + 512);
    writeFileSync(path, bytes);
    return { file, text: `512 zeros at ${at & ~511}` };
  }
  writeFileSync(path, bytes.subarray(0, at));
  return { file, text: `cut to ${at}` };
}

function* listed(dir: string, below = ''): Generator<string> {
  for (const entry of readdirSync(join(dir, below), { withFileTypes: true }))
    if (entry.isDirectory()) yield* listed(dir, join(below, entry.name));
    else yield join(below, entry.name);
}

export interface Outcome {
  /** Zones that the first start refused. */
  readonly refused: number;
  /** What may not be. */
  readonly problems: readonly string[];
}

/**
 * Starts from the damaged store three times. Whatever a start serves must be what was committed last; a zone that is refused is stored
 * anew, as a secondary does, at the latest after the next start.
 */
export async function startFrom(dir: string, { zones }: Stopped, { file }: Damage): Promise<Outcome> {
  const problems: string[] = [];
  const wanted = new Map(zones);
  let refused: string[] = [];
  let first = 0;
  for (const start of [1, 2, 3]) {
    const problem = (text: string) => problems.push(`start ${start}: ${text}`);
    try {
      const store = await openZoneStore({ dir });
      refused = [];
      for (const [zone, last] of wanted) {
        const loaded = await store.load(name(zone)).catch((error: Error & { code?: string }) => error);
        if (loaded instanceof Error) {
          refused.push(zone);
          if (loaded.code !== 'store-damaged') problem(`${zone}: ${loaded.code} ${loaded.message}`);
        } else if (loaded === undefined) {
          // The last transaction of a log: to nobody it looks otherwise than one that was never synced.
          if (!(zone === LAST && file.endsWith('-wal'))) problem(`${zone} is gone without a word`);
        } else if (loaded.version?.digest() !== last?.digest)
          problem(`${zone} has serial ${loaded.version?.serial}, committed was ${last?.serial}`);
      }
      if (start === 1) first = refused.length;
      for (const zone of refused) {
        const version = build(name(zone), 1_000 + start, 4);
        await store.commitImage(version.apex, version, { facts: { anew: true } }).then(
          () => wanted.set(zone, { serial: version.serial, digest: version.digest() }),
          (error: Error) => {
            if (start > 1 || !error.message.includes('the next start')) problem(`${zone}: ${error.message}`);
          },
        );
      }
      await store.close().catch((error) => problem(`close: ${error.message}`));
    } catch (error) {
      problem(`not started: ${(error as Error).message}`);
    }
  }
  if (refused.length > 0) problems.push(`still refused at the third start: ${refused.join(' ')}`);
  return { refused: first, problems };
}
