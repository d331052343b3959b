/** Who comes first goes first. The head moves instead of the line, so that ten thousand are not moved ten thousand times. */
export class Line<T> {
  #all: T[] = [];
  #head = 0;

  get length(): number {
    return this.#all.length - this.#head;
  }

  push(one: T): void {
    this.#all.push(one);
  }

  shift(): T | undefined {
    if (this.#head === this.#all.length) return undefined;
    const next = this.#all[this.#head++];
    if (this.#head === this.#all.length || this.#head >= 1_000) {
      this.#all = this.#all.slice(this.#head);
      this.#head = 0;
    }
    return next;
  }
}
