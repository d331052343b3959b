import { expect, it } from 'vitest';
import { placeLabels } from './labels.ts';
import { spread } from './spread.ts';

const map = { width: 600, height: 300 };

it('labels stand right of their point, left of it at the edge, and never upon each other', () => {
  const [free, edge] = placeLabels(
    [
      { x: 100, y: 100, width: 50 },
      { x: 590, y: 200, width: 50 },
    ],
    30,
    map,
  );
  expect(free).toEqual({ x: 111, y: 85 });
  expect(edge).toEqual({ x: 529, y: 185 });
  const crowd = Array.from({ length: 12 }, (_, i) => ({ x: 300 + i * 3, y: 150, width: 60 }));
  const boxes = placeLabels(crowd, 30, map).filter((place) => place !== undefined);
  expect(boxes.length).toBeGreaterThan(1);
  for (const [i, a] of boxes.entries())
    for (const b of boxes.slice(i + 1)) expect(Math.abs(a.x - b.x) >= 60 || Math.abs(a.y - b.y) >= 30).toBe(true);
});

it('points at one place stand side by side', () => {
  const points = [
    { id: 'a', x: 100, y: 50 },
    { id: 'b', x: 101, y: 50 },
    { id: 'far', x: 300, y: 50 },
  ];
  expect(spread(points, 18).map(({ id, x }) => [id, x])).toEqual([
    ['a', 91],
    ['b', 109],
    ['far', 300],
  ]);
});
