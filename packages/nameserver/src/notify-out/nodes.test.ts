import { describe, expect, it } from 'vitest';
import { ANSWERS_UNTIL_GONE, heldByAll, NODES_PER_TARGET, type NodeSeen, nodesAfter } from './nodes.ts';

const seen = (nodes: readonly NodeSeen[], node: string | undefined, serial = 7, at = 1) =>
  nodesAfter(nodes, { node, serial, at });
const names = (nodes: readonly NodeSeen[]) => nodes.map(({ node }) => node).sort();

describe('nodes behind one address (RFC 5001 2.2)', () => {
  it('a node is gone after ten answers for each known node, all of them from others', () => {
    let nodes = seen(seen([], 'a'), 'b');
    for (let i = 0; i < 2 * ANSWERS_UNTIL_GONE - 1; i++) {
      nodes = seen(nodes, 'b');
      expect(names(nodes)).toEqual(i < 2 * ANSWERS_UNTIL_GONE - 2 ? ['a', 'b'] : ['b']);
    }
    expect(names(seen(nodes, 'a'))).toEqual(['a', 'b']);
  });

  it('who answers again is there again, with what it has now', () => {
    const nodes = seen(seen(seen([], 'a', 7), 'b', 7), 'a', 8, 5);
    expect(nodes).toEqual([
      { node: 'b', serial: 7, at: 1, missed: 1 },
      { node: 'a', serial: 8, at: 5, missed: 0 },
    ]);
  });

  it('no more than the limit: the one missed most makes place', () => {
    let nodes: readonly NodeSeen[] = [];
    for (let i = 0; i < NODES_PER_TARGET + 4; i++) nodes = seen(nodes, `n${i}`);
    expect(nodes).toHaveLength(NODES_PER_TARGET);
    expect(names(nodes)).not.toContain('n3');
    expect(names(nodes)).toContain('n4');
  });

  it('one that answers for other zones is there, and what it has is not known', () => {
    const nodes = nodesAfter([], { node: 'a', serial: 7, at: 1, there: ['a', 'b'] });
    expect(nodes.map(({ node, serial }) => [node, serial])).toEqual([
      ['b', undefined],
      ['a', 7],
    ]);
    expect(heldByAll(nodes, 7, 7)).toBeUndefined();
    // Behind is behind, whatever the other has.
    expect(heldByAll(nodes, 6, 7)).toBe(6);
    expect(heldByAll(seen(nodes, 'b'), 7, 7)).toBe(7);
  });

  it('a server without NSID has no nodes', () => {
    expect(seen([], undefined)).toEqual([]);
  });

  it('all have what the last of them has, across the end of the numbers (RFC 1982 3.2)', () => {
    const nodes = seen(seen([], 'a', 4_294_967_295), 'b', 1);
    expect(heldByAll(nodes, 1, 1)).toBe(4_294_967_295);
    expect(heldByAll(seen(nodes, 'a', 1), 1, 1)).toBe(1);
    expect(heldByAll([], 1, 1)).toBe(1);
    // Ahead: it stands for itself.
    expect(heldByAll(nodes, 3, 1)).toBe(3);
  });
});
