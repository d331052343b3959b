import { stripVTControlCharacters, styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Where a command writes. Colours only on a terminal that has them (and no NO_COLOR). */
export interface Terminal {
  readonly colours: boolean;
  out(text: string): void;
  err(text: string): void;
}

export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  // `zonewire zone export . | head`: nobody reads any more, which is no error.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  return {
    colours: stdout.isTTY === true && (stdout.hasColors?.() ?? false),
    out: (text) => stdout.write(text),
    err: (text) => stderr.write(text),
  };
}

export function styled(terminal: Terminal, style: Style, text: string): string {
  return terminal.colours && text !== '' ? styleText(style, text, { validateStream: false }) : text;
}

/** Green for what serves, yellow for what waits, red for what failed. */
export function stateStyle(state: string): Style {
  if (state === 'serving' || state === 'in-sync' || state === 'ok') return 'green';
  if (state === 'failed' || state === 'expired' || state === 'unreachable' || state === 'diverged') return 'red';
  return 'yellow';
}

/** Columns as wide as their widest cell, two spaces between, none at the end of a line. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, width(cell));
  }
  return rows
    .map((row) => `${row.map((cell, i) => cell + ' '.repeat(widths[i] - width(cell))).join('  ')}`.trimEnd())
    .map((line) => `${line}\n`)
    .join('');
}

function width(cell: string): number {
  return stripVTControlCharacters(cell).length;
}

/** Text of a peer or a file, safe to print: control characters could move the cursor or change colours. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`);
}
