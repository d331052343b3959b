import type { Name } from '@zonewire/shared-protocol';
import type { ZoneVersion } from '@zonewire/zone';
import * as zone from '@zonewire/zone';

export interface ZoneProblem {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly name: Name;
  readonly type?: number;
  readonly message: string;
}

export function checkZone(version: ZoneVersion): readonly ZoneProblem[] {
  return (zone as { checkZone?: (version: ZoneVersion) => readonly ZoneProblem[] }).checkZone?.(version) ?? [];
}
