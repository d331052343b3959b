import type { Point } from './spread.ts';

/** Where a label stands: its left top corner; undefined where there is no room for it. */
export type LabelPlace = Point | undefined;

interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

const GAP = 11;

/**
 * Finds a place for each label beside its point (right, left, below, above), inside the map, upon no other label and no point.
 * The first ones choose first.
 */
export function placeLabels(
  labels: readonly (Point & { readonly width: number })[],
  height: number,
  map: { readonly width: number; readonly height: number },
): readonly LabelPlace[] {
  const taken: Box[] = labels.map(({ x, y }) => ({ x: x - 7, y: y - 7, width: 14, height: 14 }));
  return labels.map(({ x, y, width }) => {
    const candidates = [
      { x: x + GAP, y: y - height / 2 },
      { x: x - GAP - width, y: y - height / 2 },
      { x: x - width / 2, y: y + GAP },
      { x: x - width / 2, y: y - GAP - height },
    ];
    const place = candidates.find((at) => {
      const box = { ...at, width, height };
      const inside = at.x >= 0 && at.y >= 0 && at.x + width <= map.width && at.y + height <= map.height;
      return inside && !taken.some((other) => overlap(box, other));
    });
    if (place) taken.push({ ...place, width, height });
    return place;
  });
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
