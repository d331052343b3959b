import { expect, test } from 'vitest';
import { QuickStat } from './quick-stat.ts';

function world() {
  let now = 0;
  const asked: string[] = [];
  const state = { takes: 0, fails: false };
  const stat = new QuickStat<string>({
    elapsed: () => now,
    behind: async (path) => {
      asked.push(`behind ${path}`);
      if (state.fails) throw new Error('gone');
      return path;
    },
    here: (path) => {
      asked.push(`here ${path}`);
      now += state.takes;
      return path;
    },
  });
  return {
    stat,
    state,
    pass: (ms: number) => {
      now += ms;
    },
    asked: () => asked.splice(0),
  };
}

test('a folder is asked by a thread first, and here for a second once it has answered', async () => {
  const { stat, asked, pass } = world();
  for (const path of ['/z/a', '/z/b', '/other/a', '/z/c']) expect(await stat.of(path)).toBe(path);
  expect(asked()).toEqual(['behind /z/a', 'here /z/b', 'behind /other/a', 'here /z/c']);
  pass(999);
  await stat.of('/z/a');
  pass(1);
  await stat.of('/z/a');
  await stat.of('/z/b');
  expect(asked()).toEqual(['here /z/a', 'behind /z/a', 'here /z/b']);
});

test('a folder that is slow is left to threads', async () => {
  const { stat, asked, state } = world();
  await stat.of('/z/a');
  state.takes = 6;
  await stat.of('/z/b');
  await stat.of('/z/c');
  expect(asked()).toEqual(['behind /z/a', 'here /z/b', 'behind /z/c']);
});

test('a folder that does not answer is not trusted', async () => {
  const { stat, asked, state } = world();
  state.fails = true;
  await expect(stat.of('/z/a')).rejects.toThrow('gone');
  await expect(stat.of('/z/a')).rejects.toThrow('gone');
  expect(asked()).toEqual(['behind /z/a', 'behind /z/a']);
});
