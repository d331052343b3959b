/** See {@link Places.isCrowded}. */
export const CROWD = 8;

/** Places of each address, and of all, that what follows no change leaves free where there are more than so many: one in eight. */
const KEPT_FREE = 8;

/**
 * Places for work that many zones want at once: so many in all, so many towards one address. Who waits is served in the order of
 * asking, changes before timers, and nobody waits behind one whose address is busy. One place in eight is for changes alone: ten large zones
 * that a timer has found to be new would else hold up each change until one of them is here.
 */
export class Places {
  readonly #total: number;
  readonly #perAddress: number;
  readonly #taken = new Map<string, number>();
  readonly #urgent = new Line();
  readonly #patient = new Line();
  #active = 0;
  /** Most that ever waited. */
  peakWaiting = 0;

  constructor(total: number, perAddress: number = total) {
    this.#total = total;
    this.#perAddress = perAddress;
  }

  get active(): number {
    return this.#active;
  }

  get waiting(): number {
    return this.#urgent.length + this.#patient.length;
  }

  /** So many zones want work done that what comes of one of them is waited for by nobody in particular. */
  get isCrowded(): boolean {
    return this.#active + this.waiting >= CROWD;
  }

  /** True when work for this address that follows no change has to wait, or somebody waits already. */
  isShort(address: string): boolean {
    const taken = this.#taken.get(address) ?? 0;
    return this.waiting > 0 || this.#active >= shared(this.#total) || taken >= shared(this.#perAddress);
  }

  /** Runs `work` in a place of its own, now or later; what has been aborted while it waited rejects with the signal's reason. */
  async run<T>(address: string, urgent: boolean, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    if (!this.#take(address, urgent)) await this.#wait(address, urgent, signal);
    try {
      return await work();
    } finally {
      this.#release(address);
    }
  }

  #take(address: string, urgent: boolean): boolean {
    const taken = this.#taken.get(address) ?? 0;
    const [total, perAddress] = urgent
      ? [this.#total, this.#perAddress]
      : [shared(this.#total), shared(this.#perAddress)];
    if (this.#active >= total || taken >= perAddress) return false;
    this.#active++;
    this.#taken.set(address, taken + 1);
    return true;
  }

  #release(address: string): void {
    this.#active--;
    const taken = this.#taken.get(address)! - 1;
    if (taken === 0) this.#taken.delete(address);
    else this.#taken.set(address, taken);
    // The place that came free is this address's or anybody's: at most one waiting can have it.
    if (this.#urgent.next((waiting) => this.#take(waiting, true))) return;
    this.#patient.next((waiting) => this.#take(waiting, false));
  }

  #wait(address: string, urgent: boolean, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const line = urgent ? this.#urgent : this.#patient;
      const aborted = () => {
        line.leave(address, enter);
        reject(signal.reason);
      };
      const enter = () => {
        signal.removeEventListener('abort', aborted);
        resolve();
      };
      signal.addEventListener('abort', aborted, { once: true });
      line.join(address, enter);
      this.peakWaiting = Math.max(this.peakWaiting, this.waiting);
    });
  }
}

/** Of so many places those that anybody may take. */
function shared(places: number): number {
  return places - Math.floor(places / KEPT_FREE);
}

/** Who waits, by address, in order of asking. Addresses are few, the waiting may be thousands. */
class Line {
  readonly #addresses = new Map<string, Map<() => void, number>>();
  #asked = 0;
  length = 0;

  join(address: string, enter: () => void): void {
    let waiting = this.#addresses.get(address);
    if (waiting === undefined) {
      waiting = new Map();
      this.#addresses.set(address, waiting);
    }
    waiting.set(enter, this.#asked++);
    this.length++;
  }

  leave(address: string, enter: () => void): void {
    const waiting = this.#addresses.get(address);
    if (!waiting?.delete(enter)) return;
    if (waiting.size === 0) this.#addresses.delete(address);
    this.length--;
  }

  /** Lets in the one who has waited longest of those for whose address `take` finds a place. */
  next(take: (address: string) => boolean): boolean {
    const heads = [...this.#addresses].map(([address, waiting]) => {
      const [enter, asked] = waiting.entries().next().value!;
      return { address, enter, asked };
    });
    for (const { address, enter } of heads.sort((a, b) => a.asked - b.asked)) {
      if (!take(address)) continue;
      this.leave(address, enter);
      enter();
      return true;
    }
    return false;
  }
}
