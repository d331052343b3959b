import { writeFileSync } from 'node:fs';
import { machine } from './measure.ts';

/** One line of a table; numbers are rounded to what can be told apart. */
export type Row = Readonly<Record<string, string | number>>;

export interface Report {
  readonly title: string;
  /** What was measured, in a sentence. */
  readonly method: string;
  readonly command: string;
  readonly rows: readonly Row[];
  /** What must not be; the exit code is 1 then. */
  readonly failures?: readonly string[];
}

export function print(report: Report, json?: string): void {
  const columns = Object.keys(report.rows[0] ?? {});
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const lines = [
    `### ${report.title}`,
    '',
    report.method,
    '',
    `${machine()}; \`${report.command}\``,
    '',
    line(columns),
    line(columns.map((_, i) => (i === 0 ? '---' : '--:'))),
    ...report.rows.map((row) => line(columns.map((column) => text(row[column])))),
  ];
  console.log(`\n${lines.join('\n')}\n`);
  for (const failure of report.failures ?? []) console.error(`FAILED: ${failure}`);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine: machine(), ...report }, null, 2)}\n`);
}

function text(value: string | number | undefined): string {
  if (typeof value !== 'number') return value ?? '';
  if (value > -0.005 && value <= 0) return '0';
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}
