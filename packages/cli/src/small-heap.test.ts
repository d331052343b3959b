import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const MODULE = fileURLToPath(new URL('../bin/small-heap.mjs', import.meta.url));

/** Many objects that live for a while, as while many zones are loaded: the most that the young generation and the heap had, MiB. */
const LOAD = `
import { getHeapSpaceStatistics } from 'node:v8';
const most = { young: 0, all: 0 };
const living = new Map();
for (let i = 0; i < 1_000_000; i++) {
  living.set(i % 50_000, { i, list: [i, i + 1], text: 'x' + i });
  if (i % 10_000 !== 0) continue;
  const spaces = getHeapSpaceStatistics();
  const size = (wanted) => spaces.filter(({ space_name }) => wanted(space_name)).reduce((sum, { space_size }) => sum + space_size, 0);
  most.young = Math.max(most.young, size((name) => name === 'new_space') / 2 ** 20);
  most.all = Math.max(most.all, size(() => true) / 2 ** 20);
}
console.log(JSON.stringify(most));`;

function most(before: string): { young: number; all: number } {
  const script = `${before}\n${LOAD}`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }));
}

const KEEP = `import { keepHeapSmall } from ${JSON.stringify(MODULE)};\n`;

it.each([
  ['at once', `${KEEP}keepHeapSmall();`],
  [
    'after it has grown',
    `${KEEP}
let list = [];
for (let i = 0; i < 300_000; i++) list.push({ i });
list = undefined;
keepHeapSmall();`,
  ],
])(
  'keeps the young generation at 16 MiB, and little garbage in the old one: %s',
  (_when, before) => {
    const small = most(before);
    const usual = most('');
    expect(small.young).toBeGreaterThan(8);
    // 16, and for moments a page or two on its way from one half to the other.
    expect(small.young).toBeLessThan(22);
    expect(usual.young).toBeGreaterThan(26);
    expect(small.all).toBeLessThan(usual.all * 0.7);
  },
  60_000,
);
