import { nameToText, TYPE, unwrap, ZonewireError } from '@zonewire/shared-protocol';
import { CanonicalWalk } from '../image/canonical-walk.ts';
import type { Layer } from '../image/layer.ts';
import { nodeEnd } from '../image/node.ts';
import { compareOctets } from '../image/octets.ts';
import { compareRelativeNames, hashName } from '../image/relative-name.ts';
import { RRsetCursor } from '../image/rrset-cursor.ts';
import { NodeRef } from '../image/stack.ts';
import type { ZoneVersion } from '../version.ts';
import { RunWriter } from './run-writer.ts';
import { ZoneDiff } from './zone-diff.ts';

const NODE_CONTENT = 0xffff_10ff;

/**
 * What leads from one version of a zone to another, both SOAs included. A changed TTL, or a changed case of a name, removes and
 * adds all records concerned. Versions that share layers are compared only where they differ, others name by name.
 * @throws ZonewireError `diff-other-zone`
 */
export function diffVersions(from: ZoneVersion, to: ZoneVersion): ZoneDiff {
  const zone = nameToText(from.apex);
  if (compareRelativeNames(from.apex, 0, from.apex.length - 1, to.apex, 0, to.apex.length - 1) !== 0)
    throw new ZonewireError('diff-other-zone', `${zone} cannot be compared with ${nameToText(to.apex)}`, { zone });
  const output = new DifferenceWriter(from, to);
  if (from.stack.base.buffer === to.stack.base.buffer) compareLayersNotShared(from, to, output);
  else compareAll(from, to, output);
  return unwrap(ZoneDiff.fromBytes(from.apex, output.run()), { zone });
}

/** Layers from the bottom that both versions have are the same for both: only names of the others can differ. */
function compareLayersNotShared(from: ZoneVersion, to: ZoneVersion, output: DifferenceWriter): void {
  const a = from.stack.layers;
  const b = to.stack.layers;
  let shared = 1;
  while (shared < a.length && shared < b.length && a[a.length - 1 - shared].buffer === b[b.length - 1 - shared].buffer)
    shared++;
  const candidates = [...a.slice(0, a.length - shared), ...b.slice(0, b.length - shared)];
  if (candidates.length === 0) return;
  const walk = new CanonicalWalk(candidates, { tombstones: true });
  const before = new NodeRef();
  const after = new NodeRef();
  while (walk.next()) {
    const { bytes } = walk.layer;
    const start = walk.node + 8;
    const end = start + bytes[walk.node];
    const hash = hashName(from.stack.seed, bytes, start, end);
    const wasThere = from.stack.find(hash, bytes, start, end, before);
    const isThere = to.stack.find(hash, bytes, start, end, after);
    if (wasThere && isThere) output.compare(before.layer, before.node, after.layer, after.node);
    else if (wasThere) output.removeNode(before.layer, before.node);
    else if (isThere) output.addNode(after.layer, after.node);
  }
}

function compareAll(from: ZoneVersion, to: ZoneVersion, output: DifferenceWriter): void {
  const before = new CanonicalWalk(from.stack.layers);
  const after = new CanonicalWalk(to.stack.layers);
  let hasBefore = before.next();
  let hasAfter = after.next();
  while (hasBefore || hasAfter) {
    const order = !hasBefore ? 1 : !hasAfter ? -1 : compareNodeNames(before, after);
    if (order === 0) output.compare(before.layer, before.node, after.layer, after.node);
    else if (order < 0) output.removeNode(before.layer, before.node);
    else output.addNode(after.layer, after.node);
    if (order <= 0) hasBefore = before.next();
    if (order >= 0) hasAfter = after.next();
  }
}

export function compareNodeNames(a: CanonicalWalk, b: CanonicalWalk): number {
  const aBytes = a.layer.bytes;
  const bBytes = b.layer.bytes;
  const aName = a.node + 8;
  const bName = b.node + 8;
  const aEnd = aName + aBytes[a.node];
  const bEnd = bName + bBytes[b.node];
  if (aEnd - aName === bEnd - bName) {
    // Mostly the same name in the same case.
    let i = aName;
    let j = bName;
    while (i < aEnd && aBytes[i] === bBytes[j]) {
      i++;
      j++;
    }
    if (i === aEnd) return 0;
  }
  return compareRelativeNames(aBytes, aName, aEnd, bBytes, bName, bEnd);
}

/** Writes the records of two versions that differ, except the SOAs, which frame them. */
class DifferenceWriter {
  readonly #removed = new RunWriter(4096);
  readonly #added = new RunWriter(4096);
  readonly #apex: Uint8Array;
  readonly #owner = new Uint8Array(512);
  readonly #before = new RRsetCursor();
  readonly #after = new RRsetCursor();

