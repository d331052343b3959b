import {
  CLASS,
  canonicalRdata,
  fail,
  type Name,
  nameToText,
  ok,
  type RecordSink,
  type ResourceRecord,
  type Result,
  readSoa,
  type Soa,
  TYPE,
  unwrap,
} from '@zonewire/shared-protocol';
import { digestInSteps, digestOf } from './digest.ts';
import { CanonicalWalk } from './image/canonical-walk.ts';
import { H } from './image/image.ts';
import { Layer } from './image/layer.ts';
import { apexOffset, hashName } from './image/relative-name.ts';
import { NodeRef, Stack } from './image/stack.ts';
import { type DenialChain, denialChain } from './lookup/denial/chain.ts';
import { nodeName, type RRset, readNode, readRRset } from './rrset.ts';

/** Layers a version may have; more are merged when a diff is applied. */
export const MAX_LAYERS = 8;

/**
 * One version of a zone, immutable: a stack of packed layers (image/image.ts) that threads share without copying.
 * Everything here is for cold paths; queries go through lookup().
 */
export class ZoneVersion {
  /** With the case it was configured or first loaded with. */
  readonly apex: Name;
  readonly serial: number;
  readonly soaTtl: number;
  /** Records, the SOA included. */
  readonly recordCount: number;
  /** Names that exist, empty non-terminals included. */
  readonly nameCount: number;
  /** Octets of all layers. */
  readonly byteLength: number;
  /** Newest first; everything needed to open the version in another thread or from a file. */
  readonly layers: readonly SharedArrayBuffer[];
  /** The opened layers, for the code of this package. */
  readonly stack: Stack;
  /** The apex's node, and its SOA RRset there, for the code of this package. */
  readonly apexRef: NodeRef;
  readonly soaRRset: number;
  /** For how long an answer that something does not exist may be remembered, in seconds (RFC 2308 5). */
  readonly negativeTtl: number;
  /** SOA EXPIRE, seconds. */
  readonly expire: number;
  /** How absence is proved in this version, for the code of this package. */
  readonly denial: DenialChain;

  private constructor(stack: Stack, apex: Name, apexRef: NodeRef, soaRRset: number, soa: Soa) {
    this.apex = apex;
    this.apexRef = apexRef;
    this.soaRRset = soaRRset;
    this.stack = stack;
    this.layers = stack.layers.map((layer) => layer.buffer);
    const { words } = stack.layers[0];
    this.recordCount = words[H.records];
    this.nameCount = words[H.names];
    this.byteLength = stack.layers.reduce((sum, layer) => sum + layer.length, 0);
    this.serial = soa.serial;
    this.soaTtl = apexRef.layer.words[(soaRRset >>> 2) + 1];
    this.negativeTtl = Math.min(this.soaTtl, soa.minimum);
    this.expire = soa.expire;
    this.denial = denialChain(stack, apex, apexRef);
  }

  /**
   * Opens a version from its layers in constant time; see verifyImage for the full check of a file. `known`: the apex as somebody has it
   * who lives as long; when the image says it the same way it is shared, for each of thousands of zones would have a copy.
   * Errors: `image-damaged`, `image-format-unknown`, `zone-no-soa`, `zone-two-soas`, `soa-malformed`.
   */
  static open(buffers: readonly SharedArrayBuffer[], known?: Name): Result<ZoneVersion> {
    if (buffers.length === 0 || buffers.length > MAX_LAYERS)
      return fail('image-damaged', `a zone image has 1 to ${MAX_LAYERS} layers, not ${buffers.length}`);
    // Of that length from the start: an array that grows has room for 17.
    const layers = new Array<Layer>(buffers.length);
    for (let i = 0; i < buffers.length; i++) {
      const opened = Layer.open(buffers[i]);
      if (!opened.ok) return opened;
      layers[i] = opened.value;
    }
    return ZoneVersion.ofLayers(layers, known);
  }

