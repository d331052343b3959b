import type { RefreshOutcome } from '../events.ts';

type Waiter = (outcome: RefreshOutcome) => void;

/**
 * Who waits for rounds of one zone: those who asked for one, and the schedule, which lets nobody else begin one meanwhile. Zones at rest
 * have none.
 */
export class RoundWaiters {
  #asked: Waiter[] = [];
  #inRound: Waiter[] = [];
  #atRest: (() => void) | undefined;

  /** Nobody waits. */
  get isEmpty(): boolean {
    return this.#asked.length === 0 && this.#inRound.length === 0 && this.#atRest === undefined;
  }

  /** Resolves with what comes of the next round that begins; one under way has perhaps asked too early. */
  outcomeOfNext(): Promise<RefreshOutcome> {
    return new Promise((resolve) => this.#asked.push(resolve));
  }

  /** Resolves when the round under way is over. */
  rest(): Promise<void> {
    return new Promise((resolve) => {
      this.#atRest = resolve;
    });
  }

  roundBegins(): void {
    this.#inRound.push(...this.#asked.splice(0));
  }

  roundEnds(outcome: RefreshOutcome): void {
    for (const resolve of this.#inRound.splice(0)) resolve(outcome);
    this.#atRest?.();
    this.#atRest = undefined;
  }

  /** No round follows any more. */
  stop(outcome: RefreshOutcome): void {
    this.roundBegins();
    this.roundEnds(outcome);
  }
}
