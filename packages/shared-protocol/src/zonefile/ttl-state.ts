import { TextProblem } from '../rdata/text-problem.ts';
import { TYPE } from '../record/types.ts';
import { MAX_TTL, NO_TTL } from './record-header.ts';

/**
 * The TTL of records that have none written: that of $TTL (RFC 2308 4); without one the last TTL written at a record
 * (RFC 1035 5.1); an SOA before both takes its own minimum, which then counts like $TTL, as in BIND.
 */
export class TtlState {
  /** The last $TTL directive. */
  directive: number | undefined;
  /** True when RFC 1035's rule has been used: old, and worth one warning. */
  usedLast = false;
  /** The last TTL that has more than 31 bits, which counts as 0 (RFC 2181 8); undefined when the reader has told of it. */
  aboveLimit: number | undefined;
  private fallback: number;
  private last: number = NO_TTL;

  constructor(defaultTtl: number | undefined) {
    this.fallback = defaultTtl ?? NO_TTL;
  }

  setDirective(ttl: number): void {
    this.directive = this.limited(ttl);
    this.fallback = this.directive;
  }

  /** The SOA's minimum, when nothing else has been said. */
  setFromSoa(minimum: number): void {
    this.fallback = this.limited(minimum);
  }

  /** The TTL of a record with `written` TTL or NO_TTL. NO_TTL back means: take the minimum of this SOA. */
  resolve(written: number, type: number): number {
    if (written !== NO_TTL) {
      this.last = this.limited(written);
      return this.last;
    }
    if (this.fallback !== NO_TTL) return this.fallback;
    if (this.last !== NO_TTL) {
      this.usedLast = true;
      return this.last;
    }
    if (type === TYPE.SOA) return NO_TTL;
    throw new TextProblem(
      'ttl-missing',
      'this record has no TTL, and nothing before it says one; write $TTL 3600 at the top',
    );
  }

  private limited(ttl: number): number {
    if (ttl <= MAX_TTL) return ttl;
    this.aboveLimit = ttl;
    return 0;
  }
}
