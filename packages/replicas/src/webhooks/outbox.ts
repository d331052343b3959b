import type { Clock, Log, TimerHandle } from '@zonewire/nameserver';
import type { Alert } from './alert.ts';
import { DELIVERY_HEADER, SIGNATURE_HEADER, signature, TIMESTAMP_HEADER } from './signature.ts';

export interface WebhookPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** ms until the status line has to be there. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** Sends a POST and gives its status, or why there is none. Never rejects, never follows a redirect. */
export type PostWebhook = (post: WebhookPost) => Promise<{ readonly status: number } | { readonly trouble: string }>;

export interface OutboxLimits {
  /** Alerts that wait for a receiver. When there are more, the oldest is dropped. */
  readonly queue: number;
  /** Alerts of one POST. */
  readonly batch: number;
  /** ms that an alert is tried for. */
  readonly maxAge: number;
  /** ms until an attempt has failed. */
  readonly timeout: number;
}

export const DEFAULT_OUTBOX_LIMITS: OutboxLimits = { queue: 10_000, batch: 100, maxAge: 86_400_000, timeout: 10_000 };

export interface OutboxCounters {
  /** Alerts by what became of them. */
  delivered: number;
  /** For the limit of the queue. */
  dropped: number;
  /** For their age. */
  expired: number;
  /** Attempts by result. */
  accepted: number;
  failed: number;
}

export interface OutboxOptions {
  readonly id: string;
  readonly url: string;
  readonly secret: Uint8Array;
  /** The node's identity. */
  readonly node: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly post: PostWebhook;
  /** A name that no other delivery has. */
  readonly unique: () => string;
  readonly limits?: Partial<OutboxLimits>;
}

interface Delivery {
  readonly id: string;
  readonly body: string;
  readonly count: number;
  /** When its oldest alert was queued. */
  readonly queuedAt: number;
  attempts: number;
}

/** So long alerts gather before the first is sent: a secondary that goes away is many zones at once. */
const GATHER_MS = 200;
const FIRST_RETRY_MS = 1_000;
const SLOWEST_RETRY_MS = 300_000;

/** ms from attempt `attempts` (1 for the first) to the next: 1, 2, 4 … 256, 300, 300 s. */
export function retryDelay(attempts: number): number {
  return Math.min(SLOWEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempts - 1, 20));
}

/**
 * What one receiver is still to be told, in order: one POST at a time, tried until it is accepted (2xx) or too old. Whoever puts
 * something in never waits.
 */
export class Outbox {
  readonly counters: OutboxCounters = { delivered: 0, dropped: 0, expired: 0, accepted: 0, failed: 0 };
  readonly limits: OutboxLimits;
  readonly #options: OutboxOptions;
  readonly #queue: { readonly alert: Alert; readonly at: number }[] = [];
  readonly #abort = new AbortController();
  #delivery: Delivery | undefined;
  #timer: TimerHandle | undefined;
  #trouble: string | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.limits = { ...DEFAULT_OUTBOX_LIMITS, ...options.limits };
  }

  /** Alerts not delivered yet. */
  get size(): number {
    return this.#queue.length + (this.#delivery?.count ?? 0);
  }

  /** Why the last attempt failed; undefined when it did not. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  put(alert: Alert): void {
    if (this.#abort.signal.aborted) return;
    if (this.#queue.length >= this.limits.queue) {
      this.#queue.shift();
      this.counters.dropped++;
    }
    this.#queue.push({ alert, at: this.#options.clock.now() });
    if (this.#delivery === undefined) this.#after(GATHER_MS);
  }

  stop(): void {
    const { id, log, clock } = this.#options;
    if (this.size > 0)
      log.warn({ webhook: id, alerts: this.size }, 'the webhook ends with alerts that were not delivered');
    this.#abort.abort();
    if (this.#timer !== undefined) clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#queue.length = 0;
  }

  #after(ms: number): void {
    this.#timer ??= this.#options.clock.setTimeout(() => {
      this.#timer = undefined;
      void this.#attempt();
    }, ms);
  }

  async #attempt(): Promise<void> {
    const { url, secret, post, clock } = this.#options;
    this.#leaveOutTheOld();
    this.#delivery ??= this.#next();
    const delivery = this.#delivery;
    if (delivery === undefined) return;
    delivery.attempts++;
    const { body } = delivery;
    const timestamp = Math.floor(clock.now() / 1000);
    const answer = await post({
      url,
      body,
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'zonewire',
        [DELIVERY_HEADER]: delivery.id,
        [TIMESTAMP_HEADER]: String(timestamp),
        [SIGNATURE_HEADER]: signature(secret, timestamp, body),
      },
      timeout: this.limits.timeout,
      signal: this.#abort.signal,
    });
    if (this.#abort.signal.aborted) return;
    if ('status' in answer && answer.status >= 200 && answer.status < 300) this.#accepted(delivery);
    else this.#failed(delivery, 'status' in answer ? `it answers ${answer.status}` : answer.trouble);
  }

  #accepted({ count, attempts }: Delivery): void {
    const { id, log } = this.#options;
    this.counters.accepted++;
    this.counters.delivered += count;
    if (attempts > 1) log.info({ webhook: id, attempts, alerts: count }, 'the webhook takes alerts again');
    this.#trouble = undefined;
    this.#delivery = undefined;
    if (this.#queue.length > 0) this.#after(0);
  }

  #failed({ attempts }: Delivery, trouble: string): void {
    const { id, log } = this.#options;
    this.counters.failed++;
    const next = retryDelay(attempts);
    const fields = { webhook: id, attempts, alerts: this.size, trouble };
    const message = `the webhook does not take alerts: ${trouble}; tried again in ${next / 1000} s`;
    if (attempts === 1 || trouble !== this.#trouble) log.warn(fields, message);
    else log.debug(fields, message);
    this.#trouble = trouble;
    this.#after(next);
  }

  #leaveOutTheOld(): void {
    // A clock that was set back makes nothing old.
    const oldest = this.#options.clock.now() - this.limits.maxAge;
    let count = 0;
    if (this.#delivery !== undefined && this.#delivery.queuedAt < oldest) {
      count += this.#delivery.count;
      this.#delivery = undefined;
    }
    const keep = this.#queue.findIndex(({ at }) => at >= oldest);
    count += this.#queue.splice(0, keep < 0 ? this.#queue.length : keep).length;
    if (count === 0) return;
    this.counters.expired += count;
    const { id, log } = this.#options;
    log.warn({ webhook: id, alerts: count }, 'alerts are given up: the webhook did not take them in time');
  }

  #next(): Delivery | undefined {
    const taken = this.#queue.splice(0, this.limits.batch);
    if (taken.length === 0) return undefined;
    const { unique, node } = this.#options;
    const id = unique();
    const { delivered, expired, dropped } = this.counters;
    const events = taken.map(({ alert }) => alert);
    // A receiver that counts can see that it missed some.
    const body = JSON.stringify({ delivery: id, node, delivered, lost: dropped + expired, events });
    return { id, body, count: taken.length, queuedAt: taken[0].at, attempts: 0 };
  }
}
