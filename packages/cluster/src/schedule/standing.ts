/** Where a zone's job is in Redis, read when its time has passed and nobody has been handed it. */
export interface Standing {
  /** BullMQ's states; `unknown`: in none of its lists, or Redis did not say. */
  readonly state: string;
  /** Whose lock it has. gone: a node's that does not live any more; the lock runs out within half a minute. */
  readonly holder?: 'self' | 'other' | 'gone';
}

/**
 * Nobody will ever hand it out: a script of BullMQ was refused half-way (Redis full), after it had taken the job from one list and before it
 * put it into the next; or it is in the list of active jobs, and locked by nobody, by a node that is gone, or by us who do not run it.
 * Of the last kind BullMQ's check for stalled jobs finds some, after a minute; of the first kind none.
 */
export function isAstray({ state, holder }: Standing): boolean {
  return holder !== 'other' && (state === 'unknown' || state === 'active');
}

/** Whether somebody will do it, so that its watch may wait. A change waits for nobody's queue. */
export function isInGoodHands({ state, holder }: Standing, change: boolean, queueMoves: boolean): boolean {
  if (state === 'active') return holder === 'other';
  return !change && queueMoves && (state === 'waiting' || state === 'prioritized');
}
