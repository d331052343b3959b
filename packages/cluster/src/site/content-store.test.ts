import { systemClock } from '@zonewire/nameserver';
import { RedisServer } from '@zonewire/testkit';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandConnection } from '../redis/connection.ts';
import { ContentStore, sha256Of } from './content-store.ts';

let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  server = await RedisServer.start();
  redis = commandConnection({ url: server.url });
  await new Promise((resolve) => redis.once('ready', resolve));
});
afterAll(async () => {
  redis?.disconnect();
  await server?.remove();
});

const piece = (n: number, size = 1_000) => new Uint8Array(size).fill(n);
let clockNow = Date.now();
const clock = { ...systemClock, now: () => clockNow };
const open = (prefix: string, maxSize = 10_000) => new ContentStore(redis, prefix, clock, { maxSize, keepFor: 60_000 });
const total = async (prefix: string) => Number(await redis.get(`${prefix}:content:total`));

describe('content in Redis', () => {
  test('what was put comes back; gone is missing; anything else is refused and removed', async () => {
    const store = open('a');
    await store.put('x', piece(1));
    const sha256 = sha256Of(piece(1));
    expect(await store.get('x', sha256)).toEqual(Buffer.from(piece(1)));
    expect(await store.get('y', sha256)).toBe('missing');
    await redis.setrange('a:x', 999, '?');
    expect(await store.get('x', sha256)).toBe('altered');
    expect(await store.get('x', sha256)).toBe('missing');
  });

  test('never more than the bound: the oldest go first', async () => {
    const store = open('b');
    for (let n = 0; n < 25; n++) {
      clockNow++;
      await store.put(`p${n}`, piece(n));
      expect(await total('b')).toBeLessThanOrEqual(10_000);
    }
    const left = await redis.keys('b:p*');
    expect(left.sort()).toEqual(Array.from({ length: 10 }, (_, i) => `b:p${i + 15}`).sort());
    clockNow++;
    // One that is larger than the bound does not stay.
    await store.put('large', piece(1, 20_000));
    expect(await total('b')).toBe(0);
    expect(await redis.exists('b:large')).toBe(0);
  });

  test('put again it counts once; what has expired does not count', async () => {
    const store = open('c');
    for (let i = 0; i < 5; i++) await store.put('same', piece(i, 3_000));
    expect(await total('c')).toBe(3_000);
    expect(await redis.pttl('c:same')).toBeGreaterThan(0);
    clockNow += 60_001;
    await store.put('other', piece(1));
    expect(await total('c')).toBe(1_000);
  });
});
