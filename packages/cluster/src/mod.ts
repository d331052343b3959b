export type { RedisState } from './redis/health.ts';
export { BullmqSchedule, type BullmqScheduleCounters, type BullmqScheduleOptions } from './schedule/bullmq-schedule.ts';
export { DEFAULT_TAKE_OVER, type TakeOver } from './schedule/take-over.ts';
