import type { Log } from '@zonewire/nameserver';
import { type DestinationStream, type Logger, pino } from 'pino';
import { logLine } from './log-line.ts';
import { lineOutput } from './log-output.ts';
import { withoutSecrets } from './log-secrets.ts';

export interface LogOptions {
  readonly level: string;
  /** Plain lines instead of JSON. */
  readonly text: boolean;
  readonly colours: boolean;
}

/** What is said at `info` and below is composed so long after, all that came meanwhile at once, with the time at which it was said. */
export const COMPOSED_WITHIN_MS = 15;

/** Lines not composed yet; one more, and they all are. */
export const WAITING_LINES = 1_000;

/** The log of a node, to stdout unless a test wants the lines. Fields must not change after they are given. */
export function createLog({ level, text, colours }: LogOptions, output?: DestinationStream): Log {
  const lineOf = (json: string) => (text ? logLine(json, colours) : json);
  const to = output ?? lineOutput({ lineOf });
  const stream: DestinationStream = {
    write(line) {
      to.write(lineOf(withoutSecrets(line)));
    },
  };
  const said = new Said();
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date(said.at ?? Date.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  // Before the output writes what it holds.
  process.prependListener('exit', () => said.compose());
  return new NodeLog(logger, said);
}

/** What was said and is not composed yet. */
class Said {
  /** When the line was said that is composed now. */
  at: number | undefined;
  readonly #lines: { at: number; logger: Logger; level: 'debug' | 'info'; fields: object; message: string }[] = [];
  #timer: NodeJS.Timeout | undefined;

  add(logger: Logger, level: 'debug' | 'info', fields: object, message: string): void {
    this.#lines.push({ at: Date.now(), logger, level, fields, message });
    if (this.#lines.length >= WAITING_LINES) this.compose();
    else this.#timer ??= setTimeout(() => this.compose(), COMPOSED_WITHIN_MS).unref();
  }

  compose(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const { at, logger, level, fields, message } of this.#lines.splice(0)) {
      this.at = at;
      logger[level](fields, message);
    }
    this.at = undefined;
  }
}

/** A change does not wait for its own lines: composing one, seldom done, takes a quarter of a millisecond. */
class NodeLog implements Log {
  readonly #logger: Logger;
  readonly #said: Said;
  /** Of each zone another; written before the fields of the line. */
  readonly #bindings: object | undefined;

  constructor(logger: Logger, said: Said, bindings?: object) {
    this.#logger = logger;
    this.#said = said;
    this.#bindings = bindings;
  }

  debug(fields: object, message: string): void {
    if (this.#logger.isLevelEnabled('debug')) this.#said.add(this.#logger, 'debug', this.#with(fields), message);
  }

  info(fields: object, message: string): void {
    if (this.#logger.isLevelEnabled('info')) this.#said.add(this.#logger, 'info', this.#with(fields), message);
  }

  /** Trouble is written at once, in its turn: the process may not live much longer. */
  warn(fields: object, message: string): void {
    this.#said.compose();
    this.#logger.warn(this.#with(fields), message);
  }

  error(fields: object, message: string): void {
    this.#said.compose();
    this.#logger.error(this.#with(fields), message);
  }

  /** Costs nothing but itself: pino's own children each put their bindings into text, and most never say anything. */
  child(bindings: object): Log {
    return new NodeLog(this.#logger, this.#said, this.#with(bindings));
  }

  #with(fields: object): object {
    return this.#bindings === undefined ? fields : { ...this.#bindings, ...fields };
  }
}
