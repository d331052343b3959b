/**
 * Lets so many pass at once; the others wait in order of arrival. Rounds of timers end in bursts: without it hundreds of commands
 * would stand in Redis and in this process before the one of a change that comes in that moment.
 */
export class Turnstile {
  readonly #waiting: (() => void)[] = [];
  #places: number;

  constructor(places: number) {
    this.#places = places;
  }

  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#places > 0) this.#places--;
    // Whoever leaves hands its place on.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#places++;
      else next();
    }
  }
}
