import type { StatusError } from '@zonewire/nameserver';
import { compareSerials, isNewerSerial, isSameOrOlderSerial } from '@zonewire/shared-protocol';
import { SITE, type SiteHead } from '../site/port.ts';
import { movedBack, resumed, steady } from './clock.ts';
import { NO_FACTS, type RefreshFacts } from './facts.ts';
import { factsAfterFailure, factsAfterGoodCheck, factsAfterInstall } from './facts-after.ts';
import { isSatisfied, rememberNotified, strongerWish } from './pending.ts';
import { isExpired, plan } from './plan.ts';
import { askingOrder, failedPrimary, healthyPrimary, ixfrFailedAt, onlyPrimaries, takesIxfr } from './primaries.ts';
import type {
  Checking,
  Held,
  Pending,
  Phase,
  RefreshConfig,
  RefreshEffect,
  RefreshEvent,
  RefreshState,
  RefreshStep,
  Round,
  Transferring,
} from './state.ts';
import { bootstrapInterval, CATCH_UP_TRIES } from './timing.ts';

/**
 * How a secondary keeps one zone fresh (RFC 1034 4.3.5, RFC 1996, RFC 1995). Pure: events in, effects out, times passed in.
 *
 *            due: timer                    newer
 *   idle ───────────────────► checking ──────────────► transferring ──installed──► idle
 *    │  due: NOTIFY from a       │ │ │                    ▲  │   │  IXFR failed, primary there: AXFR from the same one
 *    │  primary, never loaded,   │ │ └─ equal: good ──────│──│───│─────────────► idle
 *    │  retransfer               │ │                      │  │   └─ nothing newer: as the answer to an SOA query
 *    └───────────────────────────│─│──────────────────────┘  │
 *                                │ └─ failed, older ─────────┴─► next primary ──none left──► idle, one failure more
 *
 * - At most one round at a time. What comes in meanwhile waits in `pending` and becomes one round (RFC 1996 4.4), or none when the
 *   round has brought what the NOTIFY spoke of.
 * - A serial that is not newer is never taken, except by `retransfer`. A primary with an older serial does not confirm our copy:
 *   it neither extends expiry nor ends the round.
 * - A transfer that stalls (patience.ts) costs its time once: the next primary is asked; AXFR from the same one where it is the last.
 * - Expiry is `expireAt <= now`, whatever the phase. An expired version is kept: one good check of the same serial revives it.
 * - A node of a site asks the site before any primary, as if it were one: what another node has just learned or fetched is not asked
 *   for again. News of such a round are taken at rest; the site's copy of a version is taken as a NOTIFY of it is.
 * - When to act next is not decided here but derived from the facts: {@link plan}.
 */
export function step(state: RefreshState, event: RefreshEvent, now: number, config: RefreshConfig): RefreshStep {
  if (event.kind === 'set-back') state = setBack(state, event.ms);
  const time = steady(state.facts, now);
  const machine = new Stepping({ ...state, facts: { ...state.facts, asOf: time } }, time, config);
  machine.take(event);
  machine.noticeExpiry();
  return { state: machine.state, effects: machine.effects };
}

function setBack(state: RefreshState, ms: number): RefreshState {
  const catchUp = state.catchUp && { ...state.catchUp, at: Math.max(0, state.catchUp.at - ms) };
  return { ...state, facts: movedBack(state.facts, ms), catchUp };
}

/** The machine as the program starts: what the store has, and nothing else remembered. */
export function start(
  stored: { readonly held?: Held | undefined; readonly facts?: RefreshFacts; readonly firstRoundAt?: number },
  now: number,
  config: RefreshConfig,
): RefreshStep {
  const { held, firstRoundAt } = stored;
  const facts = onlyPrimaries(stored.facts ?? NO_FACTS, config.primaries);
  const state: RefreshState = {
    facts: resumed(facts, now),
    held,
    phase: { kind: 'idle' },
    catchUp: held && firstRoundAt !== undefined ? { at: firstRoundAt, tries: 0 } : undefined,
    told: 'nothing',
  };
  const machine = new Stepping(state, now, config);
  machine.noticeExpiry();
  return { state: machine.state, effects: machine.effects };
}

type Draft = { -readonly [K in keyof RefreshState]: RefreshState[K] };

/** One step: a draft of the state and the effects so far. Lives for one call. */
class Stepping {
  readonly state: Draft;
  readonly effects: RefreshEffect[] = [];
  readonly #now: number;
  readonly #config: RefreshConfig;

