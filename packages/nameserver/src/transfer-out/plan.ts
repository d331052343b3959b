import { compareSerials } from '@zonewire/shared-protocol';
import { condenseDiffs, type ZoneDiff, type ZoneVersion } from '@zonewire/zone';
import type { TransferRequest } from './request.ts';

/** Where an answer is made from. */
export interface TransferSource {
  readonly version: ZoneVersion;
  /** Seconds until the zone expires here: of a primary the SOA's expire field (RFC 7314 4). */
  readonly secondsToExpire: number;
  /** Diffs from this serial to the newest one of the journal, oldest first; undefined when the journal does not reach. */
  diffsFrom(serial: number): readonly ZoneDiff[] | undefined;
}

export type TransferPlan =
  | { readonly kind: 'axfr' }
  /** An IXFR answered with the whole zone (RFC 1995 4), and why. */
  | { readonly kind: 'axfr-style'; readonly why: 'journal-does-not-reach' | 'diffs-larger-than-zone' }
  | { readonly kind: 'diffs'; readonly diffs: readonly ZoneDiff[] }
  /** The client has this version, or a newer one: a single SOA (RFC 1995 2). */
  | { readonly kind: 'up-to-date' };

/** Which of the answers of RFC 1995 a request gets. */
export function planTransfer(request: TransferRequest, source: TransferSource): TransferPlan {
  if (request.type === 'axfr') return { kind: 'axfr' };
  const { version } = source;
  const order = compareSerials(request.serial, version.serial);
  if (order === 0 || order === 1) return { kind: 'up-to-date' };
  // order undefined: exactly 2^31 apart, nobody can say who is newer; the journal will not know it either.
  const diffs = diffsTo(version.serial, source.diffsFrom(request.serial));
  if (diffs === undefined) return { kind: 'axfr-style', why: 'journal-does-not-reach' };
  const smallest = condensed(diffs);
  if (recordsOf(smallest) > version.recordCount) return { kind: 'axfr-style', why: 'diffs-larger-than-zone' };
  return { kind: 'diffs', diffs: smallest };
}

/** The journal may be ahead of what is published, for the moment between the two: the answer ends where the version is. */
function diffsTo(serial: number, diffs: readonly ZoneDiff[] | undefined): readonly ZoneDiff[] | undefined {
  const last = diffs?.findLastIndex((diff) => diff.toSerial === serial) ?? -1;
  return last < 0 ? undefined : diffs?.slice(0, last + 1);
}

/** Records up to which looking for changes that cancel out is worth its time. */
const CONDENSE_LIMIT = 100_000;

/**
 * RFC 1995 5 allows to merge sequences. It is done only where changes cancel out: otherwise it would save two SOAs a sequence,
 * and cost every hub the steps in between, which its own secondaries may ask for.
 */
function condensed(diffs: readonly ZoneDiff[]): readonly ZoneDiff[] {
  if (diffs.length < 2 || recordsOf(diffs) > CONDENSE_LIMIT) return diffs;
  const one = condenseDiffs(diffs);
  const withoutSoas = (some: readonly ZoneDiff[]) => recordsOf(some) - 2 * some.length;
  return withoutSoas([one]) < withoutSoas(diffs) ? [one] : diffs;
}

/** Records of the answer, the SOAs around it included. */
export function expectedRecords(plan: TransferPlan, { version }: TransferSource): number {
  switch (plan.kind) {
    case 'up-to-date':
      return 1;
    case 'diffs':
      return recordsOf(plan.diffs) + 2;
    default:
      return version.recordCount + 1;
  }
}

/** SOAs included. */
function recordsOf(diffs: readonly ZoneDiff[]): number {
  let records = 0;
  for (const diff of diffs) records += diff.removedCount + diff.addedCount;
  return records;
}
