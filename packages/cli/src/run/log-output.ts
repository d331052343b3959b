import { type DestinationStream, destination } from 'pino';

/** A line is written so long after it came, with all that came meanwhile: a change does not pay for its own log lines. */
export const WRITTEN_WITHIN_MS = 20;

/** What waits while nobody takes it (a pipe whose reader sleeps); lines beyond it are dropped, and counted. */
export const WAITING_OCTETS = 8 * 1024 * 1024;

/** A buffer that writes when asked to, or when it has become this large. */
const BLOCK_OCTETS = 8 * 1024;

/** Log lines to a file descriptor (stdout), beside the work. What waits when the process ends is written then. */
export function lineOutput({ fd = 1, waitingOctets = WAITING_OCTETS } = {}): DestinationStream {
  const stream = destination({ fd, sync: false, minLength: BLOCK_OCTETS, maxLength: waitingOctets });
  let scheduled = false;
  let dropped = 0;
  /** Octets taken and not written yet. */
  let waiting = 0;
  stream.on('drop', (line: string) => {
    dropped++;
    waiting -= Buffer.byteLength(line);
  });
  stream.on('write', (octets: number) => {
    waiting -= octets;
  });
  // Whoever reads the log may go away; answering goes on.
  stream.on('error', () => {});
  stream.on('drain', () => {
    // A flush in the middle of a write does nothing: what came meanwhile would wait for the next line, however late that is.
    if (waiting > 0) flushSoon();
    if (dropped === 0) return;
    const line = { level: 'warn', time: new Date().toISOString(), dropped, msg: 'log lines dropped: nobody read them' };
    dropped = 0;
    take(`${JSON.stringify(line)}\n`);
  });
  process.on('exit', () => {
    try {
      stream.flushSync();
    } catch {
      // Nobody reads any more.
    }
  });

  function flushSoon(): void {
    if (scheduled) return;
    scheduled = true;
    setTimeout(() => {
      scheduled = false;
      stream.flush();
    }, WRITTEN_WITHIN_MS).unref();
  }

  function take(line: string): void {
    waiting += Buffer.byteLength(line);
    stream.write(line);
    flushSoon();
  }

  return { write: take };
}
