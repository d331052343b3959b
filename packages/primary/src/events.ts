import type { ReplicaServed } from '@zonewire/nameserver';
import type { Name } from '@zonewire/shared-protocol';

/** What happened to a zone, for history, console and metrics. Times in ms since the epoch. */
export type PrimaryEvent =
  | {
      readonly kind: 'published';
      readonly zone: Name;
      readonly serial: number;
      readonly at: number;
      /** Serials of the same group of commits, this one included. */
      readonly serials: readonly number[];
    }
  /** A zone file that was not taken, or a journal that could not be written. */
  | {
      readonly kind: 'problem';
      readonly zone: Name;
      readonly at: number;
      readonly code: string;
      readonly message: string;
    }
  | { readonly kind: 'frozen' | 'thawed'; readonly zone: Name; readonly at: number }
  | ({ readonly kind: 'replica-served' } & ReplicaServed);

export type PrimaryEventListener = (event: PrimaryEvent) => void;