  /** A version of layers already opened. `known`: as in {@link open}. */
  static ofLayers(layers: readonly Layer[], known?: Name): Result<ZoneVersion> {
    const base = layers[layers.length - 1];
    const apex = base.apex(known);
    for (const layer of layers)
      if (layer.seed !== base.seed || layer.isOverlay !== (layer !== base) || !layer.hasApex(apex))
        return fail('image-damaged', 'the layers of a zone image do not belong together');
    const stack = new Stack(layers);
    const apexNode = new NodeRef();
    if (!stack.find(base.seed, apex, 0, 0, apexNode)) return noSoa(apex);
    const { layer } = apexNode;
    const rrset = layer.findRRset(apexNode.node, TYPE.SOA);
    if (rrset === 0) return noSoa(apex);
    const count = layer.words[rrset >>> 2] >>> 16;
    if (count !== 1) return twoSoas(apex, readRRset(layer, rrset, apex));
    const soa = readSoa(soaRdataAt(layer, rrset));
    if (!soa.ok) return soa;
    return ok(new ZoneVersion(stack, apex, apexNode, rrset, soa.value));
  }

  get soa(): Soa {
    return unwrap(readSoa(this.#soaRdata()));
  }

  /** Taken from the image each time: of thousands of zones few are asked at a time. */
  #soaRdata(): Uint8Array {
    return soaRdataAt(this.apexRef.layer, this.soaRRset);
  }

  get soaRecord(): ResourceRecord {
    return { name: this.apex, type: TYPE.SOA, class: CLASS.IN, ttl: this.soaTtl, rdata: this.#soaRdata() };
  }

  /** Whether there is an RRset of `type`, not RRSIG, at `name`. */
  hasRRset(name: Name, type: number): boolean {
    const ref = this.#find(name);
    return ref !== undefined && ref.layer.findRRset(ref.node, type) !== 0;
  }

  /** The RRset of `type` at `name`; undefined when there is none. RRSIGs of all types covered come as one. */
  rrset(name: Name, type: number): RRset | undefined {
    const ref = this.#find(name);
    if (!ref) return undefined;
    const { layer, node } = ref;
    const at = layer.findRRset(node, type);
    if (at === 0) return undefined;
    if (type !== TYPE.RRSIG) return readRRset(layer, at, nodeName(layer, node, this.apex));
    const signatures = readNode(layer, node, this.apex).filter((rrset) => rrset.type === type);
    return {
      ...signatures[0],
      ttl: Math.min(...signatures.map((rrset) => rrset.ttl)),
      rdatas: signatures.flatMap((rrset) => rrset.rdatas),
    };
  }

  /** All RRsets at `name`, ascending by type; RRSIGs as one set for each type covered (their TTLs may differ, RFC 4034 3). */
  rrsets(name: Name): RRset[] {
    const ref = this.#find(name);
    return ref ? readNode(ref.layer, ref.node, this.apex) : [];
  }

  /** True when `name` exists in the zone: it has records, or names below it have (RFC 4592 2.2.2). Wildcards do not count. */
  hasName(name: Name): boolean {
    return this.#find(name) !== undefined;
  }

  /** True when names exist below `name`. */
  hasNamesBelow(name: Name): boolean {
    const ref = this.#find(name);
    return ref !== undefined && ref.layer.words[(ref.node >>> 2) + 1] > 0;
  }

  #find(name: Name): NodeRef | undefined {
    const end = apexOffset(name, 0, name.length, this.apex);
    if (end < 0) return undefined;
    const ref = new NodeRef();
    return this.stack.find(hashName(this.stack.seed, name, 0, end), name, 0, end, ref) ? ref : undefined;
  }

  /** Passes every record to `sink`: the SOA first, the rest in canonical order. Nothing is allocated for a record. */
  forEachRecord(sink: RecordSink): void {
    this.#passSoa(sink);
    const owner = new Uint8Array(512);
    const walk = new CanonicalWalk(this.stack.layers);
    while (walk.next()) this.#passName(walk, owner, sink);
  }

  /** {@link forEachRecord} with a pause (`yield`) after every `names` names, for a reader that has to wait in between. */
  *forEachRecordInSteps(sink: RecordSink, names: number): Generator<void, void, void> {
    this.#passSoa(sink);
    const owner = new Uint8Array(512);
    const walk = new CanonicalWalk(this.stack.layers);
    for (let left = names; walk.next(); ) {
      this.#passName(walk, owner, sink);
      if (--left > 0) continue;
      yield;
      left = names;
    }
  }

  #passSoa(sink: RecordSink): void {
    const { apex } = this;
    const soa = this.#soaRdata();
    sink.add(apex, 0, apex.length, TYPE.SOA, this.soaTtl, soa, 0, soa.length);
  }

