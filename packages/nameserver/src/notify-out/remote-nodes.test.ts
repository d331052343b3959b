import { expect, it } from 'vitest';
import { ANSWERS_UNTIL_GONE } from './nodes.ts';
import { ANSWERS_UNTIL_KNOWN, RemoteNodes } from './remote-nodes.ts';

it('nodes are known by the answers for all zones, and forgotten when they answer for none', () => {
  const remotes = new RemoteNodes();
  expect(remotes.heard('fra1', 'a', 1).there).toBeUndefined();
  expect(remotes.heard('fra1', 'b', 2).there).toEqual(['a', 'b']);
  expect(remotes.heard('sin1', 'c', 3).there).toBeUndefined();
  let there = remotes.heard('fra1', 'a', 4);
  for (let i = 0; i < 2 * ANSWERS_UNTIL_GONE; i++) there = remotes.heard('fra1', 'a', 5 + i);
  expect(there.there).toBeUndefined();
  expect(remotes.heard('fra1', 'b', 40).there).toEqual(['a', 'b']);
});

it('after some answers it is known how many there are; at once where they do not say who they are', () => {
  const remotes = new RemoteNodes();
  const isNew = Array.from({ length: ANSWERS_UNTIL_KNOWN + 1 }, (_, i) => remotes.heard('fra1', 'a', i).isNew);
  expect(isNew.filter(Boolean)).toHaveLength(ANSWERS_UNTIL_KNOWN - 1);
  expect(isNew.at(-1)).toBe(false);
  expect(remotes.heard('bind', undefined, 1)).toEqual({ isNew: false });
});
