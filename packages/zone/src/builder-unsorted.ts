import { fail, type Name, nameToText, ok, type Result } from '@zonewire/shared-protocol';
import { Ancestors } from './image/ancestors.ts';
import { MAX_RRSET_RECORDS, NODE_MIXED_TTL } from './image/image.ts';
import { LayerWriter } from './image/layer-writer.ts';
import { NameSorter } from './image/name-sorter.ts';
import { nodeEnd } from './image/node.ts';
import { NodeRecords } from './image/node-records.ts';
import { OffsetList } from './image/offset-list.ts';

/**
 * Completes a heap whose names did not come in canonical order: sorts them, joins the parts of names that came in several,
 * makes empty non-terminals and counts children.
 * @returns undefined as value when the image would become too large.
 */
export function finishUnsorted(writer: LayerWriter, records: number): Result<SharedArrayBuffer | undefined> {
  const parts = writer.nodes.length;
  const sorter = new NameSorter(parts);
  for (let i = 0; i < parts; i++) {
    const name = writer.nodes.get(i) + 8;
    sorter.push(writer.bytes, name, name + writer.bytes[name - 8]);
  }
  const sorted = sorter.sorted();
  const order = new OffsetList();
  const ancestors = new Ancestors();
  const joiner = new PartJoiner(writer);
  const keep = (node: number) => order.push(node);
  for (let i = 0; i < parts; ) {
    const first = i++;
    joiner.begin(writer.nodes.get(sorted[first]));
    while (i < parts && sorter.same(sorted[first], sorted[i])) joiner.join(writer.nodes.get(sorted[i++]));
    const node = joiner.end();
    if (node < 0) {
      const owner = nameToText(joiner.name());
      return fail('rrset-too-large', `an RRset of ${owner} has more than ${MAX_RRSET_RECORDS} records`);
    }
    if (node === 0) return ok(undefined);
    const name = node + 8;
    if (!ancestors.descend(writer, writer.bytes, name, name + writer.bytes[node], keep)) return ok(undefined);
    writer.words[(node >>> 2) + 1] = 0;
    ancestors.enter(writer, node);
    order.push(node);
  }
  const totals = { overlay: false, records: records - joiner.duplicates, names: order.length, reseed: true };
  if (joiner.wasted < writer.at >>> 3) return ok(writer.finish({ order, ...totals }));
  const dense = new LayerWriter(writer.apex, writer.seed);
  for (let i = 0; i < order.length; i++) {
    const node = order.get(i);
    if (dense.copyNode(writer.words, node, nodeEnd(writer.bytes, writer.words, node)) === 0) return ok(undefined);
  }
  return ok(dense.finish({ order: dense.nodes, ...totals }));
}

/** Joins nodes of one name into one. The name's case is that of the first part with records. */
class PartJoiner {
  duplicates = 0;
  /** Octets of the heap that no node uses any more. */
  wasted = 0;
  readonly #writer: LayerWriter;
  readonly #records = new NodeRecords();
  #first = 0;
  #several = false;

  constructor(writer: LayerWriter) {
    this.#writer = writer;
  }

  begin(node: number): void {
    this.#first = node;
    this.#several = false;
  }

  join(node: number): void {
    const { bytes, words } = this.#writer;
    if (words[node >>> 2] >>> 16 === 0) {
      this.wasted += nodeEnd(bytes, words, node) - node;
    } else if (words[this.#first >>> 2] >>> 16 === 0) {
      this.wasted += nodeEnd(bytes, words, this.#first) - this.#first;
      this.#first = node;
    } else {
      if (!this.#several) this.#take(this.#first, true);
      this.#take(node, false);
    }
  }

  /** The node of the name; 0 when the image would become too large, -1 when an RRset would. */
  end(): number {
    if (!this.#several) return this.#first;
    const writer = this.#writer;
    const records = this.#records;
    records.sort();
    this.duplicates += records.dropDuplicates();
    if (!writer.reserve(records.writtenLength() + 320)) return 0;
    const name = this.#first + 8;
    const mixed = writer.words[this.#first >>> 2] & NODE_MIXED_TTL;
    const node = writer.beginNode(writer.bytes, name, name + writer.bytes[name - 8], mixed, 0);
    return records.write(writer, node, writer.bytes[node] === 0) ? node : -1;
  }

  /** The name whose parts are joined. */
  name(): Name {
    const { bytes, apex } = this.#writer;
    const start = this.#first + 8;
    return Uint8Array.from([...bytes.subarray(start, start + bytes[this.#first]), ...apex]);
  }

  #take(node: number, first: boolean): void {
    const { bytes, words } = this.#writer;
    if (first) this.#records.clear();
    this.#several = true;
    this.#records.addRRsets(bytes, words, node);
    words[this.#first >>> 2] |= words[node >>> 2] & NODE_MIXED_TTL;
    this.wasted += nodeEnd(bytes, words, node) - node;
  }
}
