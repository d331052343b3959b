import { fail, nameToText, ok, type Result, typeToText } from '@zonewire/shared-protocol';
import { MAX_RRSET_RECORDS, NODE_TOMBSTONE } from '../image/image.ts';
import { LayerWriter } from '../image/layer-writer.ts';
import { nodeEnd } from '../image/node.ts';
import { compareRecords, NodeRecords } from '../image/node-records.ts';
import { OffsetList } from '../image/offset-list.ts';
import { compareRelativeNames, hashName } from '../image/relative-name.ts';
import { NodeRef } from '../image/stack.ts';
import type { ZoneVersion } from '../version.ts';
import { DiffIndex } from './diff-index.ts';
import type { ZoneDiff } from './zone-diff.ts';

/**
 * Makes the overlay that turns a version into the one after a diff.
 *
 * The touched names are worked through in reverse canonical order, so every name comes before its ancestors. A name that comes
 * to exist or ceases to exist changes its parent's number of children; the parent waits on a stack until all names below it are
 * done, and may then itself appear or vanish (empty non-terminals, RFC 4592 2.2.2), which goes on upwards.
 */
export class OverlayBuilder {
  readonly #version: ZoneVersion;
  readonly #index: DiffIndex;
  readonly #bytes: Uint8Array;
  readonly #writer: LayerWriter;
  readonly #order = new OffsetList();
  #names: number;

  /** Parents waiting: their names as ranges of the diff's bytes, deepest last, and how many children each gains or loses. */
  readonly #waitingStart: number[] = [];
  readonly #waitingEnd: number[] = [];
  readonly #waitingDelta: number[] = [];

  readonly #found = new NodeRef();
  readonly #existing = new NodeRecords();
  readonly #removed = new NodeRecords();
  readonly #added = new NodeRecords();
  readonly #result = new NodeRecords();

  constructor(version: ZoneVersion, diff: ZoneDiff) {
    this.#version = version;
    this.#index = new DiffIndex([diff]);
    this.#bytes = diff.bytes;
    this.#writer = new LayerWriter(version.apex, version.stack.seed);
    this.#names = version.nameCount;
  }

  build(): Result<SharedArrayBuffer> {
    const index = this.#index;
    if (index.problem) return { ok: false, error: index.problem };
    const sorted = index.sorted();
    let to = sorted.length;
    while (to > 0 || this.#waitingStart.length > 0) {
      const waiting = this.#waitingStart.length - 1;
      const order = to === 0 ? -1 : waiting < 0 ? 1 : this.#compareToWaiting(sorted[to - 1], waiting);
      let from = to;
      if (order >= 0) {
        from = to - 1;
        while (from > 0 && index.sameOwner(sorted[from - 1], sorted[to - 1])) from--;
      }
      const delta = order <= 0 ? this.#waitingDelta[waiting] : 0;
      const start = order >= 0 ? index.ownerStart[sorted[from]] : this.#waitingStart[waiting];
      const end = order >= 0 ? index.relativeEnd[sorted[from]] : this.#waitingEnd[waiting];
      if (order <= 0) this.#popWaiting();
      const done = this.#name(start, end, delta, sorted.subarray(from, to));
      if (!done.ok) return done;
      to = from;
    }
    return this.#finish();
  }

