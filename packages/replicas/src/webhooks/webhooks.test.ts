import { silentLog } from '@zonewire/nameserver';
import { FakeClock } from '@zonewire/testkit';
import { expect, it } from 'vitest';
import type { WebhookPost } from './outbox.ts';
import { type WebhookConfig, Webhooks } from './webhooks.ts';

const HOOK: WebhookConfig = {
  id: 'pager',
  url: 'https://pager.test/',
  secret: new Uint8Array(32),
  on: ['expired', 'recovered'],
  hold: 60,
};

function world() {
  const clock = new FakeClock();
  const posts: WebhookPost[] = [];
  let status = 200;
  const webhooks = new Webhooks({
    node: 'primary-1',
    clock,
    log: silentLog,
    unique: () => 'one',
    post: async (post) => {
      posts.push(post);
      return { status };
    },
  });
  const expired = (zone: string) =>
    webhooks.event({
      kind: 'health',
      zone,
      secondary: 'fra1',
      at: clock.now(),
      from: 'expiring',
      to: { state: 'expired', since: clock.now(), reason: 'no primary answers', next: 'start it' },
    });
  const zonesOf = (post: WebhookPost) => JSON.parse(post.body).events.map((event: { zone: string }) => event.zone);
  return {
    clock,
    webhooks,
    posts,
    expired,
    zonesOf,
    answers: (next: number) => {
      status = next;
    },
  };
}

it('each is told of its zones, and of health only', async () => {
  const { clock, webhooks, posts, expired, zonesOf } = world();
  webhooks.configure([HOOK, { ...HOOK, id: 'mail', url: 'https://mail.test/', zones: ['b.test.'] }]);
  expired('a.test.');
  expired('b.test.');
  webhooks.event({ kind: 'committed', zone: 'a.test.', serial: 8, serials: [8], at: 0 });
  await clock.advance(1_000);
  expect(posts.map((post) => [post.url, zonesOf(post)])).toEqual([
    ['https://pager.test/', ['a.test.', 'b.test.']],
    ['https://mail.test/', ['b.test.']],
  ]);
});

it('a reload: who stays the same goes on, who is gone ends', async () => {
  const { clock, webhooks, posts, expired, answers, zonesOf } = world();
  webhooks.configure([HOOK]);
  answers(500);
  expired('a.test.');
  await clock.advance(200);
  webhooks.configure([{ ...HOOK, secret: new Uint8Array(32) }]);
  expect(webhooks.status()).toMatchObject([{ id: 'pager', waiting: 1, trouble: 'it answers 500' }]);
  answers(200);
  await clock.advance(1_000);
  expect(posts.map(zonesOf)).toEqual([['a.test.'], ['a.test.']]);
  webhooks.configure([{ ...HOOK, hold: 1 }]);
  expect(webhooks.status()).toMatchObject([{ waiting: 0, counters: { delivered: 0 } }]);
  webhooks.stop();
  expired('b.test.');
  await clock.advance(10_000);
  expect([posts.length, clock.pending]).toEqual([2, 0]);
});
