import type { AclRule, Remote } from '@zonewire/nameserver';
import type { ComparingSettings, WebhookConfig } from '@zonewire/replicas';
import type { Name, TsigKey } from '@zonewire/shared-protocol';
import type { VerificationPolicy } from '@zonewire/zone';
import type { HostPort } from './addresses.ts';
import type { FollowedConfig } from './followed.ts';

/** A configuration that holds together: every id resolved, templates merged, paths absolute, secrets read. */
export interface NodeConfig {
  /** Absolute path of the file. */
  readonly file: string;
  readonly server: ServerConfig;
  readonly control: ControlConfig | undefined;
  /** Absent: timers are embedded, and the node is a site of its own. */
  readonly redis: RedisConfig | undefined;
  readonly limits: LimitsConfig;
  /** Absent: delegations are checked by command only. */
  readonly delegation?: DelegationConfig | undefined;
  readonly replicas: ReplicasConfig;
  /** Of the copies of secondaries with what is served here. Absent keys: the default of packages/replicas. */
  readonly comparing: Partial<ComparingSettings>;
  readonly keys: readonly TsigKey[];
  readonly zones: readonly ZoneConfig[];
  readonly webhooks: readonly WebhookConfig[];
  /** Secondaries of ours, of which receipts are followed. */
  readonly followed: readonly FollowedConfig[];
  /** Where remotes stand, by their id; only those that say so. */
  readonly places: ReadonlyMap<string, Place>;
}

/** A point on the map, in degrees; north and east are positive. */
export interface Place {
  readonly label: string;
  readonly latitude: number;
  readonly longitude: number;
}

interface ServerConfig {
  readonly identity: string;
  /** Where this node stands. */
  readonly place?: Place | undefined;
  /** What version.bind is answered with; false: not answered. */
  readonly version: string | false;
  readonly listen: readonly HostPort[];
  readonly dataDir: string;
  readonly udp: 'auto' | 'batched' | 'dgram';
  /** UDP answering threads, for each address, where UDP is batched. */
  readonly workers: number;
  /** Whether some changes are carried out after the start that nobody sees (run/warm-up.ts). */
  readonly warmUp: boolean;
}

interface ControlConfig {
  readonly listen: HostPort;
  readonly token: string | undefined;
  /** Absent: the default of packages/replicas. */
  readonly waits?: number | undefined;
  /** Which zones have metrics of their own; absent: all while they are few. */
  readonly zoneMetrics?: 'full' | 'terse' | 'none' | undefined;
}

export interface RedisConfig {
  readonly url: string;
  readonly password: string | undefined;
  readonly site: string;
  /** Octets; absent: the default of packages/cluster. */
  readonly contentMaxSize: number | undefined;
}

/** Absent: the default of packages/secondary. */
interface LimitsConfig {
  readonly rounds?: number | undefined;
  readonly checks?: number | undefined;
  readonly transfers?: number | undefined;
  readonly transfersPerPrimary?: number | undefined;
  /** ms: tcp-remote-io-timeout. */
  readonly idleTimeout?: number | undefined;
}

export interface DelegationConfig {
  readonly resolvers: readonly HostPort[];
  readonly parents: readonly { readonly zone: Name; readonly addresses: readonly HostPort[] }[];
  /** Seconds; 0: by command only. */
  readonly checkInterval: number;
  /** Of name servers whose addresses come out of the DNS. */
  readonly port: number;
}

/** Absent: the default of packages/replicas. */
interface ReplicasConfig {
  /** ms */
  readonly maxAge?: number;
  readonly maxRows?: number;
}

/** With `file` this node is the zone's primary; otherwise it is a secondary and `primaries` is not empty. */
export interface ZoneConfig {
  readonly domain: Name;
  readonly file: string | undefined;
  readonly primaries: readonly Remote[];
  readonly notify: readonly Remote[];
  readonly acl: readonly AclRule[];
  readonly settings: ZoneSettings;
  /** False: its delegation is checked by command only. */
  readonly delegationCheck?: boolean | undefined;
}

/** What the file says; absent keys take the default of primary or secondary. Durations in seconds, sizes in octets. */
export interface ZoneSettings {
  readonly refreshMinInterval?: number;
  readonly refreshMaxInterval?: number;
  readonly retryMinInterval?: number;
  readonly retryMaxInterval?: number;
  readonly expireMinInterval?: number;
  readonly zoneMaxSize?: number;
  readonly journalMaxSize?: number;
  readonly journalMaxDepth?: number;
  readonly verification?: VerificationPolicy;
  readonly serialPolicy?: 'increment' | 'unixtime' | 'dateserial';
}