  #finish(): Result<SharedArrayBuffer> {
    const { nodes } = this.#writer;
    for (let i = nodes.length - 1; i >= 0; i--) this.#order.push(nodes.get(i));
    const { removedCount, addedCount } = this.#index.diffs[0];
    const buffer = this.#writer.finish({
      order: this.#order,
      overlay: true,
      records: this.#version.recordCount - removedCount + addedCount,
      names: this.#names,
      reseed: false,
    });
    return buffer ? ok(buffer) : tooLarge();
  }

  #compareToWaiting(record: number, waiting: number): number {
    const bytes = this.#bytes;
    const { ownerStart, relativeEnd } = this.#index;
    const start = this.#waitingStart[waiting];
    return compareRelativeNames(
      bytes,
      ownerStart[record],
      relativeEnd[record],
      bytes,
      start,
      this.#waitingEnd[waiting],
    );
  }

  #popWaiting(): void {
    this.#waitingStart.pop();
    this.#waitingEnd.pop();
    this.#waitingDelta.pop();
  }

  /** Writes the new content of one name: `changes` are its records in the diff, `delta` its children gained or lost. */
  #name(start: number, end: number, delta: number, changes: Int32Array): Result<void> {
    const { stack } = this.#version;
    const found = this.#found;
    const hash = hashName(stack.seed, this.#bytes, start, end);
    const existed = stack.find(hash, this.#bytes, start, end, found);
    const children = (existed ? found.layer.words[(found.node >>> 2) + 1] : 0) + delta;
    let exists: boolean;
    if (changes.length === 0) {
      const hasRecords = existed && found.layer.words[found.node >>> 2] >>> 16 > 0;
      exists = hasRecords || children > 0;
      if (exists && !this.#writeUnchanged(start, end, existed, children)) return tooLarge();
    } else {
      const merged = this.#merge(existed, changes);
      if (!merged.ok) return merged;
      exists = this.#result.count > 0 || children > 0;
      if (exists) {
        const written = this.#writeChanged(start, end, existed, children, changes);
        if (!written.ok) return written;
      }
    }
    if (!exists && existed && !this.#writeTombstone(start, end)) return tooLarge();
    if (exists !== existed) {
      this.#names += exists ? 1 : -1;
      if (start < end) this.#tellParent(start + this.#bytes[start] + 1, end, exists ? 1 : -1);
    }
    return ok(undefined);
  }

  #tellParent(start: number, end: number, delta: number): void {
    const top = this.#waitingStart.length - 1;
    const bytes = this.#bytes;
    const waits =
      top >= 0 && compareRelativeNames(bytes, this.#waitingStart[top], this.#waitingEnd[top], bytes, start, end) === 0;
    if (waits) {
      this.#waitingDelta[top] += delta;
    } else {
      this.#waitingStart.push(start);
      this.#waitingEnd.push(end);
      this.#waitingDelta.push(delta);
    }
  }

  /** Fills `#result` with existing - removed + added. */
  #merge(existed: boolean, changes: Int32Array): Result<void> {
    const [existing, removed, added, result] = [this.#existing, this.#removed, this.#added, this.#result];
    for (const records of [existing, removed, added, result]) records.clear();
    if (existed) existing.addNode(this.#found.layer, this.#found.node);
    this.#takeChanges(changes);
    removed.sort();
    added.sort();
    let r = 0;
    let a = 0;
    for (let e = 0; e < existing.count; e++) {
      if (r < removed.count) {
        const order = compareRecords(existing, e, removed, removed.order[r]);
        if (order > 0) return this.#missing(removed, r);
        if (order === 0) {
          r++;
          continue;
        }
      }
      for (; a < added.count; a++) {
        const order = compareRecords(added, added.order[a], existing, e);
        if (order === 0) return this.#present(added, a);
        if (order > 0) break;
        result.pushFrom(added, added.order[a]);
      }
      result.pushFrom(existing, e);
    }
    if (r < removed.count) return this.#missing(removed, r);
    for (; a < added.count; a++) result.pushFrom(added, added.order[a]);
    for (let i = 1; i < added.count; i++)
      if (compareRecords(added, added.order[i - 1], added, added.order[i]) === 0) return this.#present(added, i);
    return this.#checkTtls();
  }

  /** RFC 2181 5.2: one TTL an RRset. A diff that changes it has to mention all records of the RRset. */
  #checkTtls(): Result<void> {
    const { count, keys, ttls } = this.#result;
    for (let i = 1; i < count; i++)
      if (keys[i] === keys[i - 1] && ttls[i] !== ttls[i - 1]) {
        const at = this.#added.order
          .subarray(0, this.#added.count)
          .find((entry) => this.#added.keys[entry] === keys[i]);
        const what = at === undefined ? 'an RRset' : this.#record(this.#added, this.#added.order.indexOf(at));
        return fail('diff-mixed-ttl', `the diff leaves ${what} with records of different TTLs`);
      }
    return ok(undefined);
  }

  #takeChanges(changes: Int32Array): void {
    const { added, key, ttl, rdataStart, rdataEnd } = this.#index;
    for (const record of changes) {
      const side = added[record] === 1 ? this.#added : this.#removed;
      side.push(side.buffer(this.#bytes), key[record], ttl[record], rdataStart[record], rdataEnd[record]);
    }
  }

  #writeUnchanged(start: number, end: number, existed: boolean, children: number): boolean {
    const writer = this.#writer;
    if (!existed) {
      if (!writer.reserve(end - start + 16)) return false;
      writer.beginNode(this.#bytes, start, end, 0, children);
      return true;
    }
    const { layer, node } = this.#found;
    const copy = writer.copyNode(layer.words, node, nodeEnd(layer.bytes, layer.words, node));
    if (copy !== 0) writer.words[(copy >>> 2) + 1] = children;
    return copy !== 0;
  }

  /** A name keeps its case while any of its records stays; with none left it takes the case of the first one added. */
  #writeChanged(start: number, end: number, existed: boolean, children: number, changes: Int32Array): Result<void> {
    const writer = this.#writer;
    const result = this.#result;
    if (!writer.reserve(result.writtenLength() + end - start + 320)) return tooLarge();
    const { layer, node } = this.#found;
    const stays = existed && (this.#existing.count > this.#removed.count || this.#added.count === 0);
    const firstAdded = changes.find((record) => this.#index.added[record] === 1);
    const at = stays
      ? writer.beginNode(layer.bytes, node + 8, node + 8 + layer.bytes[node], 0, children)
      : this.#beginAs(firstAdded, start, end, children);
    if (result.write(writer, at, start === end)) return ok(undefined);
    return fail('rrset-too-large', `${this.#text(changes[0])} has more than ${MAX_RRSET_RECORDS} records of one type`);
  }

  #beginAs(record: number | undefined, start: number, end: number, children: number): number {
    const { ownerStart, relativeEnd } = this.#index;
    return record === undefined
      ? this.#writer.beginNode(this.#bytes, start, end, 0, children)
      : this.#writer.beginNode(this.#bytes, ownerStart[record], relativeEnd[record], 0, children);
  }

  #writeTombstone(start: number, end: number): boolean {
    if (!this.#writer.reserve(end - start + 16)) return false;
    this.#writer.beginNode(this.#bytes, start, end, NODE_TOMBSTONE, 0);
    return true;
  }

  #text(record: number): string {
    const { ownerStart, ownerEnd } = this.#index;
    return nameToText(this.#bytes.subarray(ownerStart[record], ownerEnd[record]));
  }

  #missing(removed: NodeRecords, at: number): Result<never> {
    return fail('diff-removes-missing', `the diff removes ${this.#record(removed, at)}, which the zone does not have`);
  }

  #present(added: NodeRecords, at: number): Result<never> {
    return fail('diff-adds-existing', `the diff adds ${this.#record(added, at)}, which the zone has already`);
  }

  /** `owner TYPE` of an entry, for an operator. */
  #record(records: NodeRecords, at: number): string {
    const start = records.starts[records.order[at]];
    const record = this.#index.rdataStart.indexOf(start);
    return `${this.#text(record)} ${typeToText(this.#index.type[record])}`;
  }
}

function tooLarge(): Result<never> {
  return fail('zone-too-large', 'the zone does not fit into an image of 2 GiB');
}
