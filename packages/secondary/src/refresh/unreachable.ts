import type { Clock } from '@zonewire/nameserver';
import type { Places } from './places.ts';
import type { Failure } from './soa-check.ts';

/** After silence, an address counts as dead for this long, ms. */
export const DEAD_FOR = 15_000;
/** Failures that took their full time: nobody answered. A refused connection is known at once and needs no memory. */
/** A transfer of which nothing came at all: a code of its own, for the zone asked next would wait as long. */
export const UNANSWERED = 'transfer-unanswered';
const SILENCE = new Set(['timeout', 'connect-timeout', UNANSWERED]);
/** Addresses remembered; a node has few primaries. */
const MOST = 1000;

type Outcome = { readonly ok: true } | ({ readonly ok: false } & Failure);

/**
 * What one zone found out about a dead address spares the others: ten thousand zones that wait seconds each for the same silent
 * primary would keep the places from those whose primary is alive, and never come to their own second primary. It counts only
 * where places are short, and never for what a change has caused; whoever is heard of again is alive for all.
 */
export class Unreachable {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #dead = new Map<string, { readonly since: number; readonly failure: Failure }>();
  /** Requests that were not sent because of it. */
  spared = 0;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Runs `ask` in a place for `address`, or answers for it with what is known already. */
  async ask<T extends Outcome>(
    places: Places,
    address: string,
    urgent: boolean,
    signal: AbortSignal,
    ask: () => Promise<T>,
  ): Promise<T | ({ readonly ok: false } & Failure)> {
    const known = () => (urgent || !places.isShort(address) ? undefined : this.#known(address));
    const before = known();
    if (before !== undefined) return before;
    return places.run(address, urgent, signal, async () => {
      const meanwhile = known();
      if (meanwhile !== undefined) return meanwhile;
      const outcome = await ask();
      this.#note(address, outcome);
      return outcome;
    });
  }

  #known(address: string): ({ readonly ok: false } & Failure) | undefined {
    const dead = this.#dead.get(address);
    if (dead === undefined) return undefined;
    const age = this.#clock.now() - dead.since;
    if (age < 0 || age >= DEAD_FOR) {
      this.#dead.delete(address);
      return undefined;
    }
    this.spared++;
    const { failure, code, message } = dead.failure;
    return {
      ok: false,
      failure,
      code,
      message: `${message} (found out for another zone, not asked again for this one)`,
    };
  }

  #note(address: string, outcome: Outcome): void {
    // A refusal is an answer too.
    if (outcome.ok || outcome.failure === 'refused') this.#dead.delete(address);
    if (outcome.ok || !SILENCE.has(outcome.code)) return;
    if (this.#dead.size >= MOST) this.#dead.clear();
    const { failure, code, message } = outcome;
    this.#dead.set(address, { since: this.#clock.now(), failure: { failure, code, message } });
  }
}
