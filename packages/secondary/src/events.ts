import type { TransferSummary } from '@zonewire/nameserver';
import type { InstallTimes } from './install.ts';
import type { FailureKind } from './refresh/state.ts';

/** What happened to a zone, for logs, the control API and metrics. Times are ms since the epoch. */
export type SecondaryEvent = { readonly zone: string; readonly at: number } & (
  | { readonly kind: 'notified'; readonly serial?: number | undefined; readonly from: string }
  | { readonly kind: 'checked'; readonly from: string; readonly serial?: number | undefined; readonly result: string }
  | {
      readonly kind: 'installed';
      readonly transfer: TransferSummary;
      readonly times: InstallTimes;
      /** Id of the primary it came from, or the site. */
      readonly primary: string;
      readonly expireAt?: number | undefined;
      /** When the next round is planned. */
      readonly refreshAt?: number | undefined;
    }
  | {
      readonly kind: 'transfer-failed';
      readonly from: string;
      readonly type: 'axfr' | 'ixfr';
      readonly code: string;
      readonly failure: FailureKind;
    }
  /** A round in which no primary helped. */
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  | { readonly kind: 'expired' }
  | { readonly kind: 'revived'; readonly serial: number }
);

export type SecondaryListener = (event: SecondaryEvent) => void;

/** What came of a refresh that somebody asked for. */
export interface RefreshOutcome {
  readonly outcome: 'installed' | 'up-to-date' | 'failed';
  /** The serial held afterwards. */
  readonly serial?: number | undefined;
  /** Why it failed. */
  readonly message?: string | undefined;
}
