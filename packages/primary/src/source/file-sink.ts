import { type Name, TYPE, type ZoneTextSink } from '@zonewire/shared-protocol';
import { ZoneBuilder } from '@zonewire/zone';

/** Fills the builder, and remembers where the first record stood that it refused. */
export class FileSink implements ZoneTextSink {
  readonly builder: ZoneBuilder;
  readonly #maxSize: number;
  tooLarge = false;
  /** file:line:column of the first record that cannot be in the zone. */
  place: string | undefined;
  secondSoa: string | undefined;
  #soas = 0;
  #file = '';
  #line = 0;
  #column = 0;

  constructor(apex: Name, maxSize: number) {
    this.builder = new ZoneBuilder(apex);
    this.#maxSize = maxSize;
  }

  at(file: string, line: number, column: number): void {
    this.#file = file;
    this.#line = line;
    this.#column = column;
  }

  add(
    owner: Uint8Array,
    ownerStart: number,
    ownerEnd: number,
    type: number,
    ttl: number,
    rdata: Uint8Array,
    rdataStart: number,
    rdataEnd: number,
  ): void {
    if (this.tooLarge || this.place !== undefined) return;
    this.builder.add(owner, ownerStart, ownerEnd, type, ttl, rdata, rdataStart, rdataEnd);
    if (this.builder.bytes > this.#maxSize) this.tooLarge = true;
    const here = () => `${this.#file}:${this.#line}:${this.#column}`;
    if (this.builder.problem !== undefined) this.place = here();
    // Whether a second SOA is another one is found when the zone is complete.
    else if (type === TYPE.SOA) {
      if (this.#soas++ > 0) this.secondSoa ??= here();
    }
  }
}
