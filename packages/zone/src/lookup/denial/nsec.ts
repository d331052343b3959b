import { labelPrefix, NODE_NSEC } from '../../image/image.ts';
import type { Layer } from '../../image/layer.ts';
import { apexOffset, compareLabels, compareRelativeNames, hashName } from '../../image/relative-name.ts';
import { nameEnd } from '../rdata-target.ts';
import type { LookupState } from '../state.ts';

const TYPE_NSEC = 47;

/**
 * Finds the NSEC whose span the name `name[start..end)` (relative, not owner of an NSEC itself) falls into (RFC 4035 3.1.3.2);
 * it is in `state.aside` then.
 *
 * Each layer proposes the last of its NSEC owners before the name. In a zone with a whole chain one of these is right, however much
 * newer layers removed: whoever removes a name from the chain signs its predecessor anew, so the predecessor stands in a layer at
 * least as new as the last removal behind it. What is proposed is checked; a chain with gaps gives false, never a wrong proof.
 */
export function findCoveringNsec(state: LookupState, name: Uint8Array, start: number, end: number): boolean {
  const { layers } = state.stack;
  for (let i = 0; i < layers.length; i++) {
    const layer = layers[i];
    const node = lastNotAfter(layer, name, start, end);
    if (node === 0 || !isNewest(state, i, node) || !nsecCovers(state, layer, node, name, start, end)) continue;
    state.aside.layer = layer;
    state.aside.node = node;
    return true;
  }
  return false;
}

/** True when the NSEC of `node` says that nothing with records is from behind it up to the name and a little further. */
export function nsecCovers(
  state: LookupState,
  layer: Layer,
  node: number,
  name: Uint8Array,
  start: number,
  end: number,
): boolean {
  if ((layer.words[node >>> 2] & NODE_NSEC) === 0) return false;
  const { bytes } = layer;
  const rrset = layer.findRRset(node, TYPE_NSEC);
  const next = rrset + 14;
  const nextEnd = nameEnd(bytes, next, next + ((bytes[rrset + 12] << 8) | bytes[rrset + 13]));
  if (nextEnd < 0) return false;
  const nextApex = apexOffset(bytes, next, nextEnd, state.version.apex);
  if (nextApex < 0) return false;
  if (compareRelativeNames(bytes, node + 8, node + 8 + bytes[node], name, start, end) >= 0) return false;
  // The last NSEC of the chain leads back to the apex (RFC 4034 4.1.1).
  return nextApex === next || compareRelativeNames(bytes, next, nextApex, name, start, end) > 0;
}

/** Starts of the labels of the name looked for and of one compared with it, the last label first. */
const wanted = new Int32Array(128);
const starts = new Int32Array(128);

/** The last owner of an NSEC in `layer` that is not behind the name; 0 when there is none. */
function lastNotAfter(layer: Layer, name: Uint8Array, start: number, end: number): number {
  const { bytes, words, nsec } = layer;
  const labels = labelStarts(name, start, end, wanted);
  const first = labels === 0 ? 0 : labelPrefix(name, wanted[0], 0) >>> 0;
  const second = labels === 0 ? 0 : labelPrefix(name, wanted[0], 4) >>> 0;
  let low = 0;
  let high = layer.nsecNodes;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = nsec + 3 * middle;
    let order = (words[entry + 1] >>> 0) - first;
    if (order === 0) order = (words[entry + 2] >>> 0) - second;
    if (order === 0) order = compareToWanted(bytes, words[entry], name, labels);
    if (order <= 0) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : words[nsec + 3 * (low - 1)];
}

/** Canonical order (RFC 4034 6.1) of the name of `node` and the one whose `labels` labels are in {@link wanted}. */
function compareToWanted(bytes: Uint8Array, node: number, name: Uint8Array, labels: number): number {
  const at = node + 8;
  const length = bytes[node];
  // Most names of most zones have one label below the apex.
  if (length === bytes[at] + 1) {
    if (labels === 0) return 1;
    const order = compareLabels(bytes, at, name, wanted[0]);
    return order !== 0 ? order : 1 - labels;
  }
  const own = labelStarts(bytes, at, at + length, starts);
  const shorter = Math.min(own, labels);
  for (let i = 0; i < shorter; i++) {
    const order = compareLabels(bytes, starts[i], name, wanted[i]);
    if (order !== 0) return order;
  }
  return own - labels;
}

function labelStarts(bytes: Uint8Array, start: number, end: number, into: Int32Array): number {
  let labels = 0;
  for (let at = start; at < end; at += bytes[at] + 1) into[labels++ & 127] = at;
  for (let i = 0, j = labels - 1; i < j; i++, j--) {
    const at = into[i];
    into[i] = into[j];
    into[j] = at;
  }
  return labels;
}

/** True when no layer above the one at `index` says something else about the name of its node `node`. */
export function isNewest(state: LookupState, index: number, node: number): boolean {
  if (index === 0) return true;
  const { stack } = state;
  const { layers } = stack;
  const { bytes } = layers[index];
  const start = node + 8;
  const end = start + bytes[node];
  const hash = hashName(stack.seed, bytes, start, end);
  for (let i = 0; i < index; i++) if (layers[i].find(hash, bytes, start, end) !== 0) return false;
  return true;
}
