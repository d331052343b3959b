import { expect, it } from 'vitest';
import { GROWTH_MIB, watchGrowth } from './freed-memory.ts';

const MIB = 2 ** 20;

it('gives freed memory back each time the process has grown by the limit, measured from where it was least', () => {
  let resident = 100 * MIB;
  let given = 0;
  const look = watchGrowth({
    resident: () => resident,
    giveBack: () => {
      given++;
      resident -= 5 * MIB;
    },
  });
  const at = (mib: number) => {
    resident = mib * MIB;
    look();
    return given;
  };
  expect(at(100 + GROWTH_MIB - 1)).toBe(0);
  expect(at(90)).toBe(0);
  expect(at(90 + GROWTH_MIB)).toBe(1);
  // What is left now is where the next growth begins.
  expect(at(85 + 2 * GROWTH_MIB - 1)).toBe(1);
  expect(at(85 + 2 * GROWTH_MIB)).toBe(2);
});
