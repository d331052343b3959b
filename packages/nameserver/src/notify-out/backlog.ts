import { BACKLOG } from './timing.ts';

/**
 * What one remote was told and is not seen to answer with yet, and how quickly that gets less: from it follows when one more zone can be
 * expected there. Ten thousand zones asked each in its own quick schedule would take the time of the very server that should load them.
 */
export class Backlog {
  #zones = 0;
  /** ms for each zone, as measured last. */
  #perZone: number = BACKLOG.perZone;
  /** How many of those served lately had fetched the zone here, 0 to 1. */
  #fetchHere = 0;
  /** Zones that are waited for. */
  get zones(): number {
    return this.#zones;
  }

  /** It has acknowledged one more. @returns how many are before it. */
  joined(): number {
    if (this.#zones++ > 0) return this.#zones - 1;
    this.#perZone = BACKLOG.perZone;
    return 0;
  }

  /** One with so many `before` is not there `ms` after it joined. */
  missed(ms: number, before: number): void {
    if (ms > before * this.#perZone) this.#measured(ms * BACKLOG.afterMiss, before);
  }

  /** A transfer from here to it has come to its end. */
  fetched(ms: number, before: number): void {
    this.#measured(ms, before);
  }

  /** One is seen there. `wasMissed`: not at the first look; `isFetched`: a transfer of ours told when to ask. */
  served(
    ms: number,
    before: number,
    { wasMissed, isFetched }: { readonly wasMissed: boolean; readonly isFetched: boolean },
  ): void {
    this.#zones--;
    this.#fetchHere += ((isFetched ? 1 : 0) - this.#fetchHere) / BACKLOG.remembered;
    if (!isFetched) this.#measured(ms * (wasMissed ? BACKLOG.between : BACKLOG.beforeFirst), before);
  }

  /** One is not waited for any more. */
  left(): void {
    this.#zones--;
  }

  /** ms from joining with so many `before` until it can be expected there, by what is known now; 0 with few: each is asked in a schedule of its own. */
  expected(before: number): number {
    if (before < BACKLOG.few) return 0;
    // Where transfers tell when to ask, the time is for those that none told of; else too early corrects itself, too late does not.
    const { early, late, longestUntold, longest } = BACKLOG;
    const share = early + (late - early) * this.#fetchHere;
    return Math.min(before * this.#perZone * share, longestUntold + (longest - longestUntold) * this.#fetchHere);
  }

  /** Some came out of turn: no single one counts for much. */
  #measured(ms: number, before: number): void {
    if (before < BACKLOG.few || ms < 0) return;
    const perZone = Math.min(ms / before, 2 * this.#perZone);
    this.#perZone += (perZone - this.#perZone) / BACKLOG.remembered;
  }
}
