import type { Log } from '@zonewire/nameserver';
import type { Health, HealthState } from './model.ts';

/** A secondary that goes down does so for ten thousand zones: one line for it in this time, ms, then how many there were. */
export const SAME_AFTER = 10_000;

/**
 * The first that is heard of a secondary is no news while both are starting: trouble is said when it has lasted so long, ms. What was
 * seen to work before is said at once.
 */
export const FIRST_AFTER = 10_000;

interface First {
  readonly zone: string;
  readonly secondary: string;
  readonly from: HealthState;
  readonly health: Health;
  readonly since: number;
}

interface Recent {
  at: number;
  more: number;
}

/** Changes of health as log lines, one for each secondary and state at a time. */
export class HealthLog {
  readonly #log: Log;
  /** Secondaries times states: bounded by the configuration. */
  readonly #recent = new Map<string, Recent>();
  /** Troubles of secondaries that were never seen to be well: one a zone and secondary. */
  readonly #first = new Map<string, First>();

  constructor(log: Log) {
    this.#log = log;
  }

  changed(zone: string, secondary: string, from: HealthState, health: Health, now: number): void {
    const pair = `${zone} ${secondary}`;
    const first = this.#first.get(pair);
    if (health.state === 'unknown' || (health.state === 'in-sync' && (from === 'unknown' || first !== undefined))) {
      this.#first.delete(pair);
      this.#log.debug({ zone, secondary, from, health: health.state }, `${secondary}: ${health.reason}`);
    } else if (from === 'unknown' || first !== undefined)
      this.#first.set(pair, { zone, secondary, from, health, since: first?.since ?? now });
    else this.#say(zone, secondary, from, health, now);
  }

  /** From time to time, while anything is the matter. */
  look(now: number): void {
    for (const [pair, { zone, secondary, from, health, since }] of this.#first) {
      if (now - since < FIRST_AFTER) continue;
      this.#first.delete(pair);
      this.#say(zone, secondary, from, health, now);
    }
  }

  /** The zone, or the secondary of it, is not watched any more. */
  forget(zone: string, secondary: string): void {
    this.#first.delete(`${zone} ${secondary}`);
  }

  #say(zone: string, secondary: string, from: HealthState, { state, reason, next }: Health, now: number): void {
    const key = `${secondary} ${state}`;
    const recent = this.#recent.get(key);
    if (recent !== undefined && Math.abs(now - recent.at) < SAME_AFTER) {
      recent.more++;
      return;
    }
    const others = recent === undefined || recent.more === 0 ? '' : ` (and ${recent.more} more zones before)`;
    this.#recent.set(key, { at: now, more: 0 });
    const level = state === 'in-sync' ? 'info' : 'warn';
    this.#log[level](
      { zone, secondary, from, health: state },
      `${secondary} is ${state} for ${zone}${others}: ${reason}${next === '' ? '' : ` ${next}`}`,
    );
  }
}
