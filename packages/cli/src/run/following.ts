import { isDeepStrictEqual } from 'node:util';
import { type Log, systemClock } from '@zonewire/nameserver';
import type { Replicas } from '@zonewire/replicas';
import type { FollowedConfig } from '../config/mod.ts';
import { Follower, type FollowSink } from '../follow/follower.ts';

export interface FollowingOptions {
  readonly replicas: Replicas;
  readonly log: Log;
  /** Somebody is followed, and nobody was before: what they tell is compared with what is here. */
  readonly wanted: () => void;
}

/** Follows the secondaries of ours that the configuration names, and gives what they tell to {@link Replicas}. */
export class Following {
  readonly #replicas: Replicas;
  readonly #log: Log;
  readonly #wanted: () => void;
  readonly #followers = new Map<string, { readonly config: FollowedConfig; readonly follower: Follower }>();

  constructor({ replicas, log, wanted }: FollowingOptions) {
    this.#replicas = replicas;
    this.#log = log;
    this.#wanted = wanted;
  }

  get size(): number {
    return this.#followers.size;
  }

  /** Of all, summed up. */
  get counters() {
    const sum = { connects: 0, failures: 0, events: 0, ignored: 0 };
    for (const { follower } of this.#followers.values())
      for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += follower.counters[key];
    return sum;
  }

  /** Those that did not change go on as they are. */
  configure(followed: readonly FollowedConfig[]): void {
    const isFirst = this.size === 0;
    const wanted = new Map(followed.map((config) => [config.id, config]));
    for (const [id, { config, follower }] of this.#followers) {
      if (isDeepStrictEqual(config, wanted.get(id))) continue;
      void follower.stop();
      this.#followers.delete(id);
      this.#replicas.skew(id, undefined);
      this.#replicas.receiptTrouble(id, undefined);
    }
    for (const [id, config] of wanted) {
      if (this.#followers.has(id)) continue;
      const follower = new Follower(config, { fetch, clock: systemClock, log: this.#log, sink: this.#sink() });
      this.#followers.set(id, { config, follower });
      follower.start();
    }
    if (isFirst && this.size > 0) this.#wanted();
  }

  async stop(): Promise<void> {
    await Promise.all(Array.from(this.#followers.values(), ({ follower }) => follower.stop()));
    this.#followers.clear();
  }

  #sink(): FollowSink {
    const replicas = this.#replicas;
    return {
      knows: (zone, secondary) => replicas.notifies(zone, secondary),
      told(secondary, { zone, facts, moments }) {
        const { node } = facts;
        for (const moment of moments) {
          const { serial, at } = moment;
          replicas.moment(moment.moment, { zone, secondary, serial, at, source: 'receipt', node });
        }
        replicas.receipt(zone, secondary, facts);
      },
      skew: (secondary, ms) => replicas.skew(secondary, ms),
      trouble: (secondary, message) => replicas.receiptTrouble(secondary, message),
    };
  }
}
