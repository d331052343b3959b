import type { Clock, TimerHandle } from '@zonewire/nameserver';
import { type Alert, type AlertKind, alertKind, alertOf, type HealthEvent } from './alert.ts';

export interface SettlingOptions {
  readonly clock: Clock;
  /** What is wanted; other states are neither told nor recovered from. */
  readonly on: ReadonlySet<AlertKind>;
  /** ms that a state which may flap has to last before it is told. */
  readonly hold: number;
  /** Pairs of zone and secondary that are remembered; beyond it an alert is told without a recovery to come. */
  readonly maxTold?: number;
  readonly tell: (alert: Alert) => void;
}

/** Told at once: they do not come and go, and an hour is dear. */
const AT_ONCE: ReadonlySet<AlertKind> = new Set(['expiring', 'expired', 'diverged']);
const DEFAULT_MAX_TOLD = 200_000;

interface Pending {
  readonly kind: AlertKind;
  readonly event: HealthEvent;
  readonly dueAt: number;
}

/**
 * Makes of every change of health what somebody wants to be woken for. A zone at a secondary is in one of three:
 *
 *     well ──bad, for `hold`──► told ──in sync, for `hold`──► well (recovered)
 *       └─ back before that: nothing        └─ another bad state, for `hold`: told of that; back before it: nothing
 */
export class Settling {
  readonly #options: SettlingOptions;
  readonly #told = new Map<string, AlertKind>();
  /** In the order they came, which is the order they are due: each waits equally long. */
  readonly #pending = new Map<string, Pending>();
  #timer: TimerHandle | undefined;

  constructor(options: SettlingOptions) {
    this.#options = options;
  }

  /** What was told and is not over yet, and what may be told soon. */
  get sizes(): { readonly told: number; readonly pending: number } {
    return { told: this.#told.size, pending: this.#pending.size };
  }

  health(event: HealthEvent): void {
    const key = `${event.zone} ${event.secondary}`;
    const { hold, clock } = this.#options;
    const kind = alertKind(event.to.state);
    const waiting = this.#pending.get(key);
    if (waiting !== undefined && waiting.kind !== kind) this.#pending.delete(key);
    if (kind !== undefined && this.#isNews(kind, this.#told.get(key), event)) {
      if (AT_ONCE.has(kind)) this.#tell(key, kind, event);
      else if (waiting?.kind !== kind) this.#pending.set(key, { kind, event, dueAt: clock.now() + hold });
    }
    this.#plan();
  }

  #isNews(kind: AlertKind, told: AlertKind | undefined, { from }: HealthEvent): boolean {
    if (kind === 'recovered') return told !== undefined;
    // The same state again is a new degree of it: 75 % of the way to the expiry.
    const worse = kind === 'expiring' && from === 'expiring';
    return this.#options.on.has(kind) && (told !== kind || worse);
  }

  stop(): void {
    this.#pending.clear();
    this.#plan();
  }

  #tell(key: string, kind: AlertKind, event: HealthEvent): void {
    const { on, tell, maxTold = DEFAULT_MAX_TOLD } = this.#options;
    if (kind === 'recovered') this.#told.delete(key);
    else if (this.#told.has(key) || this.#told.size < maxTold) this.#told.set(key, kind);
    if (on.has(kind)) tell(alertOf(kind, event));
  }

  /** One timer, for the first that is due. */
  #plan(): void {
    const { clock, hold } = this.#options;
    const first = this.#pending.values().next().value;
    if (first === undefined) {
      if (this.#timer !== undefined) clock.clearTimeout(this.#timer);
      this.#timer = undefined;
      return;
    }
    // Not longer than the hold, whatever the wall clock does.
    this.#timer ??= clock.setTimeout(() => this.#due(), Math.min(hold, Math.max(0, first.dueAt - clock.now())));
  }

  #due(): void {
    this.#timer = undefined;
    const { clock, hold } = this.#options;
    const now = clock.now();
    for (const [key, { kind, event, dueAt }] of this.#pending) {
      if (dueAt > now && dueAt <= now + hold) break;
      this.#pending.delete(key);
      this.#tell(key, kind, event);
    }
    this.#plan();
  }
}
