import type { ZoneReplicas } from '../contract.ts';
import { hrefOf } from '../route.ts';
import { Cell } from './cell.tsx';

/** One row of the table; without `row` it is still being asked for. */
export function ZoneRow(props: { index: number; row: ZoneReplicas | undefined; secondaries: readonly string[] }) {
  const { index, row, secondaries } = props;
  if (row === undefined)
    return (
      <tr class="row" aria-rowindex={index + 2}>
        <td class="muted" colSpan={secondaries.length + 2}>
          …
        </td>
      </tr>
    );
  return (
    <tr class="row" aria-rowindex={index + 2}>
      <th scope="row" class="zone-name">
        <a href={hrefOf({ page: 'zone', zone: row.zone })}>{row.zone}</a>
      </th>
      <td class="serial">{row.serial ?? '–'}</td>
      {secondaries.map((id) => (
        <Cell key={id} id={id} replica={row.replicas.find((replica) => replica.id === id)} />
      ))}
    </tr>
  );
}
