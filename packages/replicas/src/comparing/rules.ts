import type { ComparisonResult } from '../model.ts';

/** When the copies of secondaries are compared, and when not. */
export interface ComparingSettings {
  /** ms between two comparisons of the same zone at the same secondary; 0: only by command, and while one is known to differ. */
  readonly interval: number;
  /** Octets in memory of a zone beyond which it is compared by command only. */
  readonly maxOctets: number;
  /** Remotes that are not compared unless asked. */
  readonly off: ReadonlySet<string>;
}

export const DEFAULT_COMPARING: ComparingSettings = {
  interval: 6 * 3_600_000,
  maxOctets: 16 * 1024 * 1024,
  off: new Set(),
};

/** All in ms. */
export const COMPARING = {
  /** Longer intervals count as this: timers end at 24 days. */
  intervalMost: 20 * 86_400_000,
  /** From the end of one comparison to the next; asked ones do not wait. */
  pause: 250,
  /** After a secondary was behind, or a zone had changed meanwhile: doubled each time in a row, up to the interval. */
  busy: 60_000,
  /** After a transfer that failed: likewise. */
  failed: 900_000,
  /** After a refusal at the least: for many servers that is how it is meant. */
  refused: 86_400_000,
  /** A copy that differs is looked at again after this, doubled up to `differsMost`. */
  differs: 60_000,
  differsMost: 3_600_000,
  /** After it has transferred the zone, or answered with another serial. */
  touched: 2_000,
  /** Between two of these. */
  touchedGap: 3_000,
} as const;

/** What is known of one zone at one secondary before it is compared. */
export interface ComparisonFacts {
  /** Served here. */
  readonly serial: number;
  /** Octets in memory of what is served here. */
  readonly octets: number;
  /** What it was last seen to answer with. */
  readonly seen: number | undefined;
  /** Its receipts tell its digest. */
  readonly hasDigest: boolean;
}

export type PassedOver = 'off' | 'receipts' | 'too-large' | 'behind';

export interface NotCompared {
  readonly result: PassedOver;
  readonly reason: string;
}

/** Why its copy is not transferred now; undefined: it is. `asked`: somebody wants it, whatever the size and the settings. */
export function passedOver(
  secondary: string,
  { serial, octets, seen, hasDigest }: ComparisonFacts,
  { maxOctets, off }: ComparingSettings,
  asked: boolean,
): NotCompared | undefined {
  if (hasDigest) return { result: 'receipts', reason: 'its receipts tell the digest of its copy' };
  if (off.has(secondary) && !asked) return { result: 'off', reason: 'compare is false for this remote' };
  if (octets > maxOctets && !asked)
    return {
      result: 'too-large',
      reason: `the zone takes ${octets} octets, more than ${maxOctets} (replicas.compare-max-size); zonewire zone compare does it nevertheless`,
    };
  if (seen === serial) return undefined;
  const answers = seen === undefined ? 'has not been seen to answer' : `answers with serial ${seen}`;
  return { result: 'behind', reason: `it ${answers}, not with ${serial}: compared once it is in sync` };
}

/** How often in a row something came of it that leads to another try; and whether the last copy that came differed. */
export interface Tries {
  readonly differs: boolean;
  readonly count: number;
  /** What `count` counts. */
  readonly of: ComparisonResult | undefined;
}

export const NO_TRIES: Tries = { differs: false, count: 0, of: undefined };

/** What came of it changes what is known of the pair. */
export function triesAfter(tries: Tries, result: ComparisonResult): Tries {
  // Only a copy that came says something of the copy; one that cannot be had any more is not chased.
  const settled = result === 'same' || result === 'receipts' || result === 'refused';
  const differs = result === 'different' || (tries.differs && !settled);
  return { differs, count: tries.of === result ? tries.count + 1 : 1, of: result };
}

/** ms until it is compared again; undefined: not by itself. `random` from 0 to 1 spreads what would come together. */
export function waitAfter({ differs, count, of }: Tries, interval: number, random: number): number | undefined {
  if (differs) return doubled(COMPARING.differs, count, COMPARING.differsMost);
  if (interval === 0) return undefined;
  const regular = interval * (0.9 + 0.2 * random);
  switch (of) {
    case 'refused':
      return Math.max(regular, COMPARING.refused * (0.9 + 0.2 * random));
    case 'failed':
      return Math.min(regular, doubled(COMPARING.failed, count, interval));
    case 'behind':
    case 'moved':
      return Math.min(regular, doubled(COMPARING.busy, count, interval));
    default:
      return regular;
  }
}

function doubled(first: number, count: number, most: number): number {
  return Math.min(most, first * 2 ** Math.min(count - 1, 20));
}
