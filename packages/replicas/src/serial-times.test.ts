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

it('a receipt is more exact than a probe: the serial and the older ones that were not there before are corrected', () => {
  const book = new SerialBook();
  book.commit(ZONE, [1], 100);
  book.commit(ZONE, [2], 110);
  book.commit(ZONE, [3], 120);
  book.commit(ZONE, [4], 200);
  book.answered(ZONE, 1, 'fra1', 112);
  book.answered(ZONE, 3, 'fra1', 150, 115);
  const known = () =>
    book.timeline(ZONE, 4).map(({ secondaries: [row] }) => [row?.answeredAt, row?.olderAt, row?.lagMs]);
  // The probe before was sent before the third was committed.
  expect(known()).toEqual([
    [undefined, undefined, undefined],
    [150, 120, 30],
    [150, 115, 40],
    [112, undefined, 12],
  ]);
  expect(book.corrected(ZONE, 3, 'fra1', 131)).toEqual([
    { serial: 2, committedAt: 110, answeredAt: 131 },
    { serial: 3, committedAt: 120, answeredAt: 131 },
  ]);
  expect(known().slice(1)).toEqual([
    [131, undefined, 11],
    [131, undefined, 21],
    [112, undefined, 12],
  ]);
  // Later than a probe has seen it, not seen yet, not known, or before its commit: clocks are never quite the same.
  for (const [serial, at] of [
    [3, 140],
    [4, 210],
    [9, 1],
  ])
    expect(book.corrected(ZONE, serial, 'fra1', at)).toEqual([]);
  expect(book.corrected(ZONE, 3, 'fra1', 5).map(({ answeredAt }) => answeredAt)).toEqual([100, 110, 120]);
});

it('the limits of a node', () => {
  expect(DEFAULT_SERIAL_LIMITS).toEqual({ serialsPerZone: 256, rows: 200_000 });
});
