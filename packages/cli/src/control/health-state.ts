import type { HealthState } from '@zonewire/replicas';

/** From worst to best; the console and the overview name the worst first. */
export const HEALTH_STATES = [
  'expired',
  'diverged',
  'expiring',
  'refusing',
  'unreachable',
  'ahead',
  'behind',
  'unknown',
  'in-sync',
] as const satisfies readonly HealthState[];

export type HealthName = HealthState;
