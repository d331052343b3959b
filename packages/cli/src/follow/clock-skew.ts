/** One question for the time of another clock; ms since the epoch, ours where nothing else is said. */
export interface ClockSample {
  readonly sentAt: number;
  readonly theirs: number;
  readonly receivedAt: number;
}

export interface ClockSkew {
  /** Their clock less ours, ms. */
  readonly ms: number;
  /** It may be off by as much: half of what both ways took at their quickest. */
  readonly uncertainty: number;
}

/** Two clocks part by not more than this: ms per ms. */
const DRIFT = 20e-6;
/** Times come in whole ms. */
const RESOLUTION = 1;

interface Bound {
  readonly ms: number;
  readonly at: number;
}

/**
 * Nothing arrives before it was sent: their time less ours when we asked is not below the skew, their time less ours when the answer came
 * not above it. The tightest of each stays, from whichever answer: on a crowded way, or beside a machine busy with its start, it is enough
 * that each direction was free once. What is old is worth less, since clocks drift; bounds that cross show that a clock was set.
 */
export class ClockComparison {
  #atMost: Bound | undefined;
  #atLeast: Bound | undefined;
  #at = 0;

  /** @returns the best that is known now; undefined: nothing yet. */
  add(samples: readonly ClockSample[]): ClockSkew | undefined {
    for (const sample of samples) this.#add(sample);
    if (this.#atMost === undefined || this.#atLeast === undefined) return undefined;
    const [high, low] = [highest(this.#atMost, this.#at), lowest(this.#atLeast, this.#at)];
    return { ms: (high + low) / 2, uncertainty: Math.max(0, high - low) / 2 };
  }

  #add({ sentAt, theirs, receivedAt: at }: ClockSample): void {
    // Our own clock was set in between.
    if (at < sentAt) return;
    this.#at = at;
    const atMost = { ms: theirs - sentAt, at };
    const atLeast = { ms: theirs - at, at };
    if (this.#atMost === undefined || atMost.ms <= highest(this.#atMost, at)) this.#atMost = atMost;
    if (this.#atLeast === undefined || atLeast.ms >= lowest(this.#atLeast, at)) this.#atLeast = atLeast;
    if (lowest(this.#atLeast, at) - highest(this.#atMost, at) <= RESOLUTION) return;
    this.#atMost = atMost;
    this.#atLeast = atLeast;
  }
}

/** What such a bound says at `now`. */
function highest({ ms, at }: Bound, now: number): number {
  return ms + Math.abs(now - at) * DRIFT;
}

function lowest({ ms, at }: Bound, now: number): number {
  return ms - Math.abs(now - at) * DRIFT;
}
