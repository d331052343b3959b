import { randomBytes } from 'node:crypto';
import {
  isMetaType,
  type Name,
  nameToText,
  type Problem,
  type RecordSink,
  type ResourceRecord,
  type Result,
} from '@zonewire/shared-protocol';
import { finishUnsorted } from './builder-unsorted.ts';
import { Ancestors } from './image/ancestors.ts';
import { flagOfType, MAX_RRSET_RECORDS, NODE_MIXED_TTL, rrsetKey } from './image/image.ts';
import { LayerWriter } from './image/layer-writer.ts';
import { NodeRecords } from './image/node-records.ts';
import { compareOctets, copyOctets } from './image/octets.ts';
import { apexOffset } from './image/relative-name.ts';
import { isWireName, NEXT_SIBLING, PreviousOwner, SAME, UNRELATED } from './previous-owner.ts';
import { ZoneVersion } from './version.ts';

const TYPE_SOA = 6;
const TYPE_RRSIG = 46;

/** Unforeseeable from outside, so that nobody can prepare names that collide in the index of an image. */
const PROCESS_SEED = randomBytes(4).readInt32LE();

/**
 * Packs records into a zone version. Records may come in any order; canonical order of owners, types and rdata (what most
 * servers send) is packed as it comes, anything else is sorted at the end.
 * Duplicates collapse (RFC 2181 5); of different TTLs in one RRset the lowest is taken (RFC 2181 5.2).
 * The first record that cannot be in the zone is remembered in {@link problem}, everything behind it is ignored,
 * and {@link finish} refuses.
 */
export class ZoneBuilder implements RecordSink {
  readonly apex: Name;
  #records = 0;
  #problem: Problem | undefined;
  #ttlConflicts = 0;
  readonly #writer: LayerWriter;
  readonly #nodeRecords = new NodeRecords();
  #copy = new Uint8Array(0);

  readonly #previous: PreviousOwner;
  #sorted = true;
  /** The current owner's, while sorted. */
  readonly #ancestors = new Ancestors();

  /** The current owner's. An empty name is the apex; while unsorted there may be several nodes of it. */
  #node: number;
  #disordered = false;
  #rrset = 0;
  #key = -1;
  #lastRdata = 0;

  constructor(apex: Name, o: { seed?: number } = {}) {
    this.apex = apex;
    this.#writer = new LayerWriter(this.apex, o.seed ?? PROCESS_SEED);
    this.#previous = new PreviousOwner(this.apex);
    this.#writer.reserve(16);
    this.#node = this.#writer.beginNode(apex, 0, 0, 0, 0);
    this.#ancestors.nodes[0] = this.#node;
  }

  /** Records taken so far; duplicates count until their name is complete. */
  get records(): number {
    return this.#records;
  }

  /** Octets of the heap so far; the finished image is about a quarter larger. */
  get bytes(): number {
    return this.#writer.at;
  }

  /** Why {@link finish} will refuse, as soon as it is known. */
  get problem(): Problem | undefined {
    return this.#problem;
  }

  /** How many names had an RRset with different TTLs (RFC 2181 5.2). */
  get ttlConflicts(): number {
    return this.#ttlConflicts;
  }

  addRecord(record: ResourceRecord): void {
    this.add(record.name, 0, record.name.length, record.type, record.ttl, record.rdata, 0, record.rdata.length);
  }

