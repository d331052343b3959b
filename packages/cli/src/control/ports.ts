import type { DelegationReport } from '@zonewire/delegation';
import type { RunningTransfer, ZoneGlance, ZoneStatus } from '@zonewire/nameserver';
import type {
  AskedComparison,
  FiguresTaker,
  HealthState,
  LagBucket,
  OwnZoneView,
  QueuePage,
  ReplicaList,
  ReplicaQuery,
  ReplicaView,
  SecondaryTotals,
  SerialTimes,
  WaitingRoom,
} from '@zonewire/replicas';
import type { Name } from '@zonewire/shared-protocol';
import type { ZoneVersion } from '@zonewire/zone';
import type { Place } from '../config/mod.ts';
import type { EventStreams } from '../events/event-streams.ts';
import type { MetricFamily } from './metrics/exposition.ts';
import type { ZoneMetrics } from './metrics/own-samples.ts';

/** What the control API shows and does; `run` implements it over the running node, tests over nothing. */
export interface ControlPorts {
  info(): NodeInfo;
  /** Statuses of the zones that match, a page of them, and how many match. In the order of the configuration. */
  list(query: ZoneQuery): ZonePage;
  /** Every zone in short; what is asked of all zones is asked of these. */
  glances(): Iterable<ZoneGlance>;
  zoneCount(): number;
  /** `undefined`: this node does not have the zone. */
  status(zone: Name): NodeZoneStatus | undefined;
  /** Zones that this node is secondary for, by health. */
  ownHealth(): Readonly<Record<HealthState, number>>;
  /** Health of one of these, as it was judged last; as its glance calls the zone. */
  healthOf(zone: string): HealthState | undefined;
  replicas(zone: Name): readonly ReplicaView[];
  /** Now, ms since the epoch. */
  now(): number;
  readonly events: Pick<EventStreams, 'open'>;
  transfers(): readonly RunningTransfer[];
  /** How far changes have come, and waiting for them. */
  readonly changes: Pick<WaitingRoom, 'progress' | 'wait'>;
  readonly replication: ReplicationPort;
  /** Where this node and its remotes stand, as far as the configuration says. */
  places(): { readonly node?: Place | undefined; readonly remotes: ReadonlyMap<string, Place> };
  readonly delegation: DelegationPort;
  /** What is served now; `undefined` while nothing is. */
  version(zone: Name): ZoneVersion | undefined;
  /** Re-reads configuration and changed zone files, as SIGHUP does. */
  reloadAll(): Promise<ReloadReport>;
  /** Sends NOTIFY to every target of the zone now; both roles can have some. */
  notify(zone: Name): Promise<ActionOutcome>;
  readonly primary: PrimaryPort;
  readonly secondary: SecondaryPort;
  /** Which zones have samples of their own; absent: it follows from how many there are. */
  readonly zoneMetrics?: ZoneMetrics | undefined;
  /** Counters and gauges beyond those of zones and secondaries. */
  metrics(): Iterable<MetricFamily>;
}

export interface ZoneQuery {
  readonly role?: ZoneStatus['role'] | undefined;
  readonly state?: ZoneStatus['state'] | undefined;
  readonly offset: number;
  /** Absent: all. */
  readonly limit?: number | undefined;
}

export interface ZonePage {
  readonly total: number;
  /** Made as they are come to. */
  readonly zones: Iterable<NodeZoneStatus>;
}

/** With the health of those that the node is secondary for. */
export type NodeZoneStatus = ZoneStatus & Partial<OwnZoneView>;

/** What is known of those this node notifies. Zones are presentation form, absolute, lower case. */
export interface ReplicationPort {
  list(query: ReplicaQuery): ReplicaList;
  timeline(zone: string, limit: number): Promise<readonly SerialTimes[]>;
  lagHistory(query: {
    zone?: string | undefined;
    secondary?: string | undefined;
    hours: number;
  }): Promise<readonly LagBucket[]>;
  /** A step is a zone, or an entry. */
  queue(page: { readonly offset: number; readonly limit: number }): Generator<void, QueuePage>;
  /** Each secondary over all its zones. */
  totals(): readonly SecondaryTotals[];
  /** Numbers of every zone at each secondary; a step is a zone. */
  figures(take: FiguresTaker): Generator<void>;
  /** Transfers the copy of one secondary, or of all, and compares it. Rejects with ZonewireError. */
  compare(zone: string, secondary: string | undefined): Promise<readonly AskedComparison[]>;
}

/** Checks of delegations from time to time. */
export interface DelegationPort {
  /** ms since the epoch; undefined: the zone is not checked here. */
  dueAt(zone: Name): number | undefined;
  /** Undefined: not checked yet. */
  report(zone: Name): DelegationReport | undefined;
}

/** Reject with a ZonewireError when it cannot be done; resolve with one sentence that says what was. */
interface PrimaryPort {
  reload(zone: Name, options: { discardUpdates: boolean }): Promise<ActionOutcome>;
  freeze(zone: Name): Promise<ActionOutcome>;
  thaw(zone: Name): Promise<ActionOutcome>;
  change(zone: Name, changes: readonly RRsetChange[]): Promise<ChangeOutcome>;
}

interface SecondaryPort {
  refresh(zone: Name): Promise<ActionOutcome>;
  retransfer(zone: Name): Promise<ActionOutcome>;
}

export interface ActionOutcome {
  /** One sentence for an operator. */
  readonly message: string;
  readonly serial?: number;
}

interface ChangeOutcome {
  readonly changeId: string;
  /** The serial that holds the change. */
  readonly serial: number;
}

/** One RRset of a PATCH, read: names and rdata are wire form. */
export interface RRsetChange {
  readonly change: 'replace' | 'delete' | 'extend' | 'prune';
  readonly name: Name;
  readonly type: number;
  /** Seconds; 0 where the change needs none. */
  readonly ttl: number;
  readonly rdatas: readonly Uint8Array[];
}

export interface NodeInfo {
  readonly identity: string;
  /** Zonewire's version. */
  readonly version: string;
  /** Node.js's version. */
  readonly runtime: string;
  readonly pid: number;
  /** ms since the epoch */
  readonly startedAt: number;
  /** When the running configuration was read, ms since the epoch. */
  readonly configuredAt: number;
  readonly configFile: string;
  readonly dataDir: string;
  /** `host:port` as bound. */
  readonly listen: readonly string[];
  readonly stopping: boolean;
  /** Absent: no Redis is configured. */
  readonly redis?: RedisStatus;
}

export interface RedisStatus {
  /** Without its password. */
  readonly url: string;
  readonly site: string;
  /** answers: timers run in it. lost: timers run in this node until it answers again. */
  readonly state: 'connecting' | 'answers' | 'lost';
  /** Since when it is in that state, ms since the epoch. */
  readonly since: number;
  /** Why it is lost. */
  readonly trouble?: string;
  /** How often it was lost since the start. */
  readonly lost: number;
  /** Commands it refused while it answered. */
  readonly refused: number;
  /** Rounds it did not hand out in time, begun by this node. */
  readonly takenOver: number;
}

export interface ReloadReport {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Zones whose configuration changed. */
  readonly reconfigured: readonly string[];
  /** Primary zones whose file was read again, with what came of it. */
  readonly reloaded: readonly { readonly zone: string; readonly message: string }[];
  /** Zones that could not be; they go on with what they had. */
  readonly failed: readonly { readonly zone: string; readonly message: string }[];
  /** Settings that changed and take effect only at a restart. */
  readonly needRestart: readonly string[];
}
