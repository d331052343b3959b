import { Redis, type RedisOptions } from 'ioredis';

export interface RedisAddress {
  /** `redis://host:6379`; `rediss://` is TLS. */
  readonly url: string;
  /** Beside the URL, so that the URL can be shown. */
  readonly password?: string | undefined;
}

/** Longest wait between two attempts to reach Redis, ms. */
const LONGEST_RECONNECT_WAIT = 2_000;

/**
 * A connection for commands: fails at once while Redis is away, so that nothing piles up for when it is back.
 * For what writes to BullMQ's queues.
 */
export function commandConnection(address: RedisAddress): Redis {
  return writingTogether(connection(address, { enableOfflineQueue: false }));
}

/** A connection for BullMQ's workers, which wait in it for jobs: it may hold a command as long as Redis takes. */
export function workerConnection(address: RedisAddress): Redis {
  return writingTogether(connection(address));
}

/** A connection that hears what is published. Its owner subscribes at each 'ready', to know since when it hears. */
export function subscriberConnection(address: RedisAddress): Redis {
  return connection(address, { autoResubscribe: false });
}

/** Tries again for ever. */
function connection({ url, password }: RedisAddress, options: RedisOptions = {}): Redis {
  return new Redis(url, {
    ...(password === undefined ? {} : { password }),
    maxRetriesPerRequest: null,
    retryStrategy: reconnectWait,
    ...options,
  });
}

/**
 * What is commanded in one turn of the loop leaves in one write. ioredis writes each command by itself, and when a burst of rounds
 * ends, the system calls take longer than all else.
 */
function writingTogether(redis: Redis): Redis {
  redis.on('connect', () => {
    const { stream } = redis;
    const write = stream.write.bind(stream);
    let held = false;
    stream.write = ((...args: Parameters<typeof write>) => {
      if (!held) {
        held = true;
        stream.cork();
        process.nextTick(() => {
          held = false;
          stream.uncork();
        });
      }
      return write(...args);
    }) as typeof write;
  });
  return redis;
}

function reconnectWait(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 10), LONGEST_RECONNECT_WAIT);
}