  add(
    owner: Uint8Array,
    ownerStart: number,
    ownerEnd: number,
    type: number,
    ttl: number,
    rdata: Uint8Array,
    rdataStart: number,
    rdataEnd: number,
  ): void {
    if (this.#problem !== undefined) return;
    const writer = this.#writer;
    const length = rdataEnd - rdataStart;
    if (!writer.reserve(length + 320)) {
      this.#tooLarge();
      return;
    }
    const relation = this.#previous.relation(owner, ownerStart, ownerEnd);
    if (relation !== SAME) {
      if (relation === UNRELATED) {
        if (!this.#openUnrelated(owner, ownerStart, ownerEnd, length)) return;
      } else {
        this.#openSibling(owner, ownerStart, ownerEnd, relation);
      }
    }
    if (
      (type === TYPE_SOA && writer.bytes[this.#node] !== 0) ||
      isMetaType(type) ||
      (type === TYPE_RRSIG && length < 18)
    ) {
      this.#refuseType(type);
      return;
    }
    // RFC 2181 8: a TTL with the top bit set counts as 0.
    if (ttl > 0x7fff_ffff) ttl = 0;
    this.#put(type, rrsetKey(type, rdata, rdataStart, rdataEnd), ttl, rdata, rdataStart, rdataEnd);
  }

  /** The packed version. The builder is used up. */
  finish(): Result<ZoneVersion> {
    if (!this.#problem) this.#closeNode();
    if (this.#problem) return { ok: false, error: this.#problem };
    const writer = this.#writer;
    // The writer's memory may serve the next builder from here on.
    this.#refuse('builder-used-up', 'the zone was finished before');
    let buffer: SharedArrayBuffer | undefined;
    if (this.#sorted) {
      const names = writer.nodes.length;
      buffer = writer.finish({ order: writer.nodes, overlay: false, records: this.#records, names, reseed: true });
    } else {
      const finished = finishUnsorted(writer, this.#records);
      if (!finished.ok) return finished;
      buffer = finished.value;
    }
    if (!buffer) return { ok: false, error: this.#tooLargeProblem() };
    return ZoneVersion.open([buffer], this.apex);
  }

  /** The owner differs from the previous one in its first label only. */
  #openSibling(owner: Uint8Array, start: number, end: number, relation: number): void {
    if (end - start > 255) {
      this.#refuseOwner(owner, start, end);
      return;
    }
    this.#closeNode();
    const writer = this.#writer;
    this.#node = writer.beginNode(owner, start, end - this.apex.length, 0, 0);
    if (relation !== NEXT_SIBLING) this.#sorted = false;
    if (this.#sorted) {
      const { nodes, depth } = this.#ancestors;
      writer.words[(nodes[depth - 1] >>> 2) + 1]++;
      nodes[depth] = this.#node;
    }
    this.#previous.replaceFirstLabel(owner, start);
  }

  /** Any other owner: checked, put in its place, empty non-terminals above it made. @returns false when refused. */
  #openUnrelated(owner: Uint8Array, start: number, end: number, rdataLength: number): boolean {
    const relativeEnd = isWireName(owner, start, end) ? apexOffset(owner, start, end, this.apex) : -1;
    if (relativeEnd < 0) {
      this.#refuseOwner(owner, start, end);
      return false;
    }
    const order = this.#previous.compare(owner, start, relativeEnd);
    if (order === 0) return true;
    this.#closeNode();
    if (order < 0) this.#sorted = false;
    const room = this.#sorted ? this.#ancestors.descend(this.#writer, owner, start, relativeEnd) : true;
    if (!room || !this.#writer.reserve(rdataLength + 320)) {
      this.#tooLarge();
      return false;
    }
    this.#node = this.#writer.beginNode(owner, start, relativeEnd, 0, 0);
    if (this.#sorted) this.#ancestors.enter(this.#writer, this.#node);
    this.#previous.replace(owner, start, end);
    return true;
  }

  #put(type: number, key: number, ttl: number, rdata: Uint8Array, start: number, end: number): void {
    const writer = this.#writer;
    const length = end - start;
    const { bytes, words } = writer;
    let header = this.#rrset >>> 2;
    if (key !== this.#key || words[header] >>> 16 === MAX_RRSET_RECORDS) {
      if (key <= this.#key) this.#disordered = true;
      writer.pad();
      const rrset = writer.at;
      header = rrset >>> 2;
      words[header] = type;
      words[header + 1] = ttl;
      words[header + 2] = 0;
      const node = this.#node >>> 2;
      if (words[node] >>> 16 === 0xffff) {
        this.#refuse('zone-name-too-large', 'a name has more than 65,535 RRsets');
        return;
      }
      words[node] = (words[node] + 0x10000) | flagOfType(type, bytes[this.#node] === 0);
      writer.at = rrset + 12;
      this.#rrset = rrset;
      this.#key = key;
    } else {
      const order = this.#compareWithLast(rdata, start, end);
      if (ttl !== words[header + 1]) {
        words[this.#node >>> 2] |= NODE_MIXED_TTL;
        if (ttl < words[header + 1]) words[header + 1] = ttl;
      }
      if (order === 0) return;
      if (order < 0) this.#disordered = true;
    }
    let at = writer.at;
    this.#lastRdata = at;
    bytes[at] = length >>> 8;
    bytes[at + 1] = length;
    at += 2;
    if (length > 64) copyOctets(bytes, at, rdata, start, end);
    else for (let i = start, j = at; i < end; i++, j++) bytes[j] = rdata[i];
    writer.at = at + length;
    words[header] += 0x10000;
    words[header + 2] += length + 2;
    this.#records++;
  }

  #compareWithLast(rdata: Uint8Array, start: number, end: number): number {
    const { bytes } = this.#writer;
    const last = this.#lastRdata;
    const lastEnd = last + 2 + ((bytes[last] << 8) | bytes[last + 1]);
    return compareOctets(rdata, start, end, bytes, last + 2, lastEnd);
  }

  #closeNode(): void {
    this.#writer.pad();
    if (this.#disordered) this.#reorderNode();
    if ((this.#writer.words[this.#node >>> 2] & NODE_MIXED_TTL) !== 0) this.#ttlConflicts++;
    this.#key = -1;
    this.#rrset = 0;
    this.#disordered = false;
  }

  /** The current node is the last thing in the heap, so it can be written again in its place. */
  #reorderNode(): void {
    const writer = this.#writer;
    const node = this.#node;
    const length = writer.at - node;
    if (this.#copy.length < length) this.#copy = new Uint8Array(Math.max(length, 2 * this.#copy.length, 4096));
    this.#copy.set(writer.bytes.subarray(node, writer.at));
    const records = this.#nodeRecords;
    records.clear();
    records.addRRsets(writer.bytes, writer.words, node, this.#copy, node);
    records.sort();
    this.#records -= records.dropDuplicates();
    const { words } = writer;
    words[node >>> 2] &= 0xff | NODE_MIXED_TTL;
    writer.at = (node + 11 + writer.bytes[node]) & ~3;
    // Written again it is never longer than it was: there is no chunk that was not there.
    if (!records.write(writer, node, writer.bytes[node] === 0)) this.#refuseRRset();
  }

  #refuse(code: string, message: string): void {
    this.#problem ??= { code, message };
  }

  #tooLarge(): void {
    this.#problem ??= this.#tooLargeProblem();
  }

  #tooLargeProblem(): Problem {
    return { code: 'zone-too-large', message: `the zone ${nameToText(this.apex)} does not fit into an image of 2 GiB` };
  }

  #refuseRRset(): void {
    this.#refuse(
      'rrset-too-large',
      `an RRset of ${nameToText(this.#previous.name())} has more than ${MAX_RRSET_RECORDS} records`,
    );
  }

  #refuseType(type: number): void {
    const owner = nameToText(this.#previous.name());
    if (isMetaType(type))
      this.#refuse('zone-meta-type', `${owner} has a record of type ${type}, which no zone can hold`);
    else if (type === TYPE_SOA)
      this.#refuse('zone-soa-not-at-apex', `${owner} has an SOA record, but the zone is ${nameToText(this.apex)}`);
    else this.#refuse('rrsig-malformed', `${owner} has an RRSIG record that is too short`);
  }

  #refuseOwner(owner: Uint8Array, start: number, end: number): void {
    if (isWireName(owner, start, end)) {
      const text = nameToText(owner.slice(start, end));
      this.#refuse('zone-owner-outside', `${text} is not in the zone ${nameToText(this.apex)}`);
    } else {
      this.#refuse('zone-bad-name', 'an owner is not a well-formed name');
    }
  }
}
