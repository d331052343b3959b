/** One question for the time of another clock; ms since the epoch, ours where nothing else is said. */
export interface ClockSample {
  readonly sentAt: number;
  readonly theirs: number;
  readonly receivedAt: number;
}

export interface ClockSkew {
  /** Their clock less ours, ms. */
  readonly ms: number;
  /** It may be off by as much: half of the round trip. */
  readonly uncertainty: number;
}

/** From the quickest of the answers: the less time on the way, the less it can be off. Undefined without any that can be. */
export function clockSkew(samples: readonly ClockSample[]): ClockSkew | undefined {
  let best: ClockSkew | undefined;
  for (const { sentAt, theirs, receivedAt } of samples) {
    const roundTrip = receivedAt - sentAt;
    // Our own clock was set in between.
    if (roundTrip < 0) continue;
    const skew = { ms: theirs - (sentAt + roundTrip / 2), uncertainty: roundTrip / 2 };
    if (best === undefined || skew.uncertainty < best.uncertainty) best = skew;
  }
  return best;
}

/** Two clocks part by not more than this: ms per ms. */
const DRIFT = 50e-6;
/** Times come in whole ms. */
const RESOLUTION = 1;

/**
 * Measured again and again, the clocks are known as well as at the best of all times: a machine that was busy with its start, or a way that was
 * crowded, is found out by a quicker answer later. What is old is worth less, since clocks drift; what contradicts it shows that one was set.
 */
export class ClockComparison {
  #best: (ClockSkew & { readonly at: number }) | undefined;

  /** @returns the best that is known now; undefined: nothing yet. */
  add(samples: readonly ClockSample[]): ClockSkew | undefined {
    const fresh = clockSkew(samples);
    const at = samples.at(-1)?.receivedAt ?? 0;
    if (fresh !== undefined && !this.#isWorse(fresh, at)) this.#best = { ...fresh, at };
    return this.#best;
  }

  #isWorse(fresh: ClockSkew, at: number): boolean {
    if (this.#best === undefined) return false;
    const grown = this.#best.uncertainty + Math.abs(at - this.#best.at) * DRIFT;
    const contradicts = Math.abs(fresh.ms - this.#best.ms) > fresh.uncertainty + grown + RESOLUTION;
    return !contradicts && grown < fresh.uncertainty;
  }
}
