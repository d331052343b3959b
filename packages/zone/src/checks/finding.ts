import type { Name } from '@zonewire/shared-protocol';
import { ZONE_CHECKS, type ZoneCheckName } from './registry.ts';

/** `error`: an RFC forbids such data; a primary refuses to load it. `warning`: answers are well-defined, but something will not work. */
export type Severity = 'error' | 'warning';

export interface ZoneFinding {
  /** Stable: `cname-and-other-data` … */
  readonly code: string;
  readonly severity: Severity;
  /** Where: the owner, and the type of the records at fault when it is theirs. */
  readonly name: Name;
  readonly type?: number;
  /** What is wrong and what to do; one sentence for an operator. */
  readonly message: string;
}

/** Collects findings up to a number of each severity, so that a million warnings neither fill memory nor hide an error. */
export class Findings {
  readonly all: ZoneFinding[] = [];
  readonly #limit: number;
  readonly #count = { error: 0, warning: 0 };

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** All of them, told or not. */
  get errors(): number {
    return this.#count.error;
  }

  add(severity: Severity, code: string, at: { name: Name; type?: number }, message: string): void {
    if (this.#count[severity]++ < this.#limit) this.all.push({ code, severity, ...at, message });
  }
}

/** Findings of the checks in registry.ts, which says how severe each is. */
export class CheckFindings extends Findings {
  found(check: ZoneCheckName, at: { name: Name; type?: number }, message: string): void {
    this.add(ZONE_CHECKS[check].severity, check, at, message);
  }
}
