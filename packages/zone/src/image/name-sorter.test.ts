import { compareNames, name, namesEqual } from '@zonewire/shared-protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NameSorter } from './name-sorter.ts';
import { compareRelativeNames } from './relative-name.ts';

const label = fc.oneof(
  fc.constantFrom('a', 'b', 'A', 'ab', 'abc', 'abcd', 'abcde', '*'),
  fc
    .uint8Array({ minLength: 1, maxLength: 12 })
    .map((bytes) => [...bytes].map((c) => `\\${`${c}`.padStart(3, '0')}`).join('')),
  fc.constantFrom('\\000', '\\001', '\\000\\000', '\\001\\002', '\\255'),
);
const names = fc.array(
  fc.array(label, { maxLength: 4 }).map((labels) => name(labels.length === 0 ? '.' : `${labels.join('.')}.`)),
  { maxLength: 200 },
);

describe('NameSorter', () => {
  it('sorts as RFC 4034 6.1 says, equal names in the order they came', () => {
    fc.assert(
      fc.property(names, (list) => {
        const sorter = new NameSorter();
        for (const one of list) sorter.push(one, 0, one.length - 1);
        const expected = list.map((_, i) => i).sort((a, b) => compareNames(list[a], list[b]) || a - b);
        expect([...sorter.sorted()]).toEqual(expected);
        for (let i = 1; i < list.length; i++) expect(sorter.same(i - 1, i)).toBe(namesEqual(list[i - 1], list[i]));
      }),
    );
  });

  it('so does compareRelativeNames', () => {
    fc.assert(
      fc.property(names, (list) => {
        for (let i = 1; i < list.length; i++) {
          const [a, b] = [list[i - 1], list[i]];
          const order = compareRelativeNames(a, 0, a.length - 1, b, 0, b.length - 1);
          expect(Math.sign(order)).toBe(Math.sign(compareNames(a, b)));
        }
      }),
    );
  });

  it.each([
    ['all equal', () => 'same.'],
    ['ascending', (i: number) => `n${`${i}`.padStart(8, '0')}.`],
    ['descending', (i: number) => `n${`${1e6 - i}`.padStart(8, '0')}.`],
    ['few different', (i: number) => `n${i % 3}.`],
    ['a long common suffix', (i: number) => `n${(i * 7919) % 20_000}.${'x'.repeat(60)}.${'y'.repeat(60)}.`],
  ])('20,000 names, %s, in good time', (_what, make) => {
    const list = Array.from({ length: 20_000 }, (_, i) => name(make(i)));
    const sorter = new NameSorter();
    for (const one of list) sorter.push(one, 0, one.length - 1);
    const started = performance.now();
    const sorted = sorter.sorted();
    expect(performance.now() - started).toBeLessThan(2000);
    for (let i = 1; i < sorted.length; i++) {
      const order = compareNames(list[sorted[i - 1]], list[sorted[i]]);
      if (order > 0 || (order === 0 && sorted[i - 1] > sorted[i])) throw new Error(`${i} is out of order`);
    }
  });
});
