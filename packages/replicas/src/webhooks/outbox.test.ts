import { silentLog } from '@zonewire/nameserver';
import { FakeClock, settle } from '@zonewire/testkit';
import { expect, it } from 'vitest';
import type { Alert } from './alert.ts';
import { DEFAULT_OUTBOX_LIMITS, Outbox, type OutboxLimits, retryDelay, type WebhookPost } from './outbox.ts';
import { signature } from './signature.ts';

const SECRET = new TextEncoder().encode('a secret of the receiver');

function alert(secondary: string): Alert {
  return { event: 'behind', zone: 'example.test.', secondary, since: 1, reason: 'it lags', next: 'look' };
}

function world(limits: Partial<OutboxLimits> = {}) {
  const clock = new FakeClock();
  const posts: { post: WebhookPost; answer: (answer: { status: number } | { trouble: string }) => void }[] = [];
  let made = 0;
  const outbox = new Outbox({
    id: 'hook',
    url: 'https://example.test/hook',
    secret: SECRET,
    node: 'primary-1',
    clock,
    log: silentLog,
    limits,
    unique: () => `delivery-${++made}`,
    post: (post) => new Promise((answer) => posts.push({ post, answer })),
  });
  const secondaries = (index: number) =>
    (JSON.parse(posts[index].post.body) as { events: Alert[] }).events.map(({ secondary }) => secondary);
  const answer = async (index: number, status: number) => {
    posts[index].answer({ status });
    await settle();
  };
  return { clock, outbox, posts, secondaries, answer };
}

it('gathers, signs, and sends in order, one POST at a time', async () => {
  const { clock, outbox, posts, secondaries, answer } = world({ batch: 2 });
  for (const one of ['a', 'b', 'c']) outbox.put(alert(one));
  await clock.advance(200);
  expect(posts).toHaveLength(1);
  const { headers, body, url } = posts[0].post;
  const timestamp = Math.floor(clock.now() / 1000);
  expect(url).toBe('https://example.test/hook');
  expect(headers).toMatchObject({
    'Zonewire-Timestamp': String(timestamp),
    'Zonewire-Delivery': 'delivery-1',
    'Zonewire-Signature': signature(SECRET, timestamp, body),
  });
  expect(JSON.parse(body)).toEqual({
    delivery: 'delivery-1',
    node: 'primary-1',
    delivered: 0,
    lost: 0,
    events: [alert('a'), alert('b')],
  });
  outbox.put(alert('d'));
  await clock.advance(60_000);
  expect(posts).toHaveLength(1);
  await answer(0, 204);
  await clock.advance(0);
  expect(secondaries(1)).toEqual(['c', 'd']);
  await answer(1, 200);
  expect([outbox.size, clock.pending]).toEqual([0, 0]);
  expect(outbox.counters).toEqual({ delivered: 4, dropped: 0, expired: 0, accepted: 2, failed: 0 });
});

it('the signature is HMAC-SHA256 of timestamp, dot and body', () => {
  // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac 'a secret of the receiver'
  expect(signature(SECRET, 1_700_000_000, '{"a":1}')).toMatch(/^sha256=[0-9a-f]{64}$/);
  expect(signature(SECRET, 1_700_000_000, '{"a":1}')).toBe(
    'sha256=719d43160dd8091f1cdca2473a26871d7f4f701b9c72dd2391c6e537c2ec685b',
  );
  expect(signature(SECRET, 1_700_000_001, '{"a":1}')).not.toBe(signature(SECRET, 1_700_000_000, '{"a":1}'));
});

it.each([300, 302, 400, 401, 404, 429, 500, 503])(
  '%i is not accepted: the same delivery again, signed anew, before the next',
  async (status) => {
    const { clock, outbox, posts, secondaries, answer } = world({ batch: 1 });
    outbox.put(alert('a'));
    outbox.put(alert('b'));
    await clock.advance(200);
    await answer(0, status);
    expect(outbox.trouble).toBe(`it answers ${status}`);
    await clock.advance(999);
    expect(posts).toHaveLength(1);
    await clock.advance(1);
    expect(secondaries(1)).toEqual(['a']);
    expect(posts[1].post.headers['Zonewire-Delivery']).toBe('delivery-1');
    expect(posts[1].post.headers['Zonewire-Signature']).not.toBe(posts[0].post.headers['Zonewire-Signature']);
    await answer(1, 200);
    await clock.advance(0);
    expect(secondaries(2)).toEqual(['b']);
    expect(outbox.trouble).toBeUndefined();
    expect(outbox.counters).toMatchObject({ failed: 1, accepted: 1, delivered: 1 });
  },
);

it('retries ever more slowly', () => {
  expect([1, 2, 3, 8, 9, 10, 1_000].map(retryDelay)).toEqual([1_000, 2_000, 4_000, 128_000, 256_000, 300_000, 300_000]);
});

it('a limit of the queue: the oldest goes, is counted, and the receiver can see it', async () => {
  const { clock, outbox, posts, secondaries } = world({ queue: 2 });
  for (const one of ['a', 'b', 'c', 'd']) outbox.put(alert(one));
  expect([outbox.size, outbox.counters.dropped]).toEqual([2, 2]);
  await clock.advance(200);
  expect(secondaries(0)).toEqual(['c', 'd']);
  expect(JSON.parse(posts[0].post.body)).toMatchObject({ lost: 2 });
  expect(DEFAULT_OUTBOX_LIMITS).toEqual({ queue: 10_000, batch: 100, maxAge: 86_400_000, timeout: 10_000 });
});

it('a limit of age: given up and counted, later ones go on', async () => {
  const { clock, outbox, posts, secondaries, answer } = world({ maxAge: 10_000 });
  outbox.put(alert('a'));
  await clock.advance(200);
  for (let attempt = 0; attempt < 3; attempt++) {
    await answer(attempt, 500);
    await clock.advance(retryDelay(attempt + 1));
  }
  expect(secondaries(3)).toEqual(['a']);
  outbox.put(alert('b'));
  await answer(3, 500);
  await clock.advance(8_000);
  expect(posts).toHaveLength(5);
  expect(secondaries(4)).toEqual(['b']);
  expect(outbox.counters).toMatchObject({ expired: 1, failed: 4 });
});

it('ends: what is under way is cut, nothing comes after', async () => {
  const { clock, outbox, posts, answer } = world();
  outbox.put(alert('a'));
  await clock.advance(200);
  outbox.stop();
  expect(posts[0].post.signal.aborted).toBe(true);
  await answer(0, 500);
  outbox.put(alert('b'));
  await clock.advance(600_000);
  expect([posts.length, clock.pending]).toEqual([1, 0]);
});
