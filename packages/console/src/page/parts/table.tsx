import type { ComponentChildren } from 'preact';
import type { Failure } from '../api/failure.ts';
import { count } from '../format.ts';
import { Waiting } from './notice.tsx';

/** One column: its heading, and what stands in it for a row; a dash where that is `undefined`. */
export interface Column<Row> {
  readonly heading: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** `name` names the row (a header cell), `number` stands at the right. */
  readonly kind?: 'name' | 'number';
  /** Not shown on a narrow screen. */
  readonly wide?: true;
  /** What the heading means, on hover. */
  readonly title?: string;
}

interface Props<Row> {
  /** Names the table for who does not see where it stands. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  /** Undefined while the node is asked. */
  readonly rows: readonly Row[] | undefined;
  /** Why asking failed. */
  readonly failure?: Failure | undefined;
  /** Tells one row from the others, also when they are read again. */
  readonly rowKey: (row: Row) => string;
  /** Said instead of a table without rows. */
  readonly empty?: string;
  /** So many rows are shown; where the rest is to be had. */
  readonly most?: { readonly rows: number; readonly rest: string };
  /** Stands below a row on a narrow screen, where wide columns are not shown. */
  readonly below?: (row: Row) => string;
}

/** Rows under headings: every table of the console but the timeline (rows in groups) and the zones (only those in view). */
export function Table<Row>({ label, columns, rows, failure, rowKey, empty, most, below }: Props<Row>) {
  if (rows === undefined) return <Waiting failure={failure} />;
  if (rows.length === 0 && empty !== undefined) return <p class="muted">{empty}</p>;
  const shown = most === undefined ? rows : rows.slice(0, most.rows);
  return (
    <>
      <table class="table" aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.heading} scope="col" class={classOf(column)} title={column.title}>
                {column.heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <TableRow key={rowKey(row)} row={row} columns={columns} below={below?.(row)} />
          ))}
        </tbody>
      </table>
      {most === undefined || rows.length <= most.rows ? null : (
        <p class="muted small">
          The first {count(most.rows)} of {count(rows.length)}. {most.rest}
        </p>
      )}
    </>
  );
}

function TableRow<Row>(props: { row: Row; columns: readonly Column<Row>[]; below: string | undefined }) {
  const { row, columns, below } = props;
  return (
    <>
      <tr>
        {columns.map((column) =>
          column.kind === 'name' ? (
            <th key={column.heading} scope="row" class={classOf(column)}>
              {column.cell(row) ?? '–'}
            </th>
          ) : (
            <td key={column.heading} class={classOf(column)}>
              {column.cell(row) ?? '–'}
            </td>
          ),
        )}
      </tr>
      {below ? (
        <tr class="only-narrow">
          <td colSpan={columns.filter(({ wide }) => !wide).length} class="small">
            {below}
          </td>
        </tr>
      ) : null}
    </>
  );
}

function classOf({ kind, wide }: Column<never>): string | undefined {
  const classes = [kind === 'number' ? 'number' : '', wide ? 'wide' : ''].filter((one) => one !== '');
  return classes.length === 0 ? undefined : classes.join(' ');
}
