/**
 * A serial made monotonic: the low 32 bits are the serial, the rest counts how often it wrapped (RFC 1982).
 * A zone's versions have growing positions, whatever its serials do, so its history is ordered by one integer.
 */
export type Position = number;

const WRAP = 2 ** 32;

export function serialAt(position: Position): number {
  return position % WRAP;
}

/** The first position behind (or at) `position` whose serial is `serial`. */
export function advance(position: Position, serial: number): Position {
  return position + ((serial - serialAt(position)) >>> 0);
}

/** The last position before (or at) `position` whose serial is `serial`; negative when there is none. */
export function goBack(position: Position, serial: number): Position {
  return position - ((serialAt(position) - serial) >>> 0);
}
