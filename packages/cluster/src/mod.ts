export type { RedisState } from './redis/health.ts';
export { BullmqSchedule, type BullmqScheduleCounters, type BullmqScheduleOptions } from './schedule/bullmq-schedule.ts';
export { DEFAULT_TAKE_OVER, type TakeOver } from './schedule/take-over.ts';
export { CONTENT_MAX_SIZE, RedisSite, type RedisSiteCounters, type RedisSiteOptions } from './site/redis-site.ts';
