import { createHash } from 'node:crypto';
import type { Clock } from '@zonewire/nameserver';
import type { Redis } from 'ioredis';

/**
 * Octets in Redis that can be made again: they expire, and all of them together stay below a bound; the oldest go first.
 * What is read is what was written, or nothing: every piece is compared with its SHA-256.
 */
export class ContentStore {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #clock: Clock;
  readonly #maxSize: number;
  readonly #keepFor: number;

  /** `maxSize`: octets; `keepFor`: ms. */
  constructor(redis: Redis, prefix: string, clock: Clock, limits: { maxSize: number; keepFor: number }) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#clock = clock;
    this.#maxSize = limits.maxSize;
    this.#keepFor = limits.keepFor;
  }

  /** Rejects when Redis does not take it. */
  async put(name: string, data: Uint8Array): Promise<void> {
    const keys = ['content:times', 'content:sizes', 'content:total', name].map((key) => this.#key(key));
    await this.#redis.eval(
      PUT,
      keys.length,
      ...keys,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength),
      this.#keepFor,
      this.#clock.now(),
      this.#maxSize,
    );
  }

  /** missing: gone. altered: something else stands there; it is removed. */
  async get(name: string, sha256: string): Promise<Uint8Array | 'missing' | 'altered'> {
    const data = await this.#redis.getBuffer(this.#key(name));
    if (data === null) return 'missing';
    if (sha256Of(data) === sha256) return data;
    await this.remove(name);
    return 'altered';
  }

  async text(name: string): Promise<string | null> {
    return this.#redis.get(this.#key(name));
  }

  async remove(name: string): Promise<void> {
    await this.#redis.del(this.#key(name));
  }

  /** Adds to a list of which the last `most` are kept. */
  async append(name: string, lines: readonly string[], most: number): Promise<void> {
    const key = this.#key(name);
    await this.#redis
      .multi()
      .rpush(key, ...lines)
      .ltrim(key, -most, -1)
      .pexpire(key, this.#keepFor)
      .exec();
  }

  async list(name: string): Promise<string[]> {
    return this.#redis.lrange(this.#key(name), 0, -1);
  }

  #key(name: string): string {
    return `${this.#prefix}:${name}`;
  }
}

export function sha256Of(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Accounts for what has expired, writes, and drops the oldest until all is within the bound. */
const PUT = `
  local times, sizes, total, key = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
  local keepFor, now, most = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
  local function forget(name)
    redis.call('DECRBY', total, redis.call('HGET', sizes, name) or 0)
    redis.call('HDEL', sizes, name)
    redis.call('ZREM', times, name)
  end
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', times, '-inf', now - keepFor, 'LIMIT', 0, 1000)) do forget(name) end
  if redis.call('ZSCORE', times, key) then forget(key) end
  redis.call('SET', key, ARGV[1], 'PX', keepFor)
  redis.call('HSET', sizes, key, #ARGV[1])
  redis.call('ZADD', times, now, key)
  local sum = redis.call('INCRBY', total, #ARGV[1])
  while sum > most do
    local oldest = redis.call('ZRANGE', times, 0, 0)[1]
    if not oldest then break end
    redis.call('DEL', oldest)
    forget(oldest)
    sum = tonumber(redis.call('GET', total))
  end`;
