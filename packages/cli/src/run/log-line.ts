import { styleText } from 'node:util';
import { printable } from '../output/terminal.ts';

const COLOURS: Record<string, Parameters<typeof styleText>[0]> = {
  warn: 'yellow',
  error: 'red',
  fatal: 'red',
  debug: 'gray',
};

/** One JSON line of the log as a person reads it: `02:42:04.123 info  zone transferred  zone=example.test. serial=7`. */
export function logLine(json: string, colours: boolean): string {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(json);
  } catch {
    return json;
  }
  const { time, level, msg, err, ...fields } = entry;
  const label = String(level).padEnd(5);
  const style = COLOURS[String(level)];
  const shown = Object.entries(fields).map(([key, value]) => `${key}=${fieldText(value)}`);
  const line = [
    String(time).slice(11, 23),
    colours && style ? styleText(style, label, { validateStream: false }) : label,
    [printable(String(msg ?? '')), ...shown]
      .filter((part) => part !== '')
      .join('  ')
      .trim(),
  ].join(' ');
  return `${line}\n${errorText(err)}`;
}

function fieldText(value: unknown): string {
  if (typeof value === 'string' && /^[^\s"=]+$/.test(value)) return printable(value);
  return printable(JSON.stringify(value) ?? 'undefined');
}

/** The stack of an error, indented, only where one was logged. */
function errorText(error: unknown): string {
  const { stack, message } = (error ?? {}) as { stack?: string; message?: string };
  const text = stack ?? message;
  return text === undefined ? '' : `${text.replace(/^/gm, '    ')}\n`;
}