  constructor(state: RefreshState, now: number, config: RefreshConfig) {
    this.state = { ...state };
    this.#now = now;
    this.#config = config;
  }

  take(event: RefreshEvent): void {
    const { phase } = this.state;
    switch (event.kind) {
      case 'tick':
        this.#tick();
        break;
      case 'look':
      case 'set-back':
        break;
      case 'notify':
        this.#notify(event.serial, event.primary);
        break;
      case 'refresh':
        this.#want({ cause: 'operator', at: this.#now });
        break;
      case 'retransfer':
        this.#want({ cause: 'retransfer', at: this.#now });
        break;
      case 'configured':
        this.#configured();
        break;
      case 'news':
        this.#news(event.head);
        break;
      default:
        // Answers of a round that is over (stopped, reconfigured) change nothing.
        if (phase.kind === 'idle' || phase.primary !== event.primary) return;
        if (event.kind === 'answered') this.#answered(phase, event);
        else if (event.kind === 'failed') this.#failed(phase, event);
        else if (phase.kind === 'transferring') this.#installed(phase, event);
    }
  }

  noticeExpiry(): void {
    const { held, told } = this.state;
    const tell = held === undefined ? 'nothing' : isExpired(this.state) ? 'expired' : 'serving';
    if (tell === told || tell === 'nothing') return;
    this.state.told = tell;
    // Saved, so that a clock set back while the program is down cannot revive the zone (clock.ts).
    if (tell === 'expired') this.effects.push({ kind: 'expire' }, { kind: 'save' });
    else this.effects.push({ kind: 'serve' });
  }

  #tick(): void {
    const due = plan(this.state, this.#config);
    if (due !== undefined && due.at <= this.#now) this.#beginRound();
  }

  /**
   * RFC 1996 3.7: the SOA in a NOTIFY is a hint that nobody vouches for; it decides whether to ask, never what is true.
   * 3.11: a serial we have already needs no round. It does when we are in trouble: the message proves that the primary is back.
   */
  #notify(serial: number | undefined, primary: string | undefined): void {
    const { held, facts } = this.state;
    if (serial !== undefined) this.state.facts = rememberNotified(facts, held, serial, this.#now);
    const haveIt = serial !== undefined && held !== undefined && isSameOrOlderSerial(serial, held.serial);
    if (haveIt && facts.failures === 0 && !isExpired(this.state)) return;
    this.#want({ cause: 'notify', at: this.#now, serial, primary });
  }

  #want(wish: Pending): void {
    this.state.pending = strongerWish(this.state.pending, wish);
  }

  #configured(): void {
    this.state.facts = onlyPrimaries(this.state.facts, this.#config.primaries);
  }

  #beginRound(): void {
    const { pending, facts } = this.state;
    this.state.pending = undefined;
    const primaries = askingOrder(this.#config.primaries, facts, this.#now, pending?.primary);
    // A person wants to know what the primaries have.
    const asksSite = this.#config.site && (pending === undefined || pending.cause === 'notify');
    const waiting = asksSite ? [SITE, ...primaries] : primaries;
    const notifier = pending?.cause === 'notify' ? pending.primary : undefined;
    this.#askNext({ cause: pending?.cause ?? 'timer', waiting, good: false, notifier });
  }

  /** Asks the next primary of the round that is still configured, or ends it. */
  #askNext(round: Round, error?: StatusError): void {
    const configured = (key: string) => key === SITE || this.#config.primaries.some((primary) => primary.key === key);
    const waiting = round.waiting.filter(configured);
    const [primary, ...rest] = waiting;
    if (primary === undefined) {
      this.#endRound(round, error);
      return;
    }
    const { held, facts } = this.state;
    const next: Round = { ...round, waiting: rest };
    const knowsIxfr = takesIxfr(facts, primary, this.#now);
    if (primary !== SITE && (held === undefined || round.cause === 'retransfer')) this.#transfer(next, primary, 'axfr');
    else if (round.notifier === primary && knowsIxfr)
      this.#transfer(next, primary, 'ixfr', undefined, { isNotified: true });
    else {
      this.state.phase = { kind: 'checking', primary, round: next };
      this.effects.push({ kind: 'check', primary, urgent: isUrgent(next) });
    }
  }

