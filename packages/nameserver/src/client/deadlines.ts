import type { Clock, TimerHandle } from '../ports.ts';

/** A wait ends at most this much after its time, ms: those that end together share a slot. */
export const DEADLINE_SLOT = 10;

export const NOT_WAITING = -1;
const NONE = Number.POSITIVE_INFINITY;

/** Something that waits; what it waits in is kept in itself, so that waiting allocates nothing. */
export interface Waiting {
  /** Its time has come. */
  expired(): void;
  slot: number;
  before: Waiting | undefined;
  after: Waiting | undefined;
}

/** A timer that is this late is late; later, and the wall clock was set. */
const LATE = 1_000;

/**
 * One timer for thousands of waits of which nearly all end early: a list for every slot of time, and a timer for the first slot.
 * Time is what has gone by, not what the wall clock says: a clock that is set makes a wait longer by one timer at most.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #slots = new Map<number, Waiting>();
  #count = 0;
  /** ms that had gone by when the wall clock was at `#lookedAt`. */
  #elapsed = 0;
  #lookedAt = 0;
  #timer: TimerHandle | undefined;
  #timerSlot = NONE;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#count;
  }

  /** `ms` from now; `waiting` must not wait already. */
  add(waiting: Waiting, ms: number): void {
    if (this.#count++ === 0) this.#lookedAt = this.#clock.now();
    const now = this.#now();
    const slot = Math.ceil((now + ms) / DEADLINE_SLOT);
    const first = this.#slots.get(slot);
    waiting.slot = slot;
    waiting.before = undefined;
    waiting.after = first;
    if (first !== undefined) first.before = waiting;
    this.#slots.set(slot, waiting);
    if (slot < this.#timerSlot) this.#arm(slot, now);
  }

  remove(waiting: Waiting): void {
    const { slot, before, after } = waiting;
    if (slot === NOT_WAITING) return;
    waiting.slot = NOT_WAITING;
    waiting.before = undefined;
    waiting.after = undefined;
    if (after !== undefined) after.before = before;
    if (before !== undefined) before.after = after;
    else if (after !== undefined) this.#slots.set(slot, after);
    else this.#slots.delete(slot);
    // Nothing here keeps a process alive.
    if (--this.#count === 0) this.#disarm();
  }

  #arm(slot: number, now: number): void {
    this.#disarm();
    this.#elapsed = now;
    this.#lookedAt = this.#clock.now();
    this.#timerSlot = slot;
    this.#timer = this.#clock.setTimeout(() => this.#fired(), Math.max(1, Math.ceil(slot * DEADLINE_SLOT - now)));
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerSlot = NONE;
  }

  #fired(): void {
    const armedFor = this.#timerSlot * DEADLINE_SLOT;
    const at = this.#clock.now();
    const late = this.#elapsed + at - this.#lookedAt - armedFor;
    this.#elapsed = armedFor + (late > 0 && late < LATE ? late : 0);
    this.#lookedAt = at;
    this.#timer = undefined;
    this.#timerSlot = NONE;
    const due = Math.floor(this.#elapsed / DEADLINE_SLOT);
    // Collected first: what is over may begin another wait.
    const over: Waiting[] = [];
    for (const [slot, first] of this.#slots)
      if (slot <= due) for (let one: Waiting | undefined = first; one !== undefined; one = one.after) over.push(one);
    for (const one of over) this.remove(one);
    for (const one of over) one.expired();
    if (this.#count === 0) return;
    let next = NONE;
    for (const slot of this.#slots.keys()) if (slot < next) next = slot;
    if (next < this.#timerSlot) this.#arm(next, this.#now());
  }

  /** While a timer is set, no more has gone by than until it fires: the wall clock may have been set. */
  #now(): number {
    const ahead = Math.max(0, this.#clock.now() - this.#lookedAt);
    if (this.#timerSlot === NONE) return this.#elapsed + Math.min(ahead, LATE);
    return Math.min(this.#elapsed + ahead, this.#timerSlot * DEADLINE_SLOT);
  }
}
