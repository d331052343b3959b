import type { SiteContent, SiteRequest, ToldContent } from '@zonewire/secondary';
import { type Name, nameToText, type Result } from '@zonewire/shared-protocol';
import { applyDiff, recordRuns, versionOfRuns, ZoneDiff, type ZoneVersion } from '@zonewire/zone';
import { jobId } from '../schedule/job.ts';
import { type ContentStore, sha256Of } from './content-store.ts';
import { readDiff, readImage, type StoredDiff, type StoredImage } from './messages.ts';

/** Octets of a piece of a whole zone. */
const PIECE = 256 * 1024;
/** Diffs of a zone that stay listed. */
const MOST_DIFFS = 64;
/** Up to this many records a version is compared as a whole (some 20 ms); beyond, piece by piece only. */
export const DIGEST_RECORDS = 20_000;

/** What taking a version from Redis came to. */
export type Taken = SiteContent | NotTaken<'none'> | NotTaken<'refused'>;

interface NotTaken<K> {
  readonly kind: K;
  readonly message: string;
}

/** Versions of zones in Redis: differences, and whole zones in pieces, each with its digest. */
export class SiteVersions {
  readonly #store: ContentStore;
  readonly #maxSize: number;

  /** `maxSize`: octets of all content; one zone may take half of it. */
  constructor(store: ContentStore, maxSize: number) {
    this.#store = store;
    this.#maxSize = maxSize;
  }

  /** Rejects when Redis does not take it. */
  async put(zone: string, content: ToldContent): Promise<void> {
    const { version, diffs } = content;
    const bytes = diffs?.reduce((sum, diff) => sum + diff.bytes.length, 0) ?? Number.POSITIVE_INFINITY;
    if (diffs === undefined || bytes > this.#maxSize / 4) await this.putZone(zone, version);
    else await this.#putDiffs(zone, version, diffs);
  }

  async #putDiffs(zone: string, version: ZoneVersion, diffs: readonly ZoneDiff[]): Promise<void> {
    const lines: string[] = [];
    for (const diff of diffs) {
      const stored: StoredDiff = {
        from: diff.fromSerial,
        to: diff.toSerial,
        sha256: sha256Of(diff.bytes),
        digest: diff === diffs.at(-1) ? digestOf(version) : undefined,
      };
      await this.#store.put(diffName(zone, stored), diff.bytes);
      lines.push(JSON.stringify(stored));
    }
    await this.#store.append(`diffs:${jobId(zone)}`, lines, MOST_DIFFS);
  }

