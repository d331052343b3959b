import type { Log } from '@zonewire/nameserver';
import { type DestinationStream, pino } from 'pino';
import { logLine } from './log-line.ts';
import { lineOutput } from './log-output.ts';

export interface LogOptions {
  readonly level: string;
  /** Plain lines instead of JSON. */
  readonly text: boolean;
  readonly colours: boolean;
}

/** Secrets never reach a log, wherever in an object they stand. */
const REDACTED = ['secret', 'token', 'mac', 'authorization', 'x-api-key'].flatMap((key) => {
  const safe = key.includes('-') ? `["${key}"]` : `.${key}`;
  return [safe.replace(/^\./, ''), `*${safe}`, `*.*${safe}`];
});

/** The log of a node, to stdout unless a test wants the lines. */
export function createLog({ level, text, colours }: LogOptions, to: DestinationStream = lineOutput()): Log {
  const stream: DestinationStream = text ? { write: (line) => to.write(logLine(line, colours)) } : to;
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED, censor: '[secret]' },
    },
    stream,
  );
}
