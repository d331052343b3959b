import { compareSerials } from '@zonewire/shared-protocol';
import { heldByAll, nodesAfter } from './nodes.ts';
import { expectLater, fetched, nextProbe, probeFrom } from './probe-times.ts';
import type { Draft, NotifyEffect, NotifyEvent, NotifyState, NotifyStep } from './state.ts';
import {
  NOTIFY_OUT,
  notifyRetryDelay,
  probeDelay,
  probeTimeout,
  SILENT_IS_UNREACHABLE,
  SLOW_PROBE_STEP,
} from './timing.ts';

/** A target about which nothing is known yet (start of the program, new target): it is asked before it is told. */
export function startNotify(serial: number, addresses: number, spread: number, now: number): NotifyStep {
  return step(
    {
      serial,
      phase: 'unknown',
      nodes: [],
      address: 0,
      addresses,
      spread,
      attempts: 0,
      probing: false,
      probeAt: now,
      probeStep: SLOW_PROBE_STEP,
      silent: 0,
    },
    { kind: 'tick' },
    now,
  );
}

/** When `step` wants its next `tick`, ms since the epoch; undefined while it only waits for answers. */
export function wakeAt(state: NotifyState): number | undefined {
  const notify = state.notifying === undefined ? state.notifyAt : undefined;
  const probe = state.probing ? undefined : state.probeAt;
  if (notify === undefined) return probe;
  return probe === undefined ? notify : Math.min(notify, probe);
}

export function step(state: NotifyState, event: NotifyEvent, now: number): NotifyStep {
  const draft: Draft = { ...state };
  const effects: NotifyEffect[] = [];
  switch (event.kind) {
    case 'commit':
      want(draft, event.serial, now);
      draft.isFresh = true;
      break;
    case 'foretell':
      foretell(draft, event.serial, now, effects);
      break;
    case 'notify-now':
      draft.attempts = 0;
      draft.isFresh = true;
      draft.notifyAt = earliestNotify(draft, now);
      break;
    case 'tick':
      expectLater(draft, event.wait, now);
      break;
    case 'notify-leaves':
      notifyLeaves(draft, now);
      break;
    case 'unreachable':
      draft.silent = Math.max(draft.silent, SILENT_IS_UNREACHABLE);
      draft.lastError = event.reason;
      break;
    case 'reachable':
      reachable(draft, now);
      break;
    case 'other-node':
      // Behind or ahead it is asked soon anyway, and a probe under way tells of the nodes that are known by then.
      if (draft.phase === 'in-sync' && !draft.probing) draft.probeAt = now;
      break;
    case 'notify-acknowledged':
      acknowledged(draft, event, now);
      break;
    case 'fetched':
      fetched(draft, event.serial, now);
      break;
    case 'notify-failed':
      notifyFailed(draft, event, now);
      break;
    case 'probe-answered':
      probeAnswered(draft, event, now, effects);
      break;
    case 'probe-failed':
      probeFailed(draft, event, now);
      break;
  }
  sendWhatIsDue(draft, now, effects);
  return { state: draft, effects };
}

/** A newer serial supersedes: whatever was still to be told of the older one is not needed any more. */
function want(draft: Draft, serial: number, now: number): void {
  draft.serial = serial;
  draft.phase = 'behind';
  draft.isFresh = undefined;
  const isTold = draft.foretold === serial;
  if (!isTold) draft.foretold = undefined;
  draft.attempts = isTold ? 1 : 0;
  draft.notifyAt = isTold ? now + notifyRetryDelay(1) : earliestNotify(draft, now);
  alone(draft);
}

/** Only who has all that is served, and with nothing under way: then nothing else is to be told. */
function foretell(draft: Draft, serial: number, now: number, effects: NotifyEffect[]): void {
  if (draft.phase !== 'in-sync' || draft.notifying !== undefined || earliestNotify(draft, now) > now) return;
  draft.sentAt = now;
  draft.notifying = serial;
  draft.foretold = serial;
  effects.push({ kind: 'notify', serial, address: draft.address, timeout: notifyRetryDelay(1), urgent: true });
}

/** It is not one of many, as long as nothing says so. */
function alone(draft: Draft): void {
  draft.amongManySince = undefined;
  draft.fetchedAt = undefined;
}

