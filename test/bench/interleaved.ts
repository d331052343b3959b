import type { Row } from './report.ts';

/** Measures every subject in turn, `runs` times round: what disturbs the machine disturbs all of them. */
export async function interleaved<S extends string, T>(
  subjects: readonly S[],
  runs: number,
  measure: (subject: S) => Promise<T>,
): Promise<{ subject: S; samples: T[] }[]> {
  const rows = subjects.map((subject) => ({ subject, samples: [] as T[] }));
  for (let run = 0; run < runs; run++) for (const row of rows) row.samples.push(await measure(row.subject));
  return rows;
}

/** Adds what each row's `column` is in relation to the best other server's, the first row being ours. */
export function withRatio(rows: readonly Row[], column: string): Row[] {
  const best = Math.min(...rows.slice(1).map((row) => Number(row[column])));
  if (!Number.isFinite(best)) return [...rows];
  return rows.map((row) => ({ ...row, [`${column} / best peer`]: Number(row[column]) / best }));
}
