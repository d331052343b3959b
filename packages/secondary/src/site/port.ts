import type { Name } from '@zonewire/shared-protocol';
import type { ZoneDiff, ZoneVersion } from '@zonewire/zone';

/**
 * What the nodes of one site tell each other, so that a primary sees one SOA check and one transfer a version however many they are:
 * the port behind which Redis stands (packages/cluster). To the refresh machine the site is a primary that is asked first.
 */
export interface SiteLink {
  /** Begins to pass on what the others tell. Called once. */
  start(host: SiteHost): void;

  /** This node has a zone from now on: what the site knows of it is told as news. */
  joined(zone: string): void;

  /** What the site knows of a zone; undefined when it knows nothing, or does not say so in time. Never rejects. */
  head(zone: string): Promise<SiteHead | undefined>;

  /** The records of `head`, or what leads there from `held`; undefined with a reason when nobody has them. Never rejects. */
  fetch(request: SiteRequest): Promise<SiteContent | { readonly kind: 'none'; readonly message: string }>;

  /**
   * A round of this node is over: the others may take what it brought. `content`: of a new version. Resolves when they can know;
   * never rejects.
   */
  tell(head: SiteHead, content?: ToldContent): Promise<void>;

  close(): Promise<void>;
}

/** As a primary's key: who was asked. */
export const SITE = 'site';

/** Where a zone stands after a round of some node of the site. Times are ms since the epoch. */
export interface SiteHead {
  /** In lower case. */
  readonly zone: string;
  readonly serial: number;
  /** When a primary last confirmed this serial. */
  readonly checkedAt: number;
  readonly expireAt: number;
  /** When the site's next round is planned. */
  readonly nextAt: number;
  /** Rounds that failed since `checkedAt`; the last ended at `failedAt`. */
  readonly failures: number;
  readonly failedAt?: number | undefined;
  readonly error?: { readonly code: string; readonly message: string } | undefined;
}

export interface SiteRequest {
  readonly apex: Name;
  readonly head: SiteHead;
  readonly held: ZoneVersion | undefined;
  /** Octets that the version may take. */
  readonly maxSize: number;
  readonly signal: AbortSignal;
}

export type SiteContent =
  | { readonly kind: 'zone'; readonly version: ZoneVersion; readonly bytes: number }
  | { readonly kind: 'diffs'; readonly diffs: readonly ZoneDiff[]; readonly bytes: number };

export interface ToldContent {
  readonly version: ZoneVersion;
  /** What leads to it from the version held before; undefined: only the whole zone does. */
  readonly diffs: readonly ZoneDiff[] | undefined;
}

/** This node, as the site sees it. */
export interface SiteHost {
  news(head: SiteHead): void;
  /** What this node serves of a zone that another one is missing. */
  serves(zone: string): { readonly head: SiteHead; readonly version: ZoneVersion } | undefined;
  /** The zones of this node. */
  zones(): Iterable<string>;
}