  #transfer(
    round: Round,
    primary: string,
    type: 'ixfr' | 'axfr',
    ixfrError?: StatusError,
    how: { readonly isNotified?: true } = {},
  ): void {
    this.state.phase = { kind: 'transferring', type, primary, round, ixfrError };
    const force = round.cause === 'retransfer';
    this.effects.push({ kind: 'transfer', primary, type, force, urgent: isUrgent(round), ...how });
  }

  #answered(phase: Checking | Transferring, answer: Answered): void {
    const { held } = this.state;
    const { serial, expire } = answer;
    const order = held === undefined ? 1 : compareSerials(serial, held.serial);
    if (phase.primary === SITE) {
      this.#siteAnswered(phase, answer, order);
      return;
    }
    if (held !== undefined && order === 0) {
      this.#confirmed(phase, held, expire);
      return;
    }
    if (order === 1 && phase.kind === 'checking') {
      const type = held !== undefined && takesIxfr(this.state.facts, phase.primary, this.#now) ? 'ixfr' : 'axfr';
      this.#transfer(phase.round, phase.primary, type);
      return;
    }
    const message =
      order === 1
        ? `${phase.primary} answered a transfer with serial ${serial} and without the zone`
        : `${phase.primary} serves serial ${serial}, which is not newer than our ${held?.serial}: not taken; ` +
          'if the primary is right, take its version with "zonewire zone retransfer"';
    const code = order === 1 ? 'transfer-without-zone' : 'primary-serial-older';
    this.#nextPrimary(phase, { at: this.#now, code, message });
  }

  /** What the site knows spares a primary the question when it is newer than what we know, and the site's next round is still to come. */
  #siteAnswered(phase: Checking | Transferring, answer: Answered, order: number | undefined): void {
    const { held, facts } = this.state;
    const { checkedAt = 0, nextAt = 0, expire } = answer;
    if (order === 1) this.#transfer(phase.round, SITE, 'ixfr');
    else if (
      held !== undefined &&
      order === 0 &&
      phase.round.cause === 'timer' &&
      checkedAt > (facts.lastGoodCheckAt ?? 0) &&
      nextAt > this.#now
    )
      this.#confirmed(phase, held, expire, checkedAt);
    else this.#askNext(phase.round);
  }

  /** A newer version that is told of while a round is under way: the round may have asked too early, and its end looks (see {@link #end}). */
  #news(head: SiteHead): void {
    const { phase, held } = this.state;
    if (head.expireAt <= this.#now) return;
    const order = held === undefined ? 1 : compareSerials(head.serial, held.serial);
    if (phase.kind !== 'idle') {
      if (order === 1) this.state.phase = { ...phase, round: { ...phase.round, news: head.serial } };
    } else if (order === 1) this.#askSite();
    else if (held !== undefined && order === 0) this.#siteKnows(head, held);
  }

  /** For what the site has told of, of which the schedule knows nothing. */
  #askSite(): void {
    const primaries = askingOrder(this.#config.primaries, this.state.facts, this.#now);
    this.#askNext({ cause: 'notify', waiting: [SITE, ...primaries], good: false });
  }

  #siteKnows(head: SiteHead, held: Held): void {
    const { facts, pending } = this.state;
    if (head.checkedAt > (facts.lastGoodCheckAt ?? 0)) {
      const expire = Math.floor((head.expireAt - this.#now) / 1000);
      this.state.facts = this.#goodCheck(facts, { held, checkedAt: head.checkedAt, expire });
      this.state.catchUp = undefined;
      // What a NOTIFY asked for has been asked since.
      if (pending?.cause === 'notify' && isSatisfied(pending, head.serial, head.checkedAt))
        this.state.pending = undefined;
      this.effects.push({ kind: 'save' });
    }
    const failedAt = Math.min(this.#now, head.failedAt ?? 0);
    const known = Math.max(facts.lastAttemptAt ?? 0, this.state.facts.lastGoodCheckAt ?? 0);
    if (head.failures === 0 || failedAt <= known) return;
    const { code, message } = head.error ?? {
      code: 'no-primary',
      message: 'no primary helped another node of the site',
    };
    this.state.facts = factsAfterFailure(this.state.facts, head.failures, { at: failedAt, code, message });
    this.effects.push({ kind: 'save' });
  }

  #goodCheck(facts: RefreshFacts, check: Parameters<typeof factsAfterGoodCheck>[1]): RefreshFacts {
    return factsAfterGoodCheck(facts, check, this.#now, this.#config.intervals);
  }

  /** The primary has what we have: the copy is good for another SOA EXPIRE, or for what EXPIRE says. */
  #confirmed(phase: Checking | Transferring, held: Held, expire: number | undefined, checkedAt = this.#now): void {
    const { facts } = this.state;
    const healthy = healthyPrimary(facts, phase.primary);
    // AXFR worked where IXFR had failed, though it brought nothing newer: the next NOTIFY must not cost another whole zone.
    const ixfrError = phase.kind === 'transferring' ? phase.ixfrError : undefined;
    const known = ixfrError === undefined ? healthy : ixfrFailedAt(healthy, phase.primary, ixfrError, this.#now);
    this.state.facts = this.#goodCheck(known, { held, checkedAt, expire });
    const round: Round = { ...phase.round, good: true, source: sourceOf(phase.primary) };
    const promised = facts.lastNotified;
    // A NOTIFY spoke of something newer: another primary may have it already.
    if (promised !== undefined && isNewerSerial(promised.serial, held.serial)) this.#askNext(round);
    else this.#endRound(round);
  }

  #installed(phase: Transferring, event: Extract<RefreshEvent, { kind: 'installed' }>): void {
    let facts = factsAfterInstall(this.state.facts, event, this.#now, this.#config);
    if (phase.ixfrError !== undefined) facts = ixfrFailedAt(facts, phase.primary, phase.ixfrError, this.#now);
    this.state.facts = facts;
    this.state.held = event.held;
    // install.ts has published it; only an edge from here on is news.
    this.state.told = 'serving';
    this.#end({ ...phase.round, source: sourceOf(phase.primary) }, 'installed');
  }

  #failed(phase: Checking | Transferring, event: Extract<RefreshEvent, { kind: 'failed' }>): void {
    const error: StatusError = { at: this.#now, code: event.code, message: event.message };
    if (phase.primary === SITE && event.failure !== 'local') this.#askNext(phase.round);
    else if (event.failure === 'local') this.#endRound({ ...phase.round, good: false }, error);
    else if (
      phase.kind === 'transferring' &&
      phase.type === 'ixfr' &&
      (event.failure === 'refused' || (event.failure === 'stalled' && phase.round.waiting.length === 0))
    )
      this.#transfer(phase.round, phase.primary, 'axfr', error);
    else this.#nextPrimary(phase, error, event.failure === 'stalled');
  }

  #nextPrimary(phase: Checking | Transferring, error: StatusError, hasStalled = false): void {
    this.state.facts = failedPrimary(this.state.facts, phase.primary, error, this.#now, hasStalled);
    this.#askNext(phase.round, error);
  }

  #endRound(round: Round, error?: StatusError): void {
    if (round.good) {
      this.#end(round, 'up-to-date');
      return;
    }
    const { facts } = this.state;
    const none = { at: this.#now, code: 'no-primary', message: 'no primary is configured for the zone' };
    this.state.facts = factsAfterFailure(facts, facts.failures + 1, error ?? none);
    this.#end(round, 'failed');
  }

  #end(round: Round, outcome: 'installed' | 'up-to-date' | 'failed'): void {
    this.state.phase = { kind: 'idle' } satisfies Phase;
    const { pending, held, catchUp } = this.state;
    if (catchUp !== undefined) this.state.catchUp = outcome === 'failed' ? this.#nextTry(catchUp.tries + 1) : undefined;
    const isBrought =
      pending?.serial !== undefined && held !== undefined && isSameOrOlderSerial(pending.serial, held.serial);
    if (pending?.cause === 'notify' && outcome !== 'failed' && isBrought) this.state.pending = undefined;
    this.effects.push({ kind: 'ended', cause: round.cause, outcome, source: round.source });
    // An installed version was stored together with its facts: no second sync on the way of a change.
    if (outcome !== 'installed') this.effects.push({ kind: 'save' });
    if (round.news !== undefined && (held === undefined || isNewerSerial(round.news, held.serial))) this.#askSite();
  }

  #nextTry(tries: number): RefreshState['catchUp'] {
    const { zone, intervals } = this.#config;
    return tries >= CATCH_UP_TRIES ? undefined : { at: this.#now + bootstrapInterval(zone, tries, intervals), tries };
  }
}

type Answered = Extract<RefreshEvent, { kind: 'answered' }>;

function sourceOf(primary: string): 'site' | 'primary' {
  return primary === SITE ? 'site' : 'primary';
}

/** Caused by a change or a person; the others by a timer. */
function isUrgent(round: Round): boolean {
  return round.cause !== 'timer';
}
