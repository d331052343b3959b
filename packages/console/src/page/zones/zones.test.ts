import { expect, it } from 'vitest';
import type { Replica } from '../contract.ts';
import { cellWords } from './cell-words.ts';
import { pagesOf, rowWindow } from './window.ts';

it('only the rows in view and some around them are drawn, and only their pages asked for', () => {
  expect(rowWindow(0, 600, 32, 10_000)).toEqual({ from: 0, to: 31 });
  expect(rowWindow(320_000 - 600, 600, 32, 10_000)).toEqual({ from: 9_969, to: 10_000 });
  expect(rowWindow(-50, 600, 32, 3)).toEqual({ from: 0, to: 3 });
  expect(pagesOf({ from: 40, to: 101 }, 50)).toEqual([0, 1, 2]);
  expect(pagesOf({ from: 0, to: 0 }, 50)).toEqual([]);
});

it('a cell says in a few words how a zone is at a secondary', () => {
  const words = (more: Partial<Replica>) =>
    cellWords({ id: 'a', address: 'x', state: 'in-sync', attempts: 1, ...more });
  const health = (state: NonNullable<Replica['health']>['state']) => ({
    health: { state, since: 0, reason: '', next: '' },
  });
  expect(words({ lagMs: 3 })).toBe('3 ms');
  expect(words({})).toBe('in sync');
  expect(words({ lagMs: 3, serialsBehind: 1 })).toBe('updating …');
  expect(words({ state: 'behind', lagMs: 240_000, serialsBehind: 2 })).toBe('behind 2, 4 m');
  expect(words({ lagMs: 3, ...health('diverged') })).toBe('diverged');
});
