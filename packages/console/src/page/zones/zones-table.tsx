import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { counted } from '../format.ts';
import { Notice, Waiting } from '../parts/notice.tsx';
import { useWidth } from '../use/use-width.ts';
import { type Filters, PAGE_SIZE, usePages } from './use-pages.ts';
import { pagesOf, rowWindow } from './window.ts';
import { ZoneRow } from './zone-row.tsx';

const ROW_HEIGHT = 32;
/** On a narrow screen a row is a name over its cells. */
const NARROW = 620;
const NARROW_HEAD = 30;
const NARROW_LINE = 22;

/** Zones against secondaries. Only the rows in view exist, and only their pages are asked for. */
export function ZonesTable({ filters, secondaries }: { filters: Filters; secondaries: readonly string[] }) {
  const [outer, width] = useWidth<HTMLDivElement>();
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const narrow = width > 0 && width < NARROW;
  const perLine = Math.max(1, Math.floor(width / 170));
  const rowHeight = narrow ? NARROW_HEAD + NARROW_LINE * Math.ceil(secondaries.length / perLine) : ROW_HEIGHT;
  const [total, setTotal] = useState<number>();
  const shown = rowWindow(view.top, view.height, rowHeight, total ?? PAGE_SIZE);
  const pages = usePages(filters, pagesOf(shown, PAGE_SIZE));
  if (pages.total !== total) setTotal(pages.total);
  const key = JSON.stringify(filters);
  useLayoutEffect(() => {
    scroller.current?.scrollTo(0, 0);
  }, [key]);
  const measure = () => {
    const element = scroller.current;
    if (element !== null) setView({ top: element.scrollTop, height: element.clientHeight });
  };
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const all = total ?? 0;
  const indexes = Array.from({ length: Math.max(0, Math.min(all, shown.to) - shown.from) }, (_, i) => shown.from + i);
  const columns = {
    '--columns': String(secondaries.length),
    '--row-height': `${rowHeight}px`,
    '--per-line': String(Math.min(perLine, Math.max(1, secondaries.length))),
  };
  return (
    <div class={`zones ${narrow ? 'narrow' : ''}`} ref={outer} style={columns}>
      <p class="muted small" role="status">
        {pages.total === undefined ? 'Asking the node …' : counted(pages.total, 'zone')}
      </p>
      {pages.failure === undefined ? null : <Waiting failure={pages.failure} />}
      {pages.total === 0 ? (
        <Notice title="No zone matches">
          {filters.search || filters.health || filters.secondary
            ? 'Change the search or the filter above.'
            : 'This node has no zones yet: name them under "zones" in its configuration.'}
        </Notice>
      ) : null}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
      <div class="rows" tabIndex={0} ref={scroller} hidden={pages.total === 0} onScroll={measure}>
        <table aria-label="Zones and where each secondary stands" aria-rowcount={all + 1}>
          <colgroup>
            <col class="zone-column" />
            <col class="serial-column" />
            {secondaries.map((id) => (
              <col key={id} />
            ))}
          </colgroup>
          <thead>
            <tr>
              <th scope="col">Zone</th>
              <th scope="col" class="serial">
                Serial
              </th>
              {secondaries.map((id) => (
                <th scope="col" key={id}>
                  {id}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr class="spacer" style={{ height: `${shown.from * rowHeight}px` }} />
            {indexes.map((index) => (
              <ZoneRow key={index} index={index} row={pages.row(index)} secondaries={secondaries} />
            ))}
            <tr class="spacer" style={{ height: `${Math.max(0, all - shown.to) * rowHeight}px` }} />
          </tbody>
        </table>
      </div>
    </div>
  );
}
