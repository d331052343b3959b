import { Redis } from 'ioredis';

/** Longest wait between two attempts to reach Redis, ms. */
const LONGEST_RECONNECT_WAIT = 2_000;

/**
 * A connection for commands: fails at once while Redis is away, so that nothing piles up for when it is back.
 * For BullMQ's queues: DEPENDENCIES.md, "producers".
 */
export function commandConnection(url: string): Redis {
  return new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: null,
    retryStrategy: reconnectWait,
  });
}

/** A connection for BullMQ's workers, which wait in it for jobs: it may hold a command as long as Redis takes. */
export function workerConnection(url: string): Redis {
  return new Redis(url, { maxRetriesPerRequest: null, retryStrategy: reconnectWait });
}

function reconnectWait(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 10), LONGEST_RECONNECT_WAIT);
}
