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
  stream.on('drop', () => dropped++);
  // Whoever reads the log may go away; answering goes on.
  stream.on('error', () => {});
  stream.on('drain', () => {
    if (dropped === 0) return;
    const line = { level: 'warn', time: new Date().toISOString(), dropped, msg: 'log lines dropped: nobody read them' };
    dropped = 0;
    stream.write(`${JSON.stringify(line)}\n`);
    flushSoon();
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

  return {
    write(line: string) {
      stream.write(line);
      flushSoon();
    },
  };
}
