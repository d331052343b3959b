import { type GeoProjection, geoNaturalEarth1, geoPath } from 'd3-geo';
import { feature } from 'topojson-client';
import world from 'world-atlas/land-110m.json';
import type { Point } from './spread.ts';

/** The type that TypeScript finds in the file is wider than what it holds. */
const topology = world as unknown as Parameters<typeof feature>[0];
const land = feature(topology, topology.objects.land);

/** Where people have servers: without Antarctica and the far north. */
const FRAME = {
  type: 'MultiPoint' as const,
  coordinates: [
    [-168, 0],
    [178, 0],
    [10, -56],
    [10, 78],
  ],
};

export interface Geography {
  readonly width: number;
  readonly height: number;
  /** SVG path of the land. */
  readonly land: string;
  point(longitude: number, latitude: number): Point;
  /** SVG path of the shortest way between two places. */
  way(from: readonly [number, number], to: readonly [number, number]): string;
}

/** The world for a map of this width in pixels. */
export function geography(width: number): Geography {
  const height = Math.round(width * 0.46);
  const projection: GeoProjection = geoNaturalEarth1().fitExtent(
    [
      [8, 6],
      [width - 8, height - 6],
    ],
    FRAME,
  );
  projection.clipExtent([
    [0, 0],
    [width, height],
  ]);
  const path = geoPath(projection).digits(1);
  return {
    width,
    height,
    land: path(land) ?? '',
    point(longitude, latitude) {
      const [x, y] = projection([longitude, latitude]) ?? [0, 0];
      return { x, y };
    },
    way: (from, to) => path({ type: 'LineString', coordinates: [[...from], [...to]] }) ?? '',
  };
}
