export {
  type AskedComparison,
  type ComparisonOutcome,
  type ComparisonPorts,
  Comparisons,
  type ZoneAtSecondary,
} from './comparing/comparisons.ts';
export { type ComparingSettings, type ComparisonFacts, DEFAULT_COMPARING } from './comparing/rules.ts';
export { DEFAULT_HISTORY_LIMITS } from './history/entries.ts';
export { History, type HistoryCounters } from './history/history.ts';
export * from './model.ts';
export { OwnZones, type OwnZoneView } from './own-zones/own-zones.ts';
export { type ReplicaCounters, Replicas, type ReplicasOptions } from './replicas.ts';
export type { FiguresTaker, FiguresWalk } from './views.ts';
export { type Change, changeId, parseChangeId } from './waiting/change-id.ts';
export type {
  ChangeProgress,
  Look,
  SecondaryProgress,
  Standing,
} from './waiting/judge.ts';
export {
  DEFAULT_WAITING_LIMITS,
  type WaitingCounters,
  type WaitingLimits,
  WaitingRoom,
} from './waiting/waiting-room.ts';
export { ALERTS, type AlertKind } from './webhooks/alert.ts';
export type { PostWebhook } from './webhooks/outbox.ts';
export { type WebhookConfig, Webhooks } from './webhooks/webhooks.ts';
