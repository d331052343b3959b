import type { Log } from '@zonewire/nameserver';
import { type DestinationStream, destination, pino } from 'pino';
import { logLine } from './log-line.ts';

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

/** The log of a node, to stdout. Lines are written before the call returns: the last ones of a crash are there. */
export function createLog({ level, text, colours }: LogOptions): Log {
  const sync = destination({ fd: 1, sync: true });
  // Whoever reads the log may go away; answering goes on.
  sync.on('error', () => {});
  const stream: DestinationStream = text ? { write: (line) => sync.write(logLine(line, colours)) } : sync;
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
