import { LOWER, TYPE } from '@zonewire/shared-protocol';
import { CanonicalWalk } from '../image/canonical-walk.ts';
import { isNsec3Owner, NODE_CUT, NODE_DNAME, NODE_NSEC3 } from '../image/image.ts';
import type { Layer } from '../image/layer.ts';

export type NameKind =
  | 'apex'
  /** Has records that are this zone's to answer with. */
  | 'authoritative'
  /** NS below the apex: only DS and NSEC are this zone's (RFC 4035 2.2). */
  | 'cut'
  /** Below a cut or a DNAME: glue, or data that nobody is answered with. */
  | 'hidden'
  /** An empty non-terminal that is not hidden. */
  | 'empty'
  /** Nothing but NSEC3: no name of the zone (RFC 5155 7.2.8). */
  | 'nsec3';

/** Walks the names of a version in canonical order and tells what each is to a signer. */
export class ClassifiedWalk {
  kind: NameKind = 'apex';
  /** An NSEC3 owner that is an empty non-terminal too: names are below it. */
  isEmptyToo = false;
  readonly #walk: CanonicalWalk;
  #coverLayer: Layer | undefined;
  #coverNode = 0;

  constructor(layers: readonly Layer[]) {
    this.#walk = new CanonicalWalk(layers);
  }

  get layer(): Layer {
    return this.#walk.layer;
  }

  get node(): number {
    return this.#walk.node;
  }

  next(): boolean {
    const walk = this.#walk;
    if (!walk.next()) return false;
    const { layer, node } = walk;
    const word = layer.words[node >>> 2];
    const isNsec3 = (word & NODE_NSEC3) !== 0 && isNsec3Owner(layer.bytes, node) && hasOnlyNsec3(layer, node);
    this.isEmptyToo = isNsec3 && layer.words[(node >>> 2) + 1] > 0;
    if (isNsec3) {
      this.kind = 'nsec3';
      return true;
    }
    if (this.#isCovered(layer, node)) {
      this.kind = 'hidden';
      return true;
    }
    const isApex = layer.bytes[node] === 0;
    this.kind = isApex ? 'apex' : (word & NODE_CUT) !== 0 ? 'cut' : word >>> 16 === 0 ? 'empty' : 'authoritative';
    const covers = this.kind === 'cut' || (word & NODE_DNAME) !== 0;
    // In canonical order everything below a name follows it directly.
    this.#coverLayer = covers ? layer : undefined;
    this.#coverNode = node;
    return true;
  }

  #isCovered(layer: Layer, node: number): boolean {
    const cover = this.#coverLayer;
    return cover !== undefined && isBelow(layer, node, cover, this.#coverNode);
  }
}

/** True when the name of `node` is below the one of `above`. */
export function isBelow(layer: Layer, node: number, aboveLayer: Layer, above: number): boolean {
  const { bytes } = layer;
  const aboveBytes = aboveLayer.bytes;
  const length = aboveBytes[above];
  const end = node + 8 + bytes[node];
  const from = end - length;
  if (length >= bytes[node]) return false;
  let label = node + 8;
  while (label < from) label += bytes[label] + 1;
  if (label !== from) return false;
  for (let i = 0; i < length; i++) {
    const a = bytes[from + i];
    const b = aboveBytes[above + 8 + i];
    if (a !== b && LOWER[a] !== LOWER[b]) return false;
  }
  return true;
}

function hasOnlyNsec3(layer: Layer, node: number): boolean {
  const { words, bytes } = layer;
  let rrset = layer.firstRRset(node);
  for (let left = words[node >>> 2] >>> 16; left > 0; left--) {
    const type = words[rrset >>> 2] & 0xffff;
    const covered = type === TYPE.RRSIG ? (bytes[rrset + 14] << 8) | bytes[rrset + 15] : type;
    if (covered !== TYPE.NSEC3) return false;
    rrset = layer.nextRRset(rrset);
  }
  return true;
}

/**
 * The types that an NSEC or NSEC3 of the name has to list, ascending in `out`. At a cut those are this zone's (RFC 4034 4.1.2, RFC 5155
 * 7.1). @returns how many.
 */
export function typesToList(
  layer: Layer,
  node: number,
  isCut: boolean,
  denial: 'nsec' | 'nsec3',
  out: Uint16Array,
): number {
  const { words, bytes } = layer;
  let count = 0;
  let rrset = layer.firstRRset(node);
  for (let left = words[node >>> 2] >>> 16; left > 0; left--, rrset = layer.nextRRset(rrset)) {
    const type = words[rrset >>> 2] & 0xffff;
    if (type === TYPE.NSEC3) continue;
    if (isCut && type !== TYPE.NS && type !== TYPE.DS && type !== TYPE.NSEC && type !== TYPE.RRSIG) continue;
    if (type === TYPE.RRSIG) {
      const covered = (bytes[rrset + 14] << 8) | bytes[rrset + 15];
      if (covered === TYPE.NSEC3 || (isCut && covered !== TYPE.DS && covered !== TYPE.NSEC)) continue;
    }
    if (count > 0 && out[count - 1] === type) continue;
    // An unsigned name is found elsewhere: here the bit that should be there is asked for.
    if (denial === 'nsec' && type >= TYPE.NSEC && (count === 0 || out[count - 1] < TYPE.RRSIG))
      out[count++] = TYPE.RRSIG;
    out[count++] = type;
  }
  return count;
}
