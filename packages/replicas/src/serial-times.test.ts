import { expect, it } from 'vitest';
import { DEFAULT_SERIAL_LIMITS, SerialBook } from './serial-times.ts';

const ZONE = 'example.test.';

it('of one zone no more serials than allowed: the oldest are forgotten, and counted', () => {
  const book = new SerialBook({ serialsPerZone: 10 });
  for (let serial = 1; serial <= 25; serial++) {
    book.commit(ZONE, [serial], serial * 10);
    if (serial % 5 === 0) book.answered(ZONE, serial, 'fra1', serial * 10 + 1);
  }
  expect(book.timeline(ZONE, 100).map(({ serial }) => serial)).toEqual([25, 24, 23, 22, 21, 20, 19, 18, 17, 16]);
  expect(book.forgotten).toBe(15);
  expect(book.rows).toBe(10);
  expect(book.find(ZONE, 15)).toBeUndefined();
});

it('of all zones together no more rows than allowed: the oldest commits go first, whatever their zone', () => {
  const book = new SerialBook({ rows: 20 });
  for (let zone = 0; zone < 15; zone++) {
    book.commit(`z${zone}.test.`, [1], zone);
    for (const secondary of ['a', 'b']) book.first(`z${zone}.test.`, 1, secondary, 'notified', zone);
  }
  expect(book.rows).toBe(20);
  expect(book.forgotten).toBe(5);
  expect(book.find('z4.test.', 1)).toBeUndefined();
  expect(book.find('z5.test.', 1)?.rows.size).toBe(2);
});

it('a group larger than what is kept, an answer to what is forgotten, a zone that goes', () => {
  const book = new SerialBook({ serialsPerZone: 3 });
  book.commit(ZONE, [1, 2, 3, 4, 5], 0);
  expect(book.answered(ZONE, 4, 'fra1', 9).map(({ serial }) => serial)).toEqual([3, 4]);
  book.commit(ZONE, [6, 7, 8], 10);
  expect(book.answered(ZONE, 7, 'fra1', 19).map(({ serial }) => serial)).toEqual([6, 7]);
  expect(book.first(ZONE, 5, 'fra1', 'notified', 20)).toBeUndefined();
  book.forget(ZONE);
  expect([book.rows, book.timeline(ZONE, 9)]).toEqual([0, []]);
});

it('the limits of a node', () => {
  expect(DEFAULT_SERIAL_LIMITS).toEqual({ serialsPerZone: 256, rows: 200_000 });
});
