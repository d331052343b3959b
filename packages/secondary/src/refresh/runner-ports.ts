import type {
  Clock,
  Compactor,
  DnsExchange,
  FillRandom,
  Log,
  RunningTransfers,
  Verifier,
  ZoneTable,
} from '@zonewire/nameserver';
import type { ZoneVersion } from '@zonewire/zone';
import type { ZoneStore } from '@zonewire/zone-store';
import type { SecondaryLimits, SecondaryZoneConfig } from '../config.ts';
import type { SecondaryEvent } from '../events.ts';
import type { DueTimes } from '../schedule/due-times.ts';
import type { Schedule } from '../schedule/port.ts';
import type { SiteLink } from '../site/port.ts';
import type { Places } from './places.ts';
import type { Unreachable } from './unreachable.ts';

/** What the node gives its secondary zones. */
export interface NodePorts {
  readonly store: ZoneStore;
  readonly table: ZoneTable;
  readonly client: DnsExchange;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: FillRandom;
  /** Started and closed with the secondary. */
  readonly schedule: Schedule;
  /** The other nodes of the site; started and closed with the secondary. Absent: the node is a site of its own. */
  readonly site?: SiteLink | undefined;
}

/** What the runners of all zones share. */
export interface RunnerPorts extends NodePorts {
  /** When each zone expires: apart from the schedule, for it must be noticed in the middle of a round, and on every node by itself. */
  readonly expiries: DueTimes;
  readonly limits: SecondaryLimits;
  readonly checks: Places;
  readonly transfers: Places;
  readonly unreachable: Unreachable;
  readonly compactor: Compactor;
  readonly verifier: Verifier;
  readonly running: RunningTransfers;
  readonly emit: (event: SecondaryEvent) => void;
  /** A version of a change is on disk, and not synced yet: who can get ready for it is told. */
  readonly written: (config: SecondaryZoneConfig, version: ZoneVersion, expireAt: number) => void;
  /** A new version is served: those it is fed to are to be told. */
  readonly published: (
    zone: { readonly key: string; readonly config: SecondaryZoneConfig },
    version: ZoneVersion,
  ) => void;
}
