import type { ReceiptFacts } from './model.ts';
import type { Target } from './target.ts';

/** What secondaries of ours say of themselves over the control channel, and what of it can be compared with what is here. */
export class Receipts {
  readonly #skews = new Map<string, number>();
  readonly #troubles = new Map<string, string>();
  /** Of the zones served here, by zone. */
  readonly #contents = new Map<string, { readonly serial: number; readonly digest: string }>();

  /** The clock of a secondary less ours, ms; undefined: not known (any more). */
  skewOf(secondary: string): number | undefined {
    return this.#skews.get(secondary);
  }

  skew(secondary: string, ms: number | undefined): void {
    set(this.#skews, secondary, ms);
  }

  /** Why the receipts of a secondary are not to be had; undefined: they are. */
  troubleOf(secondary: string): string | undefined {
    return this.#troubles.get(secondary);
  }

  trouble(secondary: string, message: string | undefined): void {
    set(this.#troubles, secondary, message);
  }

  take(target: Target, facts: ReceiptFacts): void {
    target.receipt = facts;
    this.compare(target);
  }

  /** The content that is served here. */
  content(zone: string, serial: number, digest: string): void {
    this.#contents.set(zone, { serial, digest });
  }

  forget(zone: string): void {
    this.#contents.delete(zone);
  }

  /** The same serial, other content. */
  compare(target: Target): void {
    const ours = this.#contents.get(target.zone);
    const theirs = target.receipt;
    if (ours === undefined || theirs?.digest === undefined || theirs.serial !== ours.serial) return;
    const how = `its receipt has the digest ${theirs.digest.slice(0, 16)}…, ours is ${ours.digest.slice(0, 16)}…`;
    target.diverged = theirs.digest === ours.digest ? undefined : { serial: ours.serial, how, isKept: false };
  }
}

function set<T>(map: Map<string, T>, key: string, value: T | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
