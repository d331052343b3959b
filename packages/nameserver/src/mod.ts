export * from './access.ts';
export * from './client/client-counters.ts';
export * from './client/dns-client.ts';
export type { OutboundRequest } from './client/outbound-request.ts';
export { Compactor, type CompactorCounters } from './compaction/compactor.ts';
export * from './counters.ts';
export { DEFAULT_LIMITS, type NameserverLimits } from './limits.ts';
export { type ListenAddress, Nameserver, type NameserverOptions } from './nameserver.ts';
export { Announcer, type AnnouncerOptions, type NotifyCounters, type ReplicaServed } from './notify-out/announcer.ts';
export { ANSWERS_UNTIL_GONE, heldByAll, type NodeSeen, nodesAfter } from './notify-out/nodes.ts';
export { addressText, type Remote, type RemoteAddress } from './notify-out/remote.ts';
export type { LagFigures } from './notify-out/replica-lag.ts';
export { WakeHeap } from './notify-out/wake-heap.ts';
export type { NotifyWatcher, TargetAnswer, TargetFailure } from './notify-out/watcher.ts';
export * from './ports.ts';
export { randomPool } from './random-pool.ts';
export type { RequestWatch, TransferAsked, TransferServed } from './request-watch.ts';
export {
  type RunningTransfer,
  RunningTransfers,
  type TransferEvent,
  type TransferUnderWay,
} from './running-transfers.ts';
export * from './status.ts';
export { systemClock } from './system-clock.ts';
export type { TransferSource } from './transfer-out/plan.ts';
export { DEFAULT_TRANSFER_OUT_LIMITS, type TransferOutLimits } from './transfer-out/slots.ts';
export { TransferOut, type TransferOutCounters, type TransferOutOptions } from './transfer-out/transfer-out.ts';
export * from './verification/verifier.ts';
export * from './zone-handler.ts';
export * from './zone-table.ts';
