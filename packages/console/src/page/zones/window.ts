/** Which rows are drawn: `from` (inclusive) to `to` (exclusive). */
export interface RowWindow {
  readonly from: number;
  readonly to: number;
}

/** So many rows above and below are drawn beforehand, so that scrolling shows no gap. */
const MARGIN = 12;

/** The rows in view of a list that is scrolled by `top` pixels. */
export function rowWindow(top: number, viewHeight: number, rowHeight: number, total: number): RowWindow {
  const first = Math.floor(Math.max(0, top) / rowHeight);
  const last = Math.ceil((Math.max(0, top) + viewHeight) / rowHeight);
  return { from: Math.min(total, Math.max(0, first - MARGIN)), to: Math.min(total, last + MARGIN) };
}

/** The pages of the server that a window needs. */
export function pagesOf({ from, to }: RowWindow, pageSize: number): readonly number[] {
  if (to <= from) return [];
  const first = Math.floor(from / pageSize);
  return Array.from({ length: Math.floor((to - 1) / pageSize) - first + 1 }, (_, i) => first + i);
}
