import { compareSerials } from '@zonewire/shared-protocol';
import { heldByAll, type NodeSeen, nodesAfter } from './nodes.ts';
import {
  NOTIFY_OUT,
  notifyRetryDelay,
  probeDelay,
  probeDelayAfterTransfer,
  probeDelayAmongMany,
  probeTimeout,
  SILENT_IS_UNREACHABLE,
  SLOW_PROBE_STEP,
} from './timing.ts';

/**
 * One zone at one target of NOTIFY (RFC 1996), from a commit until the target is *seen to answer* with its serial:
 * an acknowledgement says that the NOTIFY arrived, not that the zone did. Pure: events in, effects out, times in ms.
 *
 * Two tracks run side by side, each with at most one message under way:
 *
 *   NOTIFY   commit ─► send ─► 0.5, 1, 2, 4, 8, 30, 30 … s (2 s at least once acknowledged) ─► send again, until a probe has seen the serial
 *   probe    acknowledged ─► SOA query after 3, 2, 2, 2, 3, 4, 6 … ms ─► … ─► 30 s, until it has; then a rare re-check;
 *            where the target has many to load: when it can be expected to be there, or has been fetched
 *
 *   unknown ──probe: our serial──► in-sync ──commit──► behind ──probe: our serial──► in-sync
 *      └─────probe: older, or no answer─► NOTIFY ──────►┘        └──probe: newer──► ahead (an error to be shown)
 */
export interface NotifyState {
  /** The serial that the target should answer with. */
  readonly serial: number;
  readonly phase: 'unknown' | 'behind' | 'in-sync' | 'ahead';
  /**
   * What it was last seen to answer with, and when that serial was first seen; where several nodes answer at the address, what the one has
   * that is furthest behind.
   */
  readonly seen?: { readonly serial: number; readonly at: number };
  /** Nodes behind the address; empty where it does not say (NSID). */
  readonly nodes: readonly NodeSeen[];
  /** Index into the target's addresses; `addresses` is their number. */
  readonly address: number;
  readonly addresses: number;
  /** 0 to 1, fixed for the target: spreads the re-checks of thousands of zones over time. */
  readonly spread: number;
  readonly acknowledgedAt?: number;
  /** NOTIFYs sent for `serial`. */
  readonly attempts: number;
  readonly sentAt?: number;
  /** The serial of the NOTIFY under way. */
  readonly notifying?: number;
  /** When the next NOTIFY is due; absent when none is needed. */
  readonly notifyAt?: number;
  readonly probing: boolean;
  readonly probeAt?: number;
  readonly probeStep: number;
  /** One of many that the target has to load: since when (its acknowledgement). It is asked when it can be expected, not by the quick schedule. */
  readonly amongManySince?: number;
  /** When the target had fetched `serial` here, one of many. */
  readonly fetchedAt?: number;
  /** Exchanges in a row (of either kind) that got no answer at all. */
  readonly silent: number;
  readonly lastError?: string;
}

export type NotifyEvent =
  /** A new serial is published here and must arrive there. */
  | { readonly kind: 'commit'; readonly serial: number }
  /** An operator asks for a NOTIFY now, whatever is known of the target. */
  | { readonly kind: 'notify-now' }
  /** `wait`: as in `notify-acknowledged`, from now. */
  | { readonly kind: 'tick'; readonly wait?: number }
  /** The NOTIFY had to wait for its turn and leaves now, with the newest serial. */
  | { readonly kind: 'notify-leaves' }
  /** Exchanges for other zones have found out that nothing answers there, or that something does again. */
  | { readonly kind: 'unreachable'; readonly reason: string }
  | { readonly kind: 'reachable' }
  /** `wait`: ms until it can be expected there, more than a moment when the target has many others to load. */
  | { readonly kind: 'notify-acknowledged'; readonly serial: number; readonly wait?: number }
  /** A transfer of this serial to the target has come to its end. */
  | { readonly kind: 'fetched'; readonly serial: number }
  | {
      readonly kind: 'notify-failed';
      readonly serial: number;
      readonly cause: 'silence' | 'refused' | 'not-implemented';
      readonly reason: string;
      /** Not just silence: the kernel says that nobody is there. */
      readonly nobody?: true;
    }
  | {
      readonly kind: 'probe-answered';
      readonly serial: number;
      /** Which node behind the address answered (NSID, RFC 5001), as {@link readNsid} shows it. */
      readonly node?: string | undefined;
      /** All nodes behind the address, by answers for whatever zone; and whether there were too few of them yet to know. */
      readonly there?: readonly string[] | undefined;
      readonly isNew?: boolean | undefined;
      /** What it says that its answer is made of (ZONEVERSION, RFC 9660). */
      readonly zoneVersion?: number | undefined;
      /** Seconds until the zone expires there, by its own word (EXPIRE, RFC 7314). */
      readonly expireIn?: number | undefined;
    }
  | {
      readonly kind: 'probe-failed';
      readonly cause: 'silence' | 'refused';
      readonly reason: string;
      /** As in `notify-acknowledged`: it answers for none of many zones yet, so it is probably loading them. */
      readonly wait?: number;
      readonly nobody?: true;
    };

