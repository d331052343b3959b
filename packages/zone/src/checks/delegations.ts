import { nameToText, TYPE, typeToText } from '@zonewire/shared-protocol';
import type { CanonicalWalk } from '../image/canonical-walk.ts';
import { NODE_CUT } from '../image/image.ts';
import type { Layer } from '../image/layer.ts';
import { sameRelativeName } from '../image/relative-name.ts';
import { nodeName } from '../rrset.ts';
import type { ZoneVersion } from '../version.ts';
import type { CheckFindings } from './finding.ts';

/** Finds records behind zone cuts while names pass in canonical order; looks at most names for a few comparisons only. */
export class BehindDelegations {
  readonly #version: ZoneVersion;
  readonly #findings: CheckFindings;
  /** The cut last seen. */
  #layer: Layer | undefined;
  #cut = 0;

  constructor(version: ZoneVersion, findings: CheckFindings) {
    this.#version = version;
    this.#findings = findings;
  }

  /** The name where `walk` stands; names below a cut follow it in canonical order. */
  visit({ layer, node }: CanonicalWalk): void {
    const below = this.#layer !== undefined && isBelow(layer, node, this.#layer, this.#cut);
    const isCut = (layer.words[node >>> 2] & NODE_CUT) !== 0;
    if (!below && isCut) {
      this.#layer = layer;
      this.#cut = node;
    }
    if (!below && !isCut) return;
    const types = strangeTypes(layer, node, below);
    if (types.length === 0) return;
    const { apex } = this.#version;
    const cut = nameToText(nodeName(this.#layer!, this.#cut, apex));
    this.#findings.found(
      'data-behind-delegation',
      { name: nodeName(layer, node, apex), type: types[0] },
      `${types.map(typeToText).join(', ')} records here are never answered, for ${cut} is delegated; put them into that zone (RFC 1034 4.2.1)`,
    );
  }
}

function isBelow(layer: Layer, node: number, cutLayer: Layer, cut: number): boolean {
  const length = layer.bytes[node];
  const cutLength = cutLayer.bytes[cut];
  if (length <= cutLength) return false;
  const end = node + 8 + length;
  return sameRelativeName(layer.bytes, end - cutLength, end, cutLayer.bytes, cut + 8, cut + 8 + cutLength);
}

/** Types that have nothing to do behind a cut: not addresses; at the cut itself not NS, DS and what proves them either. */
function strangeTypes(layer: Layer, node: number, below: boolean): number[] {
  const types: number[] = [];
  let rrset = layer.firstRRset(node);
  for (let left = layer.words[node >>> 2] >>> 16; left > 0; left--) {
    const type = layer.words[rrset >>> 2] & 0xffff;
    const fits =
      type === TYPE.A ||
      type === TYPE.AAAA ||
      (!below && (type === TYPE.NS || type === TYPE.DS || type === TYPE.NSEC || type === TYPE.RRSIG));
    if (!fits && !types.includes(type)) types.push(type);
    rrset = layer.nextRRset(rrset);
  }
  return types;
}
