import type { Draft } from './state.ts';
import { NOTIFY_OUT, probeDelay, probeDelayAfterTransfer, probeDelayAmongMany, SLOW_PROBE_STEP } from './timing.ts';

/** When the notify machine asks next. `now` in ms since the epoch. */

/** How quick the target is, is known better than at the acknowledgement; once it has been asked, a third of the wait counts. */
export function expectLater(draft: Draft, wait: number | undefined, now: number): void {
  const { amongManySince, probeStep, fetchedAt, probing, notifying, notifyAt } = draft;
  if (amongManySince === undefined || fetchedAt !== undefined || wait === undefined || wait <= probeDelay(0)) return;
  if (notifyAt !== undefined && notifying === undefined && draft.acknowledgedAt !== undefined)
    draft.notifyAt = Math.max(notifyAt, now + Math.min(2 * wait, NOTIFY_OUT.slowest));
  if (probeStep === 0 && !probing) draft.probeAt = Math.max(draft.probeAt ?? now, now + wait);
}

/** Only where the next probe is far away: the quick ones see it without being told. */
export function fetched(draft: Draft, serial: number, now: number): void {
  const isFar = draft.amongManySince !== undefined || draft.probeStep >= SLOW_PROBE_STEP;
  if (serial !== draft.serial || draft.phase === 'in-sync' || draft.phase === 'ahead' || draft.probing || !isFar)
    return;
  draft.fetchedAt = now;
  if (draft.notifyAt !== undefined) draft.notifyAt = Math.max(draft.notifyAt, now + NOTIFY_OUT.acknowledgedPause);
  const since = now - (draft.amongManySince ?? draft.sentAt ?? now);
  draft.probeAt = Math.min(draft.probeAt ?? Number.POSITIVE_INFINITY, now + probeDelayAfterTransfer(since));
}

export function probeFrom(draft: Draft, probeStep: number, now: number): void {
  draft.probeStep = probeStep;
  draft.probeAt = now + probeDelay(probeStep);
}

export function nextProbe(draft: Draft, now: number): void {
  draft.probeStep++;
  const { probeStep, amongManySince } = draft;
  const delay =
    amongManySince === undefined ? probeDelay(probeStep) : probeDelayAmongMany(probeStep, now - amongManySince);
  draft.probeAt = now + delay;
  // It has said that it knows, and is busy: asked twice before it is told again.
  if (amongManySince !== undefined && draft.notifyAt !== undefined && draft.acknowledgedAt !== undefined)
    draft.notifyAt = Math.max(draft.notifyAt, now + Math.min(2 * delay, NOTIFY_OUT.slowest));
}