  /** The whole version, unless it would take too much of the room. @returns whether it is there. */
  async putZone(zone: string, version: ZoneVersion): Promise<boolean> {
    if (version.byteLength > this.#maxSize / 2) return false;
    const name = imageName(zone, version.serial);
    const pieces: string[] = [];
    let bytes = 0;
    for (const run of recordRuns(version, PIECE)) {
      await this.#store.put(`${name}:${pieces.length}`, run);
      pieces.push(sha256Of(run));
      bytes += run.length;
    }
    const image: StoredImage = { serial: version.serial, bytes, pieces, digest: digestOf(version) };
    await this.#store.put(name, Buffer.from(JSON.stringify(image)));
    return true;
  }

  /** Whether the whole version is there. Rejects when Redis does not say. */
  async hasZone(zone: string, serial: number): Promise<boolean> {
    return readImage(await this.#store.text(imageName(zone, serial)), serial) !== undefined;
  }

  /** By differences where they lead there. */
  async take(request: SiteRequest): Promise<Taken> {
    const { held } = request;
    const byDiffs = held === undefined ? undefined : await this.#takeDiffs(request, held);
    if (byDiffs?.kind === 'diffs') return byDiffs;
    const whole = await this.#takeZone(request);
    return whole.kind === 'none' && byDiffs !== undefined ? byDiffs : whole;
  }

  async #takeDiffs({ apex, head }: SiteRequest, held: ZoneVersion): Promise<Taken> {
    const stored = (await this.#store.list(`diffs:${jobId(head.zone)}`)).map(readDiff);
    const chain = chainOf(stored, held.serial, head.serial);
    if (chain === undefined)
      return { kind: 'none', message: `no differences from serial ${held.serial} to ${head.serial} at the site` };
    const diffs: ZoneDiff[] = [];
    let version = held;
    let bytes = 0;
    for (const link of chain) {
      const data = await this.#store.get(diffName(head.zone, link), link.sha256);
      if (typeof data === 'string')
        return taken(data, `the difference from serial ${link.from} to ${link.to} of ${head.zone}`);
      const next = after(apex, version, data, link);
      if (!next.ok) return { kind: 'refused', message: next.error.message };
      diffs.push(next.value.diff);
      version = next.value.version;
      bytes += data.length;
    }
    const wrong = mismatch(version, head.serial, chain.at(-1)?.digest);
    return wrong === undefined ? { kind: 'diffs', diffs, bytes } : { kind: 'refused', message: wrong };
  }

  async #takeZone({ apex, head, maxSize, signal }: SiteRequest): Promise<Taken> {
    const name = imageName(head.zone, head.serial);
    const image = readImage(await this.#store.text(name), head.serial);
    if (image === undefined || image.bytes > maxSize)
      return { kind: 'none', message: `the site has not got all of ${head.zone} at serial ${head.serial}` };
    const refuse = async (message: string): Promise<Taken> => {
      // So that another node can put it there anew.
      await this.#store.remove(name);
      return { kind: 'refused', message };
    };
    const runs: Uint8Array[] = [];
    let bytes = 0;
    for (const [i, sha256] of image.pieces.entries()) {
      if (signal.aborted) return { kind: 'none', message: 'given up' };
      const run = await this.#store.get(`${name}:${i}`, sha256);
      if (typeof run === 'string') return refuse(taken(run, `piece ${i} of ${head.zone}`).message);
      bytes += run.length;
      if (bytes > image.bytes) return refuse(`the pieces of ${head.zone} are larger than announced`);
      runs.push(run);
    }
    const version = versionOfRuns(apex, runs, maxSize);
    if (!version.ok) return refuse(version.error.message);
    const wrong = mismatch(version.value, head.serial, image.digest);
    return wrong === undefined ? { kind: 'zone', version: version.value, bytes } : refuse(wrong);
  }
}

function after(
  apex: Name,
  version: ZoneVersion,
  data: Uint8Array,
  { from, to }: StoredDiff,
): Result<{ diff: ZoneDiff; version: ZoneVersion }> {
  const diff = ZoneDiff.fromBytes(apex, data);
  if (!diff.ok) return diff;
  const { fromSerial, toSerial } = diff.value;
  const message = `the difference stored for serial ${from} to ${to} of ${nameToText(apex)} is another one`;
  if (fromSerial !== from || toSerial !== to) return { ok: false, error: { code: 'site-content-wrong', message } };
  const next = applyDiff(version, diff.value);
  return next.ok ? { ok: true, value: { diff: diff.value, version: next.value } } : next;
}

/** From one serial to the other; of several diffs from one serial the latest counts. */
function chainOf(stored: readonly (StoredDiff | undefined)[], from: number, to: number): StoredDiff[] | undefined {
  const bySerial = new Map(stored.flatMap((diff) => (diff === undefined ? [] : [[diff.from, diff] as const])));
  const chain: StoredDiff[] = [];
  for (let at = from; at !== to; ) {
    const link = bySerial.get(at);
    if (link === undefined || chain.length > MOST_DIFFS) return undefined;
    chain.push(link);
    at = link.to;
  }
  return chain.length === 0 ? undefined : chain;
}

function taken(what: 'missing' | 'altered', of: string): NotTaken<'none'> | NotTaken<'refused'> {
  if (what === 'missing') return { kind: 'none', message: `${of} is not at the site any more` };
  return { kind: 'refused', message: `${of} was altered in Redis: refused` };
}

function mismatch(version: ZoneVersion, serial: number, digest: string | undefined): string | undefined {
  const zone = nameToText(version.apex);
  if (version.serial !== serial)
    return `what the site has of ${zone} is serial ${version.serial}, not ${serial}: refused`;
  if (digest === undefined || digestOf(version) === undefined || digestOf(version) === digest) return undefined;
  return `what the site has of ${zone} does not match its digest: refused`;
}

function digestOf(version: ZoneVersion): string | undefined {
  return version.recordCount <= DIGEST_RECORDS ? version.digest() : undefined;
}

function diffName(zone: string, { from, to }: StoredDiff): string {
  return `diff:${jobId(zone)}:${from}-${to}`;
}

function imageName(zone: string, serial: number): string {
  return `image:${jobId(zone)}:${serial}`;
}
