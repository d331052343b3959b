import { LOWER } from '@zonewire/shared-protocol';
import { base32Value, NODE_NSEC3, NSEC3_LABEL } from '../../image/image.ts';
import type { Layer } from '../../image/layer.ts';
import { hashLabel } from '../../image/relative-name.ts';
import type { LookupState } from '../state.ts';
import type { DenialChain } from './chain.ts';
import { isNewest } from './nsec.ts';
import { hash, hashedLabel } from './nsec3-hash.ts';

const TYPE_NSEC3 = 50;
const OPT_OUT = 1;

/** Records of other chains that are passed over on the way to one of ours; an unfinished or removed chain is not longer beside it. */
export const MAX_FOREIGN_NSEC3 = 256;

/** Finds the NSEC3 that matches the hash made last (RFC 5155 1.3); it is in `state.aside` then. */
export function findMatchingNsec3(state: LookupState): boolean {
  const { stack, aside } = state;
  const chain = state.version.denial;
  if (!stack.find(hashLabel(stack.seed, hashedLabel, 0), hashedLabel, 0, NSEC3_LABEL + 1, aside)) return false;
  if ((aside.layer.words[aside.node >>> 2] & NODE_NSEC3) === 0) return false;
  return chain.recordIn(aside.layer, aside.layer.findRRset(aside.node, TYPE_NSEC3)) !== 0;
}

/**
 * Finds the NSEC3 that covers the hash made last; it is in `state.aside` then. As with NSEC each layer proposes one and the right one is
 * among them (findCoveringNsec), in a circle here: the last one covers what lies before the first.
 */
export function findCoveringNsec3(state: LookupState): boolean {
  const chain = state.version.denial;
  const { layers } = state.stack;
  for (let i = 0; i < layers.length; i++) {
    const layer = layers[i];
    const node = lastNotAfter(layer, chain);
    if (node === 0 || !isNewest(state, i, node) || !nsec3Covers(layer, node, chain)) continue;
    state.aside.layer = layer;
    state.aside.node = node;
    return true;
  }
  return false;
}

/** True when the NSEC3 in `state.aside` is of the kind under which unsigned delegations may be hidden (RFC 5155 6). */
export function isOptOut(state: LookupState): boolean {
  const { layer, node } = state.aside;
  const record = state.version.denial.recordIn(layer, layer.findRRset(node, TYPE_NSEC3));
  return (layer.bytes[record + 3] & OPT_OUT) !== 0;
}

function nsec3Covers(layer: Layer, node: number, chain: DenialChain): boolean {
  const { bytes } = layer;
  const record = chain.recordIn(layer, layer.findRRset(node, TYPE_NSEC3));
  const next = record + 8 + chain.salt.length;
  const order = compareToLabel(bytes, node + 9);
  if (order === 0) return false;
  const beforeNext = compareToHash(bytes, next) > 0;
  // Between owner and next; or the owner is the last of the chain and the hash behind it, or before the first.
  if (order < 0) return beforeNext || isLast(bytes, node + 9, next);
  return beforeNext && isLast(bytes, node + 9, next);
}

/** Order of the label at `at` and the hash. */
function compareToLabel(bytes: Uint8Array, at: number): number {
  for (let i = 0; i < NSEC3_LABEL; i++) {
    const order = LOWER[bytes[at + i]] - hashedLabel[1 + i];
    if (order !== 0) return order;
  }
  return 0;
}

function compareToHash(bytes: Uint8Array, at: number): number {
  for (let i = 0; i < 20; i++) {
    const order = bytes[at + i] - hash[i];
    if (order !== 0) return order;
  }
  return 0;
}

/** True when the hash at `next` is not behind the owner whose label is at `owner`: the chain begins anew there. */
function isLast(bytes: Uint8Array, owner: number, next: number): boolean {
  let bits = 0;
  let value = 0;
  for (let i = 0; i < 20; i++) {
    while (bits < 8) {
      value = ((value << 5) | base32Value(bytes[owner++])) & 0xfff;
      bits += 5;
    }
    bits -= 8;
    const order = bytes[next + i] - ((value >>> bits) & 0xff);
    if (order !== 0) return order < 0;
  }
  return true;
}

/** The last NSEC3 owner of the chain in `layer` that is not behind the hash, or else the last of all; 0 when there is none near. */
function lastNotAfter(layer: Layer, chain: DenialChain): number {
  const { words, nsec3, nsec3Nodes } = layer;
  if (nsec3Nodes === 0) return 0;
  let rank = rankAfterHash(layer) - 1;
  for (let left = Math.min(nsec3Nodes, MAX_FOREIGN_NSEC3); left > 0; left--, rank--) {
    if (rank < 0) rank = nsec3Nodes - 1;
    const node = words[nsec3 + 2 * rank];
    if (chain.recordIn(layer, layer.findRRset(node, TYPE_NSEC3)) !== 0) return node;
  }
  return 0;
}

/** Below this many candidates halving is as good as guessing. */
const FEW = 16;

/**
 * How many NSEC3 owners of `layer` are not behind the hash. Hashes are spread evenly, so the place is guessed, with a margin of the
 * spread on both sides, until few are left. Wherever they are not spread so, a guess is only worth less.
 */
function rankAfterHash(layer: Layer): number {
  const { bytes, words, nsec3 } = layer;
  const target = ((hash[0] << 24) | (hash[1] << 16) | (hash[2] << 8) | hash[3]) >>> 0;
  let low = 0;
  let high = layer.nsec3Nodes;
  let lowValue = 0;
  let highValue = 0x1_0000_0000;
  for (let tries = 4; tries > 0 && high - low > FEW; tries--) {
    const span = high - low;
    const part = highValue > lowValue ? (target - lowValue) / (highValue - lowValue) : 0.5;
    const guess = low + Math.floor(part * span);
    const margin = Math.floor(Math.sqrt(span));
    const before = guess - margin;
    const behind = guess + margin;
    if (before >= low && before < high) {
      const value = words[nsec3 + 2 * before + 1] >>> 0;
      // Equal first bits may be on either side.
      if (value > target) {
        high = before;
        highValue = value;
        continue;
      }
      if (value < target) {
        low = before + 1;
        lowValue = value;
      }
    }
    if (behind >= low && behind < high) {
      const value = words[nsec3 + 2 * behind + 1] >>> 0;
      if (value > target) {
        high = behind;
        highValue = value;
      } else if (value < target) {
        low = behind + 1;
        lowValue = value;
      }
    }
  }
  while (low < high) {
    const middle = (low + high) >>> 1;
    const value = words[nsec3 + 2 * middle + 1] >>> 0;
    const order = value !== target ? value - target : compareToLabel(bytes, words[nsec3 + 2 * middle] + 9);
    if (order <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
