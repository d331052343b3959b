import type { Remote } from './remote.ts';

/** A target answered a probe. */
export interface TargetAnswer {
  readonly serial: number;
  readonly at: number;
  /** When it was asked. */
  readonly askedAt?: number | undefined;
  /** Which node behind the address answered (NSID, RFC 5001). */
  readonly node?: string | undefined;
  /** All nodes behind the address, by answers for whatever zone. */
  readonly there?: readonly string[] | undefined;
  /** Seconds until the zone expires there, by its own word (RFC 7314). */
  readonly expireIn?: number | undefined;
}

/** An exchange with a target failed. `silence`: nothing came back; `refused`: what came back was no help. */
export interface TargetFailure {
  readonly at: number;
  readonly cause: 'silence' | 'refused' | 'not-implemented';
  readonly reason: string;
  /** It stands for that many in a row: found out by exchanges for other zones. */
  readonly silent?: number;
}

/**
 * What an announcer does and sees, told as it happens. `zone` is presentation form, absolute, lower case; `secondary` is the id
 * of the remote; times are ms since the epoch. Called in the middle of a change: an implementation is quick and does not throw.
 */
export interface NotifyWatcher {
  /** Who is told of the zone's changes from now on. `expire`: seconds, of its SOA. */
  watching(
    zone: string,
    remotes: readonly Remote[],
    served: { readonly serial: number; readonly expire: number },
  ): void;
  /** Nobody is told any more: the zone is gone, or the node stops. */
  forgotten(zone: string): void;
  /** `serial` is served since `at`; `serials`: all of the same group of commits, it included. */
  committed(zone: string, serial: number, serials: readonly number[], at: number, expire: number): void;
  notified(zone: string, secondary: string, serial: number, at: number): void;
  acknowledged(zone: string, secondary: string, serial: number, at: number): void;
  notifyFailed(zone: string, secondary: string, failure: TargetFailure): void;
  answered(zone: string, secondary: string, answer: TargetAnswer): void;
  probeFailed(zone: string, secondary: string, failure: TargetFailure): void;
}
