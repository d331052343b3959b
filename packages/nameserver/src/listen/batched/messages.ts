import type { Name } from '@zonewire/shared-protocol';
import type { Counters } from '../../counters.ts';
import type { ReturnPath } from './sockets.ts';

/** What the main thread and an answering thread say to each other. Layers of versions are shared, everything else is copied. */

/** A zone as an answering thread needs it. */
export interface ZoneCopy {
  /** {@link nameOctets}. */
  readonly apex: string;
  /** undefined: nothing is loaded. */
  readonly layers: readonly SharedArrayBuffer[] | undefined;
  readonly state: 'serving' | 'loading' | 'expired';
  readonly expireAt: number | undefined;
  readonly role: 'primary' | 'secondary';
}

export interface ThreadData {
  readonly fd: number;
  readonly family: 4 | 6;
  readonly wildcard: boolean;
  readonly identity: string;
  readonly version: string | false;
  readonly udpAnswerSize: number;
  /** Int32 elements {@link SHARED}. */
  readonly shared: SharedArrayBuffer;
  readonly zones: ZoneCopy[];
}

/** Elements of the words that both sides read and write. */
export const SHARED = {
  /** Grows with every message to the thread: it looks into its port before it answers anything that came in later. */
  GENERATION: 0,
  /** Not 0: the thread ends. */
  STOP: 1,
  /** Requests handed to the main thread that it has not taken yet. */
  HANDED_OVER: 2,
  /** The last prepared version that is served: the `ticket` it came with. */
  SERVED_TICKET: 3,
  LENGTH: 4,
} as const;

/** Requests of a thread that wait for the main thread; more are dropped, and their clients send again. */
export const MAX_HANDED_OVER = 1_000;

export type ToThread =
  | { readonly kind: 'zones'; readonly zones: readonly ZoneCopy[] }
  /**
   * To be kept until {@link SHARED.SERVED_TICKET} says that it is served, or there is other news of the zone, or another one is prepared.
   * `isLastServed`: the one prepared before is, which the thread need not have seen yet.
   */
  | { readonly kind: 'prepared'; readonly zone: ZoneCopy; readonly ticket: number; readonly isLastServed: boolean }
  | { readonly kind: 'removed'; readonly apex: string };

export type FromThread =
  | { readonly kind: 'ready' }
  /** What is not answered by threads: NOTIFY, UPDATE, transfers, everything signed. */
  | {
      readonly kind: 'request';
      readonly request: Uint8Array;
      readonly peerAddress: string;
      readonly peerPort: number;
      readonly path: ReturnPath;
    }
  /** What was counted since the last time. */
  | { readonly kind: 'counted'; readonly counters: Counters }
  | {
      readonly kind: 'log';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly fields: object;
      readonly message: string;
    };

/**
 * A name as text of one character an octet. Sent as what it is, it would get a buffer of its own on both sides: a quarter of a KiB for each
 * of thousands of zones.
 */
export function nameOctets(name: Name): string {
  let octets = '';
  for (let i = 0; i < name.length; i++) octets += String.fromCharCode(name[i]);
  return octets;
}

export function nameOfOctets(octets: string): Name {
  const name = new Uint8Array(octets.length);
  for (let i = 0; i < name.length; i++) name[i] = octets.charCodeAt(i);
  return name;
}