export type NotifyEffect =
  | { readonly kind: 'notify'; readonly serial: number; readonly address: number; readonly timeout: number }
  /** `urgent`: follows a change; the others follow a timer and may wait. */
  | { readonly kind: 'probe'; readonly address: number; readonly timeout: number; readonly urgent: boolean }
  /** Seen for the first time to answer with this serial, which is the wanted one. */
  | { readonly kind: 'confirmed'; readonly serial: number };

export interface NotifyStep {
  readonly state: NotifyState;
  readonly effects: readonly NotifyEffect[];
}

/** Mutable while a step is made, frozen by the type afterwards. */
type Draft = { -readonly [K in keyof NotifyState]: NotifyState[K] };

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
      break;
    case 'notify-now':
      draft.attempts = 0;
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
  draft.attempts = 0;
  draft.notifyAt = earliestNotify(draft, now);
  alone(draft);
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
  const pause = Math.min(Math.max(NOTIFY_OUT.acknowledgedPause, 2 * wait), NOTIFY_OUT.slowest);
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

/** How quick the target is, is known better than at the acknowledgement; once it has been asked, a third of the wait counts. */
function expectLater(draft: Draft, wait: number | undefined, now: number): void {
  const { amongManySince, probeStep, fetchedAt, probing, notifying, notifyAt } = draft;
  if (amongManySince === undefined || fetchedAt !== undefined || wait === undefined || wait <= probeDelay(0)) return;
  if (notifyAt !== undefined && notifying === undefined && draft.acknowledgedAt !== undefined)
    draft.notifyAt = Math.max(notifyAt, now + Math.min(2 * wait, NOTIFY_OUT.slowest));
  if (probeStep === 0 && !probing) draft.probeAt = Math.max(draft.probeAt ?? now, now + wait);
}

/** Only where the next probe is far away: the quick ones see it without being told. */
function fetched(draft: Draft, serial: number, now: number): void {
  const isFar = draft.amongManySince !== undefined || draft.probeStep >= SLOW_PROBE_STEP;
  if (serial !== draft.serial || draft.phase === 'in-sync' || draft.phase === 'ahead' || draft.probing || !isFar)
    return;
  draft.fetchedAt = now;
  if (draft.notifyAt !== undefined) draft.notifyAt = Math.max(draft.notifyAt, now + NOTIFY_OUT.acknowledgedPause);
  const since = now - (draft.amongManySince ?? draft.sentAt ?? now);
  draft.probeAt = Math.min(draft.probeAt ?? Number.POSITIVE_INFINITY, now + probeDelayAfterTransfer(since));
}

function probeFrom(draft: Draft, probeStep: number, now: number): void {
  draft.probeStep = probeStep;
  draft.probeAt = now + probeDelay(probeStep);
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

function nextProbe(draft: Draft, now: number): void {
  draft.probeStep++;
  const { probeStep, amongManySince } = draft;
  const delay =
    amongManySince === undefined ? probeDelay(probeStep) : probeDelayAmongMany(probeStep, now - amongManySince);
  draft.probeAt = now + delay;
  // It has said that it knows, and is busy: asked twice before it is told again.
  if (amongManySince !== undefined && draft.notifyAt !== undefined && draft.acknowledgedAt !== undefined)
    draft.notifyAt = Math.max(draft.notifyAt, now + Math.min(2 * delay, NOTIFY_OUT.slowest));
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
    const delay = notifyRetryDelay(draft.attempts);
    // Not cleared by the acknowledgement: only a probe that sees the serial ends the retries.
    draft.notifyAt = now + delay;
    const timeout = Math.min(delay, NOTIFY_OUT.notifyTimeout);
    effects.push({ kind: 'notify', serial: draft.serial, address: draft.address, timeout });
  }
  if (!draft.probing && isDue(draft.probeAt, 2 * NOTIFY_OUT.recheckInterval, now)) {
    draft.probing = true;
    const urgent = draft.phase === 'behind' && draft.probeStep < SLOW_PROBE_STEP;
    const timeout = probeTimeout(draft.amongManySince === undefined ? draft.probeStep : SLOW_PROBE_STEP);
    const doubt = draft.silent === 1 ? Math.min(timeout, NOTIFY_OUT.doubtTimeout) : timeout;
    effects.push({ kind: 'probe', address: draft.address, timeout: doubt, urgent });
  }
}
