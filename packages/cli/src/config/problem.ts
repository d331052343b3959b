/** One thing wrong in a configuration. `line` and `column` count from 1; 0 when there is no place (file unreadable). */
export interface ConfigProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** What is wrong and what to do about it, in one sentence. */
  readonly message: string;
}

export function problemText(problem: ConfigProblem): string {
  const place = problem.line > 0 ? `${problem.file}:${problem.line}:${problem.column}` : problem.file;
  return `${place}: ${problem.message}`;
}
