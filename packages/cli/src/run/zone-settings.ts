import type { PrimaryZoneConfig } from '@zonewire/primary';
import type { SecondaryZoneConfig } from '@zonewire/secondary';
import type { ZoneConfig } from '../config/mod.ts';

/** A zone of the configuration as primary and secondary take it; what is not set is their default. */

export function primarySettings({ domain, file, notify, acl, settings }: ZoneConfig): PrimaryZoneConfig {
  const { serialPolicy, zoneMaxSize, journalMaxSize, journalMaxDepth, verification } = settings;
  return { domain, file: file!, notify, acl, serialPolicy, zoneMaxSize, journalMaxSize, journalMaxDepth, verification };
}

export function secondarySettings({ domain, primaries, notify, acl, settings }: ZoneConfig): SecondaryZoneConfig {
  const { serialPolicy: _, ...rest } = settings;
  return { domain, primaries, notify, acl, ...rest };
}
