/** Calls that wait for their turn, in order, and of which zones they are: thousands may wait, and each that comes is asked for its zone. */
export class CommitQueue<T extends { readonly zone: string | undefined }> {
  #waiting: T[] = [];
  /** How often each zone is among them. */
  readonly #zones = new Map<string, number>();

  get length(): number {
    return this.#waiting.length;
  }

  has(zone: string): boolean {
    return this.#zones.has(zone);
  }

  push(one: T): void {
    this.#waiting.push(one);
    this.#count(one, 1);
  }

  /** From the beginning, as long as `fits` says so of the next one. */
  take(fits: (one: T) => boolean): T[] {
    let count = 0;
    while (count < this.#waiting.length && fits(this.#waiting[count])) count++;
    const taken = this.#waiting.splice(0, count);
    for (const one of taken) this.#count(one, -1);
    return taken;
  }

  /** Those are the first again. */
  giveBack(taken: readonly T[]): void {
    if (taken.length === 0) return;
    this.#waiting = [...taken, ...this.#waiting];
    for (const one of taken) this.#count(one, 1);
  }

  /** All of one zone, in order. */
  takeOf(zone: string): T[] {
    if (!this.#zones.delete(zone)) return [];
    const taken = this.#waiting.filter((one) => one.zone === zone);
    this.#waiting = this.#waiting.filter((one) => one.zone !== zone);
    return taken;
  }

  #count({ zone }: T, by: 1 | -1): void {
    if (zone === undefined) return;
    const count = (this.#zones.get(zone) ?? 0) + by;
    if (count > 0) this.#zones.set(zone, count);
    else this.#zones.delete(zone);
  }
}
