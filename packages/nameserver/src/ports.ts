/** What this package, and those above it, take from outside: time and a place for log lines. Tests pass their own. */

export type TimerHandle = unknown;

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `fn` once, `ms` milliseconds from now. */
  setTimeout(fn: () => void, ms: number): TimerHandle;
  /** Safe with a handle that has already fired. */
  clearTimeout(handle: TimerHandle): void;
}

/** Fields first, then the sentence, as pino takes them. */
export type LogMethod = (fields: object, message: string) => void;

export interface Log {
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  child(bindings: object): Log;
}

const nothing = () => {};

export const silentLog: Log = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => silentLog,
};

/** Fills `out` with random octets that nobody can predict; tests pass a seeded one. */
export type FillRandom = (out: Uint8Array) => void;
