import { setImmediate as turn } from 'node:timers/promises';

/** Work without a turn of the event loop for others, ms: a change that comes just then waits no longer. */
export const TURN_EVERY_MS = 3;

/** Octets, about, that are written at a time. */
const PIECE = 32_768;

/** Carries `steps` on at once, but with turns for others. */
export async function inTurns<T>(steps: Generator<void, T>): Promise<T> {
  let began = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() - began < TURN_EVERY_MS) continue;
    await turn();
    began = performance.now();
  }
}

/** A million short lines would be a million writes, and one long one a long time in which nothing else happens. */
export async function* piecesInTurns(lines: Iterable<string>): AsyncGenerator<string> {
  let began = performance.now();
  let piece = '';
  for (const line of lines) {
    piece += line;
    if (piece.length >= PIECE) {
      yield piece;
      piece = '';
    }
    if (performance.now() - began < TURN_EVERY_MS) continue;
    await turn();
    began = performance.now();
  }
  if (piece !== '') yield piece;
}
