import type { Redis } from 'ioredis';
import type { ZoneJobData } from './job.ts';

/** A round that a node has taken over is its own for so long, ms: then another one may try. */
const CLAIM = 10_000;
/** One node of the site looks for what dead ones left, at most this often, ms. */
export const SWEEP_EVERY = 2_000;
/** Jobs under way that one look goes through. */
const SWEEP_MOST = 2_000;

/** How the nodes of a site see to it that one of them, and not all, begins what another one has left. */
export class SiteWatch {
  readonly #redis: Redis;
  readonly #workerId: string;
  /** Keys of BullMQ's queue, and the site's own. */
  readonly #key: (name: string) => string;
  readonly #siteKey: (name: string) => string;

  constructor(
    redis: Redis,
    workerId: string,
    keys: { readonly queue: (name: string) => string; readonly site: (name: string) => string },
  ) {
    this.#redis = redis;
    this.#workerId = workerId;
    this.#key = keys.queue;
    this.#siteKey = keys.site;
  }

  /** False when another node has it. Rejects when Redis does not say. */
  async claim(id: string): Promise<boolean> {
    const claimed = await this.#redis.set(this.#siteKey(`claim:${id}`), this.#workerId, 'PX', CLAIM, 'NX');
    return claimed !== null;
  }

  async release(id: string): Promise<void> {
    await this.#redis.del(this.#siteKey(`claim:${id}`));
  }

  /**
   * What nodes that live no more had under way; nothing when another node is looking. BullMQ finds such jobs when their locks have run
   * out, up to a minute later.
   */
  async orphans(): Promise<ZoneJobData[]> {
    const mine = await this.#redis.set(this.#siteKey('sweep'), this.#workerId, 'PX', SWEEP_EVERY - 100, 'NX');
    if (mine === null) return [];
    const ids = await this.#redis.lrange(this.#key('active'), 0, SWEEP_MOST - 1);
    if (ids.length === 0) return [];
    const locks = await this.#redis.mget(ids.map((id) => this.#key(`${id}:lock`)));
    const holders = new Map<string, string[]>();
    for (const [i, id] of ids.entries()) {
      // Without a lock: its own node's watch finds it (standing.ts).
      const holder = locks[i]?.split(':')[0];
      if (holder === undefined || holder === this.#workerId) continue;
      const held = holders.get(holder);
      if (held === undefined) holders.set(holder, [id]);
      else held.push(id);
    }
    const left: ZoneJobData[] = [];
    for (const [holder, held] of holders) {
      if ((await this.#redis.exists(this.#siteKey(`alive:${holder}`))) === 1) continue;
      for (const id of held) {
        const data = await this.#redis.hget(this.#key(id), 'data');
        if (data !== null) left.push(JSON.parse(data) as ZoneJobData);
      }
    }
    return left;
  }
}
