import type { LagBucket } from '../contract.ts';
import { duration } from '../format.ts';
import { Time } from '../parts/time.tsx';

/** So many of the newest are enough to read; the API has them all. */
const SHOWN = 60;

/** The numbers of the chart, for who does not see it. */
export function LagTable({ buckets }: { buckets: readonly LagBucket[] }) {
  const newest = [...buckets].sort((a, b) => b.from - a.from).slice(0, SHOWN);
  return (
    <details>
      <summary>The numbers</summary>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">Secondary</th>
            <th scope="col" class="number">
              Changes
            </th>
            <th scope="col" class="number">
              p50
            </th>
            <th scope="col" class="number">
              p99
            </th>
            <th scope="col" class="number wide">
              Longest
            </th>
          </tr>
        </thead>
        <tbody>
          {newest.map(({ from, secondary, count, p50, p99, max }) => (
            <tr key={`${from} ${secondary}`}>
              <td>
                <Time at={from} />
              </td>
              <td>{secondary}</td>
              <td class="number">{count}</td>
              <td class="number">{duration(p50)}</td>
              <td class="number">{duration(p99)}</td>
              <td class="number wide">{duration(max)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
