import type {
  JournalStatus,
  ReplicaLag,
  StatusError,
  VerificationStatus,
  ZoneState,
  ZoneStatus,
} from '@zonewire/nameserver';
import { type Name, nameToText } from '@zonewire/shared-protocol';
import type { ZoneVersion } from '@zonewire/zone';
import type { PrimaryFacts } from './facts.ts';

export interface PrimaryZoneView {
  readonly apex: Name;
  readonly version: ZoneVersion | undefined;
  readonly facts: PrimaryFacts;
  readonly servedAt: number | undefined;
  readonly lastError: StatusError | undefined;
  readonly warnings: readonly string[];
  readonly verification: VerificationStatus | undefined;
  readonly journal: JournalStatus;
  readonly notify: readonly ReplicaLag[];
}

/** A primary's zone as operators see it. */
export function zoneStatus(view: PrimaryZoneView): ZoneStatus {
  const { apex, version, facts, servedAt, lastError, warnings, verification, journal, notify } = view;
  const { file } = facts;
  const served = version === undefined || servedAt === undefined ? undefined : { serial: version.serial, at: servedAt };
  return {
    zone: nameToText(apex),
    role: 'primary',
    state: zoneState(view),
    records: version?.recordCount,
    bytes: version?.byteLength,
    received: served,
    served,
    lastError,
    warnings: warnings.length === 0 ? undefined : warnings,
    notify,
    journal,
    verification,
    file: file && {
      path: file.path,
      loadedAt: file.loadedAt,
      serial: file.serial,
      dynamicUpdatesSince: facts.updatesSince,
    },
  };
}

export function zoneState({
  version,
  facts,
  lastError,
}: Pick<PrimaryZoneView, 'version' | 'facts' | 'lastError'>): ZoneState {
  if (version === undefined) return lastError === undefined ? 'loading' : 'failed';
  return facts.frozen ? 'frozen' : 'serving';
}
