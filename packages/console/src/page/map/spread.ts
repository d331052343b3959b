export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Points nearer to each other than `distance` stand side by side instead of upon each other, in their order. */
export function spread<T extends Point>(points: readonly T[], distance: number): readonly T[] {
  const groups: T[][] = [];
  for (const point of points) {
    const near = groups.find(([first]) => Math.hypot(first.x - point.x, first.y - point.y) < distance);
    if (near) near.push(point);
    else groups.push([point]);
  }
  const placed = new Map<T, T>();
  for (const group of groups)
    for (const [i, point] of group.entries())
      placed.set(
        point,
        group.length === 1
          ? point
          : { ...point, x: group[0].x + (i - (group.length - 1) / 2) * distance, y: group[0].y },
      );
  return points.map((point) => placed.get(point)!);
}
