import { setImmediate as turn } from 'node:timers/promises';

/** Work without a turn of the event loop for others, ms: a change that comes just then waits no longer. */
export const TURN_EVERY_MS = 2;

/** Steps, of some µs each, between two looks at the clock, which costs as much as some of them. */
const STEPS = 16;

/** Octets, about, that are written at a time. */
const PIECE = 32_768;

/** Carries `steps` on at once, but with turns for others. */
export async function inTurns<T>(steps: Generator<void, T>): Promise<T> {
  const turns = new Turns();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (turns.isDue()) await turns.take();
  }
}

/** Calls `act` with each, with turns for others. */
export async function eachInTurns<T>(items: Iterable<T>, act: (item: T) => void): Promise<void> {
  const turns = new Turns();
  for (const item of items) {
    act(item);
    if (turns.isDue()) await turns.take();
  }
}

/** A million short lines would be a million writes, and one text of them a long time in which nothing else happens. */
export async function* piecesInTurns(lines: Iterable<string>): AsyncGenerator<string> {
  const turns = new Turns();
  let piece = '';
  for (const line of lines) {
    piece += line;
    if (piece.length >= PIECE) {
      yield piece;
      piece = '';
    }
    if (turns.isDue()) await turns.take();
  }
  if (piece !== '') yield piece;
}

class Turns {
  #steps = 0;
  #began = performance.now();

  /** To be asked after each step. */
  isDue(): boolean {
    return ++this.#steps % STEPS === 0 && performance.now() - this.#began >= TURN_EVERY_MS;
  }

  async take(): Promise<void> {
    await turn();
    this.#began = performance.now();
  }
}
