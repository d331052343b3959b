import type { Clock, TimerHandle } from '@zonewire/nameserver';
import type { Redis } from 'ioredis';

/** A probe goes out this often, ms. */
export const PROBE_EVERY = 1_000;
/** Redis counts as lost when a probe is not answered within this, ms. */
export const PROBE_TIMEOUT = 1_000;
/**
 * After a start, an address that neither lets us in nor refuses counts as lost after this, ms. Longer than a probe: the process is
 * busiest then, and to take a Redis for lost costs every node of the site a transfer of every zone.
 */
export const CONNECT_TIMEOUT = 3_000;

export interface RedisHealthEvents {
  /** Redis answers, for the first time or again: what it holds may be anything, also nothing. */
  readonly found: () => void;
  /** Redis does not answer (not reachable, or reachable and silent), or takes no writes (full, a replica). */
  readonly lost: (reason: string) => void;
}

/** connecting: not known yet, for at most {@link CONNECT_TIMEOUT} and one probe. */
export type RedisState = 'connecting' | 'answers' | 'lost';

/** The key that a probe writes lives so long, ms: other nodes of the site see by it which nodes are there. */
export const ALIVE_FOR = 5_000;

/**
 * Whether Redis answers and takes what is written. A closed connection is seen at once; one that is open and silent (host paused,
 * network cut) by a probe's timeout; a Redis that is full or read-only by its refusal, since a probe is a write.
 */
export class RedisHealth {
  #state: RedisState = 'connecting';
  #closed = false;
  #probing = false;
  #timer: TimerHandle;
  #trouble: string | undefined;
  #since: number;
  #lastError = 'connection closed';
  readonly #redis: Redis;
  readonly #key: string;
  readonly #clock: Clock;
  readonly #events: RedisHealthEvents;

  /** `key`: what a probe writes, this node's own. */
  constructor(redis: Redis, key: string, clock: Clock, events: RedisHealthEvents) {
    this.#redis = redis;
    this.#key = key;
    this.#clock = clock;
    this.#events = events;
    this.#since = clock.now();
    redis.on('ready', this.#probe);
    redis.on('close', this.#onClose);
    // Told by 'close' with the same meaning; without a listener ioredis prints to the console.
    redis.on('error', this.#onError);
    this.#timer = clock.setTimeout(() => this.#lose(`not reached within ${CONNECT_TIMEOUT} ms`), CONNECT_TIMEOUT);
    if (redis.status === 'ready') this.#probe();
  }

  get state(): RedisState {
    return this.#state;
  }

  /** Since when it is in its state, ms since the epoch. */
  get since(): number {
    return this.#since;
  }

  /** Why it is lost. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Probes at once: a command was refused. */
  check(): void {
    if (this.#state === 'answers' && !this.#probing) this.#probe();
  }

  close(): void {
    this.#closed = true;
    this.#clock.clearTimeout(this.#timer);
    this.#redis.off('ready', this.#probe);
    this.#redis.off('close', this.#onClose);
  }

  readonly #onError = (error: Error) => {
    this.#lastError = error.message || error.name;
  };
  readonly #onClose = () => this.#lose(this.#lastError);

  readonly #probe = async () => {
    if (this.#closed) return;
    this.#probing = true;
    this.#clock.clearTimeout(this.#timer);
    const timer = this.#clock.setTimeout(() => {
      this.#lose(`no answer within ${PROBE_TIMEOUT} ms`);
      // The answer, when it comes, is the next news.
    }, PROBE_TIMEOUT);
    this.#timer = timer;
    let refusal: string | undefined;
    try {
      await this.#redis.set(this.#key, '1', 'PX', ALIVE_FOR);
    } catch (error) {
      // Anything but a refusal is a closed connection, which 'close' has told; 'ready' begins anew.
      if (!isRefusal(error)) return;
      refusal = error.message;
    } finally {
      this.#clock.clearTimeout(timer);
      this.#probing = false;
    }
    if (this.#closed) return;
    this.#timer = this.#clock.setTimeout(this.#probe, PROBE_EVERY);
    if (refusal !== undefined) {
      this.#lose(refusal);
    } else if (this.#state !== 'answers') {
      this.#state = 'answers';
      this.#since = this.#clock.now();
      this.#trouble = undefined;
      this.#events.found();
    }
  };

  #lose(reason: string): void {
    if (this.#closed) return;
    this.#trouble = reason;
    if (this.#state === 'lost') return;
    this.#state = 'lost';
    this.#since = this.#clock.now();
    this.#events.lost(reason);
  }
}

/** Redis itself said no: OOM, READONLY, NOAUTH, MISCONF. */
function isRefusal(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}
