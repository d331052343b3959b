import type { AclRule, Remote } from '@zonewire/nameserver';
import type { Name } from '@zonewire/shared-protocol';
import { DEFAULT_VERIFICATION, type VerificationPolicy } from '@zonewire/zone';
import { DEFAULT_JOURNAL_LIMITS } from '@zonewire/zone-store';
import type { SerialPolicy } from './serial-policy.ts';

/** What an operator says of a zone that this node is primary for. Sizes in octets. */
export interface PrimaryZoneConfig {
  readonly domain: Name;
  /** The zone file. */
  readonly file: string;
  /** Secondaries that are told of every new version. */
  readonly notify: readonly Remote[];
  readonly acl: readonly AclRule[];
  readonly serialPolicy?: SerialPolicy | undefined;
  /** Largest version in memory. */
  readonly zoneMaxSize?: number | undefined;
  readonly journalMaxSize?: number | undefined;
  readonly journalMaxDepth?: number | undefined;
  /** What has to be right in the file before it is served; default: ZONEMD is looked at and told of. */
  readonly verification?: VerificationPolicy | undefined;
}

export const PRIMARY_DEFAULTS = {
  serialPolicy: 'increment',
  zoneMaxSize: 2 * 1024 ** 3,
  verification: DEFAULT_VERIFICATION,
  ...DEFAULT_JOURNAL_LIMITS,
} as const;

/** A configuration in which nothing is left open. */
export type PrimaryZoneSettings = {
  readonly [K in keyof PrimaryZoneConfig]-?: Exclude<PrimaryZoneConfig[K], undefined>;
};

export function withDefaults(config: PrimaryZoneConfig): PrimaryZoneSettings {
  return {
    ...config,
    serialPolicy: config.serialPolicy ?? PRIMARY_DEFAULTS.serialPolicy,
    zoneMaxSize: config.zoneMaxSize ?? PRIMARY_DEFAULTS.zoneMaxSize,
    verification: config.verification ?? PRIMARY_DEFAULTS.verification,
    journalMaxSize: config.journalMaxSize ?? PRIMARY_DEFAULTS.journalMaxSize,
    journalMaxDepth: config.journalMaxDepth ?? PRIMARY_DEFAULTS.journalMaxDepth,
  };
}