  constructor(from: ZoneVersion, to: ZoneVersion) {
    this.#apex = from.apex;
    const [a, b] = [from.soaRecord, to.soaRecord];
    this.#removed.add(a.name, 0, a.name.length, a.type, a.ttl, a.rdata, 0, a.rdata.length);
    this.#added.add(b.name, 0, b.name.length, b.type, b.ttl, b.rdata, 0, b.rdata.length);
  }

  run(): Uint8Array {
    this.#removed.append(this.#added.run());
    return this.#removed.run();
  }

  removeNode(layer: Layer, node: number): void {
    this.#before.start(layer, node);
    const ownerEnd = this.#setOwner(layer, node);
    while (this.#before.nextRRset()) this.#rest(this.#removed, this.#before, ownerEnd);
  }

  addNode(layer: Layer, node: number): void {
    this.#after.start(layer, node);
    const ownerEnd = this.#setOwner(layer, node);
    while (this.#after.nextRRset()) this.#rest(this.#added, this.#after, ownerEnd);
  }

  /** The same name in both versions. */
  compare(a: Layer, aNode: number, b: Layer, bNode: number): void {
    if (a.words === b.words ? aNode === bNode : sameContent(a, aNode, b, bNode)) return;
    const isApex = a.bytes[aNode] === 0;
    if (!isApex && !sameCase(a, aNode, b, bNode)) {
      this.removeNode(a, aNode);
      this.addNode(b, bNode);
      return;
    }
    const ownerEnd = this.#setOwner(a, aNode);
    const before = this.#before;
    const after = this.#after;
    before.start(a, aNode);
    after.start(b, bNode);
    let hasBefore = before.nextRRset();
    let hasAfter = after.nextRRset();
    while (hasBefore || hasAfter) {
      const order = !hasBefore ? 1 : !hasAfter ? -1 : before.key - after.key;
      if (order === 0 && before.ttl === after.ttl) {
        this.#compareRRset(ownerEnd);
      } else {
        if (order <= 0) this.#rest(this.#removed, before, ownerEnd);
        if (order >= 0) this.#rest(this.#added, after, ownerEnd);
      }
      if (order <= 0) hasBefore = before.nextRRset();
      if (order >= 0) hasAfter = after.nextRRset();
    }
  }

  #compareRRset(ownerEnd: number): void {
    const before = this.#before;
    const after = this.#after;
    let hasBefore = before.nextRecord();
    let hasAfter = after.nextRecord();
    while (hasBefore || hasAfter) {
      const order = !hasBefore ? 1 : !hasAfter ? -1 : compareRdata(before, after);
      if (order < 0) this.#write(this.#removed, before, ownerEnd);
      else if (order > 0) this.#write(this.#added, after, ownerEnd);
      if (order <= 0) hasBefore = before.nextRecord();
      if (order >= 0) hasAfter = after.nextRecord();
    }
  }

  /** All records of the current RRset. */
  #rest(target: RunWriter, cursor: RRsetCursor, ownerEnd: number): void {
    while (cursor.nextRecord()) this.#write(target, cursor, ownerEnd);
  }

  #write(target: RunWriter, cursor: RRsetCursor, ownerEnd: number): void {
    if (cursor.type === TYPE.SOA) return;
    const { bytes, rdataStart, rdataEnd } = cursor;
    target.add(this.#owner, 0, ownerEnd, cursor.type, cursor.ttl, bytes, rdataStart, rdataEnd);
  }

  #setOwner(layer: Layer, node: number): number {
    const length = layer.bytes[node];
    this.#owner.set(layer.bytes.subarray(node + 8, node + 8 + length));
    this.#owner.set(this.#apex, length);
    return length + this.#apex.length;
  }
}

function compareRdata(a: RRsetCursor, b: RRsetCursor): number {
  return compareOctets(a.bytes, a.rdataStart, a.rdataEnd, b.bytes, b.rdataStart, b.rdataEnd);
}

/** True when two nodes are the same octet by octet, children and notes of the load aside. */
export function sameContent(a: Layer, aNode: number, b: Layer, bNode: number): boolean {
  const aWords = a.words;
  const bWords = b.words;
  let i = aNode >>> 2;
  let j = bNode >>> 2;
  if (((aWords[i] ^ bWords[j]) & NODE_CONTENT) !== 0) return false;
  const end = nodeEnd(a.bytes, aWords, aNode) >>> 2;
  if (end - i !== (nodeEnd(b.bytes, bWords, bNode) >>> 2) - j) return false;
  for (i += 2, j += 2; i < end; i++, j++) if (aWords[i] !== bWords[j]) return false;
  return true;
}

function sameCase(a: Layer, aNode: number, b: Layer, bNode: number): boolean {
  const length = a.bytes[aNode];
  return compareOctets(a.bytes, aNode + 8, aNode + 8 + length, b.bytes, bNode + 8, bNode + 8 + length) === 0;
}
