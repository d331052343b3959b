import type { Clock } from '../ports.ts';
import { NEW_NODE } from './timing.ts';

/** A round through the zones of one remote. */
interface Round {
  readonly began: number;
  /** Another node was seen since it began: what it had passed by then has to be asked about again. */
  isStale: boolean;
}

/**
 * A node that was not there before is seen at the address of a remote: what it has of the zones that were in sync without it, nobody has
 * seen. They are asked for again, some at a time; a remote whose nodes come and go, or call themselves something else in every answer, is
 * gone through once in a minute at most.
 */
export class NewNodeRounds<Zone> {
  readonly #clock: Clock;
  readonly #zones: () => Iterator<Zone>;
  readonly #look: (zone: Zone, remote: string) => boolean;
  readonly #rounds = new Map<string, Round>();

  /** `look` is true where a question is asked: there are zones of other remotes among them, and some where all is known. */
  constructor(clock: Clock, zones: () => Iterator<Zone>, look: (zone: Zone, remote: string) => boolean) {
    this.#clock = clock;
    this.#zones = zones;
    this.#look = look;
  }

  seen(remote: string): void {
    const under = this.#rounds.get(remote);
    if (under === undefined) this.#begin(remote);
    else under.isStale = true;
  }

  stop(): void {
    this.#rounds.clear();
  }

  #begin(remote: string): void {
    const round: Round = { began: this.#clock.now(), isStale: false };
    this.#rounds.set(remote, round);
    const zones = this.#zones();
    const some = () => {
      if (this.#rounds.get(remote) !== round) return;
      let asked = 0;
      for (let looked = 0; looked < NEW_NODE.lookedAt && asked < NEW_NODE.asked; looked++) {
        const { value, done } = zones.next();
        if (done) return this.#rest(remote, round);
        if (this.#look(value, remote)) asked++;
      }
      this.#clock.setTimeout(some, NEW_NODE.pause);
    };
    // Never in the middle of the answer that told of it.
    this.#clock.setTimeout(some, NEW_NODE.pause);
  }

  #rest(remote: string, round: Round): void {
    const elapsed = Math.max(0, this.#clock.now() - round.began);
    this.#clock.setTimeout(
      () => {
        if (this.#rounds.get(remote) !== round) return;
        if (round.isStale) this.#begin(remote);
        else this.#rounds.delete(remote);
      },
      Math.max(NEW_NODE.pause, NEW_NODE.least - elapsed),
    );
  }
}
