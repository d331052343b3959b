import { Line } from '../line.ts';
import type { ClientCounters } from './client-counters.ts';

export interface InFlightLimits {
  /** Exchanges over UDP under way with one address and port; more wait their turn, and their time begins with it. */
  readonly perPeer: number;
  /** Exchanges over UDP of the node. */
  readonly total: number;
}

export const IN_FLIGHT_LIMITS: InFlightLimits = { perPeer: 256, total: 4096 };

/** Begins an exchange; false: it was given up while it waited, and takes no place. */
type Begin = () => boolean;

/** Places for exchanges. Who waits begins in the order of asking, peers in turn: a busy one holds up nobody else. */
export class InFlight {
  readonly #limits: InFlightLimits;
  readonly #counters: ClientCounters;
  readonly #peers = new Map<string, number>();
  /** By peer. The next turn is the first one's. */
  readonly #waiting = new Map<string, Line<Begin>>();
  #total = 0;

  constructor(limits: InFlightLimits, counters: ClientCounters) {
    this.#limits = limits;
    this.#counters = counters;
  }

  get total(): number {
    return this.#total;
  }

  /** Begins at once when there is room. Who has begun must {@link leave}. */
  enter(peer: string, begin: Begin): void {
    if (!this.#waiting.has(peer) && this.#hasRoom(peer)) {
      this.#begin(peer, begin);
      return;
    }
    this.#counters.waited++;
    const line = this.#waiting.get(peer) ?? new Line<Begin>();
    this.#waiting.set(peer, line);
    line.push(begin);
  }

  leave(peer: string): void {
    this.#free(peer);
    this.#next();
  }

  #free(peer: string): void {
    this.#total--;
    const left = (this.#peers.get(peer) ?? 1) - 1;
    if (left === 0) this.#peers.delete(peer);
    else this.#peers.set(peer, left);
  }

  #next(): void {
    for (const [peer, line] of this.#waiting) {
      while (this.#hasRoom(peer)) {
        const begin = line.shift();
        if (begin === undefined) break;
        if (!this.#begin(peer, begin)) continue;
        // The others' turn is before its next.
        this.#waiting.delete(peer);
        if (line.length > 0) this.#waiting.set(peer, line);
        return;
      }
      if (line.length === 0) this.#waiting.delete(peer);
    }
  }

  #begin(peer: string, begin: Begin): boolean {
    this.#total++;
    this.#peers.set(peer, (this.#peers.get(peer) ?? 0) + 1);
    if (begin()) return true;
    this.#free(peer);
    return false;
  }

  #hasRoom(peer: string): boolean {
    return this.#total < this.#limits.total && (this.#peers.get(peer) ?? 0) < this.#limits.perPeer;
  }
}
