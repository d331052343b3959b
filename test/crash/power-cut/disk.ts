import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type DiskEvent, type Recording, ROOT } from './recording.ts';

/** A disk writes so many octets whole or not at all. */
const SECTOR = 512;

/** 0 to 1, without 1. */
type Random = () => number;

/** What becomes of what was written and not synced when the power goes. */
export type Fate =
  /** Nothing of it reached the disk. */
  | 'nothing'
  | 'everything'
  /** Up to some moment, in order. */
  | 'in-order'
  /** Each sector, each length of a file and each name for itself: what a disk with a cache, and a file system without order, may do. */
  | 'each-for-itself';

export const FATES: readonly Fate[] = ['nothing', 'everything', 'in-order', 'each-for-itself', 'each-for-itself'];

interface Change {
  readonly at: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** The files as a start finds them that follows a loss of power before event `cut`; by path. `undefined`: a directory. */
export function afterPowerCut(
  { events }: Recording,
  cut: number,
  fate: Fate,
  random: Random,
): Map<string, Uint8Array | undefined> {
  const durable = durableUntil(events, cut);
  // The moment up to which everything has reached the disk, for all that is not synced.
  const reached = fate === 'nothing' ? 0 : fate === 'everything' ? cut : Math.floor(random() * (cut + 1));
  const until = (file: number) => Math.max(durable.get(file) ?? 0, reached);
  const files = new Map<string, Uint8Array | undefined>();
  for (const [path, { file, isDirectory }] of namesAfter(events, cut, fate, until, random))
    files.set(
      path,
      isDirectory ? undefined : contentAfter(events, cut, file, fate, until(file), durable.get(file) ?? 0, random),
    );
  return files;
}

/** Makes `dir` hold `files` and nothing else. */
export function writeFiles(dir: string, files: ReadonlyMap<string, Uint8Array | undefined>): void {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  for (const [path, content] of [...files].sort(([a], [b]) => a.length - b.length))
    if (content === undefined) mkdirSync(join(dir, path));
    else writeFileSync(join(dir, path), content);
}

/** For each file, the index of the first event that no sync has made durable. */
function durableUntil(events: readonly DiskEvent[], cut: number): Map<number, number> {
  const durable = new Map<number, number>();
  for (let i = 0; i < cut; i++) {
    const event = events[i];
    if (event.kind === 'sync') durable.set(event.file, Math.max(durable.get(event.file) ?? 0, event.begun));
  }
  return durable;
}

type Names = Map<string, { readonly file: number; readonly isDirectory: boolean }>;

/** A change of a name is durable once its directory was synced, and not by a sync of the file. */
function namesAfter(
  events: readonly DiskEvent[],
  cut: number,
  fate: Fate,
  until: (file: number) => number,
  random: Random,
): Names {
  const names: Names = new Map();
  /** As the process saw them. */
  const seen: Names = new Map();
  /** Names of which a change was lost: what followed it is lost too. */
  const stale = new Set<string>();
  for (let i = 0; i < cut; i++) {
    const event = events[i];
    if (event.kind !== 'create' && event.kind !== 'remove' && event.kind !== 'rename') continue;
    const { path } = event;
    const parent = dirname(path);
    const directory = parent === '.' ? ROOT : seen.get(parent)?.file;
    const touched = event.kind === 'rename' ? [path, event.to] : [path];
    const hasReached = i < until(directory ?? ROOT) || (fate === 'each-for-itself' && random() < 0.5);
    const isKept = hasReached && !touched.some((name) => stale.has(name)) && (parent === '.' || names.has(parent));
    for (const view of isKept ? [seen, names] : [seen]) apply(view, event);
    if (!isKept) for (const name of touched) stale.add(name);
  }
  return names;
}

function apply(names: Names, event: DiskEvent): void {
  if (event.kind === 'create') names.set(event.path, { file: event.file, isDirectory: event.isDirectory });
  else if (event.kind === 'remove') names.delete(event.path);
  else if (event.kind === 'rename') {
    const moved = names.get(event.path);
    names.delete(event.path);
    if (moved !== undefined) names.set(event.to, moved);
  }
}

function contentAfter(
  events: readonly DiskEvent[],
  cut: number,
  file: number,
  fate: Fate,
  reached: number,
  durable: number,
  random: Random,
): Uint8Array {
  let content = new Uint8Array(0);
  let size = 0;
  /** Later than what is there for sure. */
  const later: Change[] = [];
  const sizes: number[] = [];
  const isOpen = fate === 'each-for-itself';
  const sure = isOpen ? durable : reached;
  for (let i = 0; i < cut; i++) {
    const event = events[i];
    if (event.kind === 'truncate' && event.file === file) {
      if (i < sure) {
        content = resized(content, event.size);
        size = event.size;
      } else sizes.push(event.size);
    } else if (event.kind === 'write' && event.file === file) {
      const end = event.offset + event.bytes.length;
      if (i < sure) {
        size = Math.max(size, end);
        if (content.length < end) content = resized(content, Math.max(end, 2 * content.length));
        content.set(event.bytes, event.offset);
      } else {
        later.push({ at: i, offset: event.offset, bytes: event.bytes });
        sizes.push(Math.max(sizes.at(-1) ?? size, end));
      }
    }
  }
  if (!isOpen || sizes.length === 0) return resized(content, size);
  // How long the file is, and what stands in each of its sectors, became durable each for itself, or not.
  const chance = random();
  const length = random() < 0.3 ? size : sizes[Math.floor(random() * sizes.length)];
  content = resized(content, Math.max(content.length, ...later.map(({ offset, bytes }) => offset + bytes.length)));
  for (const [sector, changes] of bySector(later)) {
    const kept = random() < chance ? changes.length : Math.floor(random() * (changes.length + 1));
    for (const change of changes.slice(0, kept)) copySector(content, sector, change);
  }
  return resized(content, length);
}

/** What was written into each sector, in order. */
function bySector(changes: readonly Change[]): Map<number, Change[]> {
  const sectors = new Map<number, Change[]>();
  for (const change of changes) {
    const end = change.offset + change.bytes.length;
    for (let sector = Math.floor(change.offset / SECTOR); sector * SECTOR < end; sector++) {
      const known = sectors.get(sector);
      if (known === undefined) sectors.set(sector, [change]);
      else known.push(change);
    }
  }
  return sectors;
}

function copySector(content: Uint8Array, sector: number, { offset, bytes }: Change): void {
  const from = Math.max(sector * SECTOR, offset);
  const to = Math.min((sector + 1) * SECTOR, offset + bytes.length);
  content.set(bytes.subarray(from - offset, to - offset), from);
}

function resized(content: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  if (size <= content.length) return content.slice(0, size);
  const longer = new Uint8Array(size);
  longer.set(content);
  return longer;
}
