export * from './config.ts';
export type { SecondaryCounters } from './counters.ts';
export * from './events.ts';
export { DEFAULT_INTERVALS, type RefreshIntervals } from './refresh/timing.ts';
export { type TransferredIn, transferIn } from './refresh/transfer-in.ts';
export { HeapSchedule, TIMER_CONCURRENCY } from './schedule/heap.ts';
export * from './schedule/port.ts';
export { Secondary, type SecondaryOptions } from './secondary.ts';
export * from './site/port.ts';