/** At once when the last NOTIFY is long ago; else so that a burst of commits is told by few of them. */
function earliestNotify(draft: Draft, now: number): number {
  if (draft.sentAt === undefined || draft.sentAt > now) return now; // the clock may have been set back
  return Math.max(now, draft.sentAt + NOTIFY_OUT.minInterval);
}

/** The time until the next one counts from here: else it would be due with the acknowledgement. */
function notifyLeaves(draft: Draft, now: number): void {
  if (draft.notifying === undefined) return;
  draft.notifying = draft.serial;
  draft.attempts = Math.max(1, draft.attempts);
  draft.sentAt = now;
  if (draft.notifyAt !== undefined) draft.notifyAt = now + notifyRetryDelay(draft.attempts);
}

/** What waits for its time is due, for the pauses were for a target that does not answer; unless it has answered this zone meanwhile. */
function reachable(draft: Draft, now: number): void {
  if (draft.silent === 0 || draft.phase === 'ahead') return;
  if (draft.notifyAt !== undefined && draft.notifying === undefined) {
    draft.attempts = 0;
    draft.notifyAt = earliestNotify(draft, now);
  }
  if (draft.notifyAt === undefined && !draft.probing) draft.probeAt = now;
}

function acknowledged(
  draft: Draft,
  { serial, wait = 0 }: NotifyEvent & { kind: 'notify-acknowledged' },
  now: number,
): void {
  draft.notifying = undefined;
  // It knows: told again while it is at it, some fetch twice.
  // Should it have asked before the version was served, it is to be told once more.
  const least = draft.foretold === serial ? 0 : NOTIFY_OUT.acknowledgedPause;
  const pause = Math.min(Math.max(least, 2 * wait), NOTIFY_OUT.slowest);
  // It was not served after all.
  if (draft.foretold !== draft.serial) draft.foretold = undefined;
  if (serial === draft.serial && draft.notifyAt !== undefined) draft.notifyAt = Math.max(draft.notifyAt, now + pause);
  draft.acknowledgedAt = now;
  draft.silent = 0;
  draft.lastError = undefined;
  // Told once more, it is where it was in the target's line.
  if (draft.amongManySince !== undefined && draft.amongManySince <= now) return;
  probeFrom(draft, 0, now);
  if (draft.phase !== 'behind' || wait <= probeDelay(0)) return;
  draft.amongManySince = now;
  draft.probeAt = now + wait;
}

function notifyFailed(draft: Draft, event: NotifyEvent & { kind: 'notify-failed' }, now: number): void {
  draft.notifying = undefined;
  draft.lastError = event.reason;
  if (event.cause === 'silence') draft.silent++;
  else draft.silent = 0;
  draft.address = (draft.address + 1) % draft.addresses;
  if (event.serial !== draft.serial) return; // superseded while under way: notifyAt already speaks of the newer serial
  // RFC 1996 3.12: NOTIMP ends the transaction for that secondary. It is still watched: its own refresh will bring the zone.
  if (event.cause === 'not-implemented') draft.notifyAt = undefined;
  // It may well follow us without listening to NOTIFY.
  if (draft.probeAt === undefined || draft.probeAt > now + NOTIFY_OUT.slowest) probeFrom(draft, SLOW_PROBE_STEP, now);
}

