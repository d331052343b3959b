import { constants, fstatSync, openSync, write, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { DestinationStream } from 'pino';

/** A line is written so long after it came, with all that came meanwhile: a change does not pay for its own log lines. */
export const WRITTEN_WITHIN_MS = 20;

/** What waits while nobody takes it (a pipe whose reader sleeps); lines beyond it are dropped, and counted. */
export const WAITING_OCTETS = 8 * 1024 * 1024;

/** So much is written at once, without waiting for more. */
const BLOCK_OCTETS = 8 * 1024;

/** A pipe that is full is tried again so long after, ms. */
const AGAIN_MS = 100;

/** When the process ends, a reader that sleeps is waited for so long, ms. */
const AT_END_MS = 1_000;

/** Errors of a write that is to be tried again: its reader has not made room yet. */
const FULL = new Set(['EAGAIN', 'EBUSY']);

/**
 * Log lines to a file descriptor (stdout), beside the work. What waits when the process ends is written then. Whoever reads may sleep or
 * go away: answering goes on, and the process ends when it is told to. pino's own output (sonic-boom 5) tries for ever then.
 * `lineOf` makes of a JSON line of its own what the others look like.
 */
export function lineOutput({
  fd = 1,
  waitingOctets = WAITING_OCTETS,
  lineOf = (json: string): string => json,
} = {}): DestinationStream {
  const output = new LineOutput(neverHeldUp(fd), waitingOctets, lineOf);
  process.on('exit', () => output.end());
  return output;
}

class LineOutput implements DestinationStream {
  readonly #fd: number;
  readonly #most: number;
  readonly #lineOf: (json: string) => string;
  #lines: string[] = [];
  /** Octets of them. */
  #waiting = 0;
  /** Under way, or to be tried again. */
  #block: Buffer | undefined;
  #blockLines = 0;
  #timer: NodeJS.Timeout | undefined;
  #dropped = 0;

  constructor(fd: number, most: number, lineOf: (json: string) => string) {
    this.#fd = fd;
    this.#most = most;
    this.#lineOf = lineOf;
  }

  write(line: string): void {
    const octets = Buffer.byteLength(line);
    if (this.#waiting + (this.#block?.length ?? 0) + octets > this.#most) {
      this.#dropped++;
      return;
    }
    this.#lines.push(line);
    this.#waiting += octets;
    if (this.#block !== undefined) return;
    if (this.#waiting >= BLOCK_OCTETS) this.#go();
    else this.#timer ??= setTimeout(() => this.#go(), WRITTEN_WITHIN_MS).unref();
  }

  /** Writes what waits, and returns when that is done or cannot be: nothing follows. */
  end(): void {
    const until = performance.now() + AT_END_MS;
    // What a thread is writing is on its way; what waits to be tried again comes first.
    if (this.#block !== undefined && this.#timer === undefined) this.#block = undefined;
    for (this.#block ??= this.#take(); this.#block !== undefined; this.#block = this.#take())
      while (this.#block.length > 0)
        try {
          this.#block = this.#block.subarray(writeSync(this.#fd, this.#block));
        } catch (error) {
          if (!FULL.has((error as NodeJS.ErrnoException).code ?? '') || performance.now() > until) return;
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
        }
  }

  #go(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#block ??= this.#take();
    if (this.#block !== undefined) write(this.#fd, this.#block, (error, octets) => this.#written(error, octets));
  }

  /** All that waits, as one block. */
  #take(): Buffer | undefined {
    if (this.#lines.length === 0) return undefined;
    this.#blockLines = this.#lines.length;
    const block = Buffer.from(this.#lines.join(''));
    this.#lines = [];
    this.#waiting = 0;
    return block;
  }

  #written(error: NodeJS.ErrnoException | null, octets: number): void {
    // Ended while it was under way.
    if (this.#block === undefined) return;
    if (error !== null && FULL.has(error.code ?? '')) {
      this.#timer = setTimeout(() => this.#go(), AGAIN_MS).unref();
      return;
    }
    if (error === null && octets < this.#block.length) {
      this.#block = this.#block.subarray(octets);
      this.#go();
      return;
    }
    this.#block = undefined;
    if (error !== null) this.#dropped += this.#blockLines;
    else if (this.#dropped > 0) this.#tellDropped();
    if (this.#lines.length > 0) this.#go();
  }

  #tellDropped(): void {
    const line = {
      level: 'warn',
      time: new Date().toISOString(),
      dropped: this.#dropped,
      msg: 'log lines dropped: nobody read them',
    };
    this.#dropped = 0;
    this.write(this.#lineOf(`${JSON.stringify(line)}\n`));
  }
}

/** Of sockets whose mode was set; what is collected would be closed. */
const kept: Socket[] = [];

/**
 * A write to a full pipe or socket would hold up a thread, and with it the end of the process. A pipe is opened once more, so that nothing
 * changes for others that have it; a socket (what Node gives its children, and systemd its services) changes its mode.
 */
function neverHeldUp(fd: number): number {
  try {
    const kind = fstatSync(fd);
    if (kind.isFIFO()) return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
    if (kind.isSocket()) kept.push(new Socket({ fd, readable: false, writable: true }).unref());
  } catch {
    // A pipe that belongs to somebody else: as it is.
  }
  return fd;
}
