export interface StreamWatch<T> {
  /** Before each message; what it throws ends the stream. */
  before(): void;
  /** A message of so many octets is given out. */
  passed(octets: number): void;
  /** Exactly once: with the result when the stream came to its end, without when it was cut off or failed. */
  ended(messages: number, result: T | undefined): void;
}

/**
 * Passes on what a generator yields and tells its watch when it is over. A generator's own `finally` would not run when the
 * stream is given up before its first message, and the place it holds would be lost.
 */
export class WatchedStream<T> implements IterableIterator<Uint8Array, undefined, void> {
  readonly #source: Generator<Uint8Array, T, void>;
  readonly #watch: StreamWatch<T>;
  #messages = 0;
  #over = false;

  constructor(source: Generator<Uint8Array, T, void>, watch: StreamWatch<T>) {
    this.#source = source;
    this.#watch = watch;
  }

  next(): IteratorResult<Uint8Array, undefined> {
    if (this.#over) return { done: true, value: undefined };
    try {
      this.#watch.before();
      const next = this.#source.next();
      if (next.done) {
        this.#end(next.value);
        return { done: true, value: undefined };
      }
      this.#messages++;
      this.#watch.passed(next.value.length);
      return next;
    } catch (error) {
      this.return();
      throw error;
    }
  }

  return(): IteratorResult<Uint8Array, undefined> {
    if (!this.#over) {
      this.#end(undefined);
      this.#source.return(undefined as T);
    }
    return { done: true, value: undefined };
  }

  [Symbol.iterator](): this {
    return this;
  }

  #end(result: T | undefined): void {
    this.#over = true;
    this.#watch.ended(this.#messages, result);
  }
}
