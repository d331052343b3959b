import type { Clock, TimerHandle } from '@zonewire/nameserver';
import type { Redis } from 'ioredis';

/** A PING goes out this often, ms. */
export const PING_EVERY = 1_000;
/** Redis counts as lost when a PING is not answered within this, ms. */
export const PING_TIMEOUT = 1_000;

export interface RedisHealthEvents {
  /** Redis answers, for the first time or again: what it holds may be anything, also nothing. */
  readonly found: () => void;
  /** Redis does not answer: not reachable, or reachable and silent. */
  readonly lost: (reason: string) => void;
}

/** connecting: not known yet, for at most {@link PING_TIMEOUT}. */
export type RedisState = 'connecting' | 'answers' | 'lost';

/** Whether Redis answers. A closed connection is seen at once; one that is open and silent (host paused, network cut) by PING. */
export class RedisHealth {
  #state: RedisState = 'connecting';
  #closed = false;
  #timer: TimerHandle;
  readonly #redis: Redis;
  readonly #clock: Clock;
  readonly #events: RedisHealthEvents;

  constructor(redis: Redis, clock: Clock, events: RedisHealthEvents) {
    this.#redis = redis;
    this.#clock = clock;
    this.#events = events;
    redis.on('ready', this.#ping);
    redis.on('close', this.#onClose);
    // Told by 'close' with the same meaning; without a listener ioredis prints to the console.
    redis.on('error', this.#onError);
    this.#timer = clock.setTimeout(() => this.#lose(`not reached within ${PING_TIMEOUT} ms`), PING_TIMEOUT);
    if (redis.status === 'ready') this.#ping();
  }

  get state(): RedisState {
    return this.#state;
  }

  close(): void {
    this.#closed = true;
    this.#clock.clearTimeout(this.#timer);
    this.#redis.off('ready', this.#ping);
    this.#redis.off('close', this.#onClose);
  }

  #lastError = 'connection closed';
  readonly #onError = (error: Error) => {
    this.#lastError = error.message || error.name;
  };
  readonly #onClose = () => this.#lose(this.#lastError);

  readonly #ping = async () => {
    if (this.#closed) return;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => {
      this.#lose(`no answer to PING within ${PING_TIMEOUT} ms`);
      // The answer, when it comes, is the next news.
    }, PING_TIMEOUT);
    try {
      await this.#redis.ping();
    } catch {
      // A closed connection, which 'close' has told.
      this.#clock.clearTimeout(this.#timer);
      return;
    }
    this.#clock.clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#timer = this.#clock.setTimeout(this.#ping, PING_EVERY);
    if (this.#state === 'answers') return;
    this.#state = 'answers';
    this.#events.found();
  };

  #lose(reason: string): void {
    if (this.#state === 'lost' || this.#closed) return;
    this.#state = 'lost';
    this.#events.lost(reason);
  }
}
