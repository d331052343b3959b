import { hrefOf } from '../route.ts';
import type { Column } from './table.tsx';

/** The zone that a row is of, with the way to its page. */
export const ZONE_COLUMN: Column<{ readonly zone: string }> = {
  heading: 'Zone',
  kind: 'name',
  // A long name breaks between its labels.
  cell: ({ zone }) => (
    <a href={hrefOf({ page: 'zone', zone })}>
      {zone.split(/(?<=\.)/).flatMap((label, i) => (i === 0 ? [label] : [<wbr key={i} />, label]))}
    </a>
  ),
};