  /** The records of the name where `walk` stands, the SOA left out. `owner` is room for the name. */
  #passName(walk: CanonicalWalk, owner: Uint8Array, sink: RecordSink): void {
    const { apex } = this;
    const { bytes, words } = walk.layer;
    const nameStart = walk.node + 8;
    const nameLength = bytes[walk.node];
    for (let i = 0; i < nameLength; i++) owner[i] = bytes[nameStart + i];
    for (let i = 0; i < apex.length; i++) owner[nameLength + i] = apex[i];
    const ownerEnd = nameLength + apex.length;
    let rrset = (nameStart + nameLength + 3) & ~3;
    for (let left = words[walk.node >>> 2] >>> 16; left > 0; left--) {
      const at = rrset >>> 2;
      const type = words[at] & 0xffff;
      const ttl = words[at + 1];
      const end = rrset + 12 + words[at + 2];
      if (type !== TYPE.SOA) {
        for (let rdata = rrset + 12; rdata < end; ) {
          const rdataEnd = rdata + 2 + ((bytes[rdata] << 8) | bytes[rdata + 1]);
          sink.add(owner, 0, ownerEnd, type, ttl, bytes, rdata + 2, rdataEnd);
          rdata = rdataEnd;
        }
      }
      rrset = (end + 3) & ~3;
    }
  }

  /** Every record as an object that lives on its own, in the order of {@link forEachRecord}. */
  *records(): Generator<ResourceRecord> {
    yield this.soaRecord;
    const walk = new CanonicalWalk(this.stack.layers);
    while (walk.next())
      for (const { name, type, ttl, rdatas } of readNode(walk.layer, walk.node, this.apex))
        if (type !== TYPE.SOA) for (const rdata of rdatas) yield { name, type, class: CLASS.IN, ttl, rdata };
  }

  /**
   * SHA-384 in hex over all records in canonical form and order (RFC 8976 3.3.1, the SIMPLE scheme, but over every record,
   * ZONEMD and its RRSIG included): equal exactly when two replicas hold the same zone.
   */
  digest(): string {
    return digestOf(this);
  }

  /** {@link digest} with a pause (`yield`) after every `names` names: a large zone takes seconds. */
  digestInSteps(names: number): Generator<void, string, void> {
    return digestInSteps(this, names);
  }
}

/** A copy of the rdata of the SOA RRset at `rrset`, which has one record. */
function soaRdataAt(layer: Layer, rrset: number): Uint8Array {
  return layer.bytes.slice(rrset + 14, rrset + 12 + layer.words[(rrset >>> 2) + 2]);
}

function twoSoas(apex: Name, { rdatas }: RRset): Result<never> {
  const has = `the zone ${nameToText(apex)} has ${rdatas.length} SOA records`;
  const first = canonicalRdata(TYPE.SOA, rdatas[0]);
  const sameButCase = rdatas.every((rdata) => Buffer.compare(canonicalRdata(TYPE.SOA, rdata), first) === 0);
  return fail(
    'zone-two-soas',
    sameButCase
      ? `${has} which differ in upper and lower case of their names only; it must have one: write them alike, or remove one`
      : `${has}, it must have one`,
  );
}

function noSoa(apex: Name): Result<never> {
  return fail('zone-no-soa', `the zone ${nameToText(apex)} has no SOA record at its apex`);
}
