import type { Log } from '@zonewire/nameserver';
import type { Health, HealthState } from './model.ts';

/** A secondary that goes down does so for ten thousand zones: one line for it in this time, ms, then how many there were. */
export const SAME_AFTER = 10_000;

interface Recent {
  at: number;
  more: number;
}

/** Changes of health as log lines, one for each secondary and state at a time. */
export class HealthLog {
  readonly #log: Log;
  /** Secondaries times states: bounded by the configuration. */
  readonly #recent = new Map<string, Recent>();

  constructor(log: Log) {
    this.#log = log;
  }

  changed(zone: string, secondary: string, from: HealthState, { state, reason, next }: Health, now: number): void {
    const fields = { zone, secondary, from, health: state };
    if (from === 'unknown' && state === 'in-sync') {
      this.#log.debug(fields, `${secondary}: ${reason}`);
      return;
    }
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
      fields,
      `${secondary} is ${state} for ${zone}${others}: ${reason}${next === '' ? '' : ` ${next}`}`,
    );
  }
}
