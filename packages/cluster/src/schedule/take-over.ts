/** How long after a plan's time its node begins by itself what Redis has not handed out, ms. */
export interface TakeOver {
  /** For rounds of timers, at most; less when the plan itself is shorter ahead: half of that, at least `timerLeast`. */
  readonly timer: number;
  readonly timerLeast: number;
  /** For what a NOTIFY or a person has caused: Redis takes a few ms, or it is in trouble. */
  readonly change: number;
}

export const DEFAULT_TAKE_OVER: TakeOver = { timer: 10_000, timerLeast: 500, change: 250 };

/**
 * How long after its time the watch of a plan fires. A zone with short SOA timers is watched as closely as they are short:
 * with RETRY of 1 s a lost job may not cost 10 s. What stands in a queue that moves is looked at again after twice as long. `ahead`: ms from the moment of planning to the plan's time.
 */
export function graceOf(ahead: number, change: boolean, isFirst: boolean, takeOver: TakeOver): number {
  if (change) return takeOver.change;
  // A zone that was never loaded answers nothing: its job may stand at a node that has it and knows no reason for a round.
  if (isFirst) return Math.min(takeOver.timer, 2 * takeOver.timerLeast);
  return ahead <= 0 ? takeOver.timer : Math.min(takeOver.timer, Math.max(takeOver.timerLeast, ahead / 2));
}
