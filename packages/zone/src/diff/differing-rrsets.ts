import { canonicalRdatas } from '../canonical-stream.ts';
import { CanonicalWalk } from '../image/canonical-walk.ts';
import type { Layer } from '../image/layer.ts';
import { compareOctets } from '../image/octets.ts';
import { RRsetCursor } from '../image/rrset-cursor.ts';
import type { ZoneVersion } from '../version.ts';
import { compareNodeNames, sameContent } from './diff-versions.ts';

/** An RRset that two versions do not have in common, in canonical form (what their digests are made of: case and order do not count). */
export interface DifferingRRset {
  readonly name: Uint8Array;
  readonly type: number;
  /** `missing` and `extra`: the second version lacks it, or has it alone; `other`: records or TTL are others. */
  readonly how: 'missing' | 'extra' | 'other';
}

/**
 * The first `limit` RRsets, in canonical order, that differ between two versions of a zone; with a pause (`yield`) after every `names`
 * names. Nothing is kept of those that are the same.
 */
export function* differingRRsets(
  here: ZoneVersion,
  there: ZoneVersion,
  limit: number,
  names: number,
): Generator<void, DifferingRRset[], void> {
  const found: DifferingRRset[] = [];
  const a = new CanonicalWalk(here.stack.layers);
  const b = new CanonicalWalk(there.stack.layers);
  let hasA = a.next();
  let hasB = b.next();
  for (let seen = 1; (hasA || hasB) && found.length < limit; seen++) {
    if (seen % names === 0) yield;
    const order = !hasA ? 1 : !hasB ? -1 : compareNodeNames(a, b);
    if (order !== 0 || !sameContent(a.layer, a.node, b.layer, b.node)) {
      const { layer, node } = order > 0 ? b : a;
      const name = ownerOf(layer, node, here.apex);
      for (const [type, how] of compareNodes(order <= 0 ? a : undefined, order >= 0 ? b : undefined))
        if (found.length < limit) found.push({ name, type, how });
    }
    if (order <= 0) hasA = a.next();
    if (order >= 0) hasB = b.next();
  }
  return found;
}

function ownerOf({ bytes }: Layer, node: number, apex: Uint8Array): Uint8Array {
  const length = bytes[node];
  const name = new Uint8Array(length + apex.length);
  name.set(bytes.subarray(node + 8, node + 8 + length));
  name.set(apex, length);
  return name;
}

function* compareNodes(
  a: CanonicalWalk | undefined,
  b: CanonicalWalk | undefined,
): Generator<[type: number, how: DifferingRRset['how']]> {
  const before = cursorAt(a);
  const after = cursorAt(b);
  let hasBefore = before.nextRRset();
  let hasAfter = after.nextRRset();
  while (hasBefore || hasAfter) {
    const order = !hasBefore ? 1 : !hasAfter ? -1 : before.key - after.key;
    if (order < 0) yield [before.type, 'missing'];
    else if (order > 0) yield [after.type, 'extra'];
    else if (before.ttl !== after.ttl || !sameRecords(before, after)) yield [before.type, 'other'];
    if (order <= 0) hasBefore = before.nextRRset();
    if (order >= 0) hasAfter = after.nextRRset();
  }
}

function cursorAt(walk: CanonicalWalk | undefined): RRsetCursor {
  const cursor = new RRsetCursor();
  if (walk === undefined) cursor.startEmpty();
  else cursor.start(walk.layer, walk.node);
  return cursor;
}

function sameRecords(a: RRsetCursor, b: RRsetCursor): boolean {
  const before = canonicalRdatas(a);
  const after = canonicalRdatas(b);
  return (
    before.length === after.length &&
    before.every((rdata, i) => compareOctets(rdata, 0, rdata.length, after[i], 0, after[i].length) === 0)
  );
}
