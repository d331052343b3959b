/** Which zones, and which pairs of zone and secondary, have samples of their own: all, those that are not well, none (BIND's words). */
export type ZoneMetrics = 'full' | 'terse' | 'none';

/** Most that have samples of their own unless the operator wants all, whatever it takes. */
export const MAX_OWN = 10_000;

/** Decides for one after the other of so many. Nothing chosen: all of them while they are few, else those that are not well. */
export class OwnSamples {
  readonly detail: ZoneMetrics;
  /** What has none because there are too many. */
  leftOut = 0;
  readonly #chosen: ZoneMetrics | undefined;
  readonly #max: number;
  #shown = 0;

  constructor(chosen: ZoneMetrics | undefined, count: number, max = MAX_OWN) {
    this.#chosen = chosen;
    this.#max = max;
    this.detail = chosen ?? (count > max ? 'terse' : 'full');
  }

  /** Whether the next one has samples of its own. */
  takes(isWell: boolean): boolean {
    const isWanted = this.detail === 'full' || (this.detail === 'terse' && !isWell);
    if (isWanted && (this.#chosen === 'full' || this.#shown < this.#max)) {
      this.#shown++;
      return true;
    }
    if (isWanted || this.#chosen === undefined) this.leftOut++;
    return false;
  }

  /** `count` are well, and need not be looked at one by one. */
  passesOver(count: number): void {
    if (this.#chosen === undefined) this.leftOut += count;
  }
}
