import type { Name, ResourceRecord } from '@zonewire/shared-protocol';
import type { Backlog } from './backlog.ts';
import type { CommitHistory } from './commit-history.ts';
import type { NotifiedZone } from './exchanges.ts';
import type { Exchange } from './outbound-window.ts';
import type { Remote } from './remote.ts';
import type { NotifyState } from './state.ts';

/** One zone at one remote that is told of it. */
export interface Target {
  readonly zone: AnnouncedZone;
  readonly remote: Remote;
  state: NotifyState;
  /** Set when the zone or the target goes away: what is still under way is not listened to any more. */
  gone: boolean;
  /** Its NOTIFY that waits for its turn, and whether it waits among those that follow a change. */
  queued: { readonly exchange: Exchange; readonly urgent: boolean } | undefined;
  /** Its last transfer said that it may be told of a version before that is served. */
  wantsForetold: boolean;
  readonly backlog: Backlog;
  /** Since when its remote's backlog counts it, and how many were before it; 'given-up': waited for too long. */
  waiting: { readonly since: number; readonly before: number } | 'given-up' | undefined;
}

export interface AnnouncedZone {
  readonly apex: Name;
  readonly text: string;
  /** Presentation form, lower case: what the watcher knows it by. */
  readonly id: string;
  readonly history: CommitHistory;
  serial: number;
  soa: ResourceRecord;
  /** Written, and not served yet, or never. */
  foretold: NotifiedZone | undefined;
  targets: Target[];
}

/** 0 to 1, the same for the same zone and target at every start. */
export function spread(apex: Name, id: string): number {
  let hash = 0x811c9dc5;
  for (const octet of apex) hash = Math.imul(hash ^ octet, 0x01000193);
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return (hash >>> 0) / 0x1_0000_0000;
}
