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

/** The log of a node, to stdout unless a test wants the lines. */
export function createLog({ level, text, colours }: LogOptions, to: DestinationStream = standardOutput()): Log {
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

/** Lines are written beside the work, not in the way of a change; what is left when the process ends is written then. */
function standardOutput(): DestinationStream {
  const stream = destination({ fd: 1, sync: false });
  process.on('exit', () => {
    try {
      stream.flushSync();
    } catch {
      // Nobody reads any more.
    }
  });
  // Whoever reads the log may go away; answering goes on.
  stream.on('error', () => {});
  return stream;
}
