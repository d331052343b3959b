export * from './addresses.ts';
export type { FollowedConfig } from './followed.ts';
export * from './load.ts';
export * from './node-config.ts';
export * from './problem.ts';
export { redisUrlShown } from './redis.ts';
export * from './schema.ts';