function probeAnswered(
  draft: Draft,
  answer: NotifyEvent & { kind: 'probe-answered' },
  now: number,
  effects: NotifyEffect[],
): void {
  draft.nodes = nodesAfter(draft.nodes, { ...answer, at: now });
  const serial = heldByAll(draft.nodes, answer.serial, draft.serial);
  draft.probing = false;
  draft.silent = 0;
  if (serial === undefined) {
    // This node has it, and there is another that has not said what it has.
    nextProbe(draft, now);
    draft.probeAt = Math.min(draft.probeAt ?? now, now + NOTIFY_OUT.otherNode);
    return;
  }
  const progress = draft.seen?.serial !== serial;
  if (progress) draft.seen = { serial, at: now };
  const order = compareSerials(serial, draft.serial);
  if (order === 0) {
    if (draft.phase !== 'in-sync' && progress) effects.push({ kind: 'confirmed', serial });
    draft.phase = 'in-sync';
    draft.foretold = undefined;
    draft.notifyAt = undefined;
    draft.attempts = 0;
    draft.lastError = undefined;
    alone(draft);
    draft.probeAt =
      now + (answer.isNew ? NOTIFY_OUT.otherNode : NOTIFY_OUT.recheckInterval * (0.75 + draft.spread / 2));
  } else if (order === -1) {
    // Was thought to be fine, or not known: it starts again from nothing, or was down while we changed.
    if (draft.phase !== 'behind') want(draft, draft.serial, now);
    if (progress && draft.acknowledgedAt !== undefined && draft.amongManySince === undefined) probeFrom(draft, 0, now);
    else nextProbe(draft, now);
    // Another node has it: this one is seen when chance leads there, which takes many questions.
    if (answer.serial === draft.serial) draft.probeAt = Math.min(draft.probeAt ?? now, now + NOTIFY_OUT.otherNode);
  } else {
    draft.phase = 'ahead';
    alone(draft);
    draft.notifyAt = undefined;
    draft.lastError = `it answers with serial ${serial}, which is not older than our ${draft.serial}: it follows somebody else, or our serial went back`;
    draft.probeAt = now + NOTIFY_OUT.slowest;
  }
}

function probeFailed(draft: Draft, event: NotifyEvent & { kind: 'probe-failed' }, now: number): void {
  draft.probing = false;
  draft.lastError = event.reason;
  if (event.cause === 'silence') {
    draft.silent++;
    draft.address = (draft.address + 1) % draft.addresses;
  } else {
    draft.silent = 0;
  }
  // Nothing is known and it does not say: tell it.
  const isUnknown = draft.phase === 'unknown';
  if (isUnknown) want(draft, draft.serial, now);
  if (isUnknown && event.wait !== undefined && event.wait > probeDelay(0)) {
    // It is about to load what it has just been configured with, or has lost: it needs no NOTIFY for that, and no question meanwhile.
    draft.amongManySince = now;
    draft.probeStep = 0;
    draft.probeAt = now + event.wait;
    draft.notifyAt = now + Math.min(2 * event.wait, NOTIFY_OUT.byItself);
    return;
  }
  if (draft.phase === 'in-sync' && draft.probeStep < SLOW_PROBE_STEP) draft.probeStep = SLOW_PROBE_STEP;
  nextProbe(draft, now);
  if (draft.silent === 1) draft.probeAt = Math.min(draft.probeAt ?? now, now + NOTIFY_OUT.doubtDelay);
}

/** A time further away than any we ever set means that the clock was set back: due. */
function isDue(at: number | undefined, longest: number, now: number): boolean {
  return at !== undefined && (at <= now || at > now + longest);
}

function sendWhatIsDue(draft: Draft, now: number, effects: NotifyEffect[]): void {
  if (draft.notifying === undefined && isDue(draft.notifyAt, NOTIFY_OUT.slowest, now)) {
    draft.attempts++;
    draft.sentAt = now;
    draft.notifying = draft.serial;
    draft.foretold = undefined;
    const delay = notifyRetryDelay(draft.attempts);
    // Not cleared by the acknowledgement: only a probe that sees the serial ends the retries.
    draft.notifyAt = now + delay;
    const timeout = Math.min(delay, NOTIFY_OUT.notifyTimeout);
    const urgent = draft.isFresh === true;
    effects.push({ kind: 'notify', serial: draft.serial, address: draft.address, timeout, urgent });
  }
  if (!draft.probing && isDue(draft.probeAt, 2 * NOTIFY_OUT.recheckInterval, now)) {
    draft.probing = true;
    const urgent = draft.isFresh === true && draft.phase === 'behind' && draft.probeStep < SLOW_PROBE_STEP;
    const timeout = probeTimeout(draft.amongManySince === undefined ? draft.probeStep : SLOW_PROBE_STEP);
    const doubt = draft.silent === 1 ? Math.min(timeout, NOTIFY_OUT.doubtTimeout) : timeout;
    effects.push({ kind: 'probe', address: draft.address, timeout: doubt, urgent });
  }
}
