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
