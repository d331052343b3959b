import { FakeClock, settle } from '@zonewire/testkit';
import { expect, test } from 'vitest';
import { type Heard, OutboundWindow } from './outbound-window.ts';
import type { RemoteAddress } from './remote.ts';
import { PATIENT_EXCHANGES, SCOUT_PAUSE, SILENT_IS_DEAD } from './timing.ts';

const at = (host: string): RemoteAddress => ({ host, port: 53 });

function setUp(size?: number) {
  const clock = new FakeClock();
  const news: string[] = [];
  const window = new OutboundWindow({
    clock,
    ...(size === undefined ? {} : { size }),
    onDead: (host) => news.push(`dead ${host}`),
    onAlive: (host) => news.push(`alive ${host}`),
  });
  /** Where each went. */
  const started: string[] = [];
  const finish: ((heard: Heard) => void)[] = [];
  const ask = (hosts: string, what: string, urgent = false) =>
    window.run(hosts.split(' ').map(at), 0, urgent, ({ host }) => {
      started.push(`${what} ${host}`);
      return new Promise((resolve) => finish.push(resolve));
    });
  const finishAll = async (heard: Heard) => {
    for (const one of finish.splice(0)) one(heard);
    await settle();
  };
  return { clock, window, news, started, finish, ask, finishAll };
}

test('at most a window of exchanges runs to one host; changes go ahead of timers; hosts do not wait for each other', async () => {
  const { window, started, finish, ask } = setUp(2);
  for (const what of ['1', '2']) ask('a', what);
  for (const what of ['3-timer', '4-timer']) ask('a', what);
  for (const what of ['5-change', '6-change']) ask('a', what, true);
  ask('b', '1');
  expect(started).toEqual(['1 a', '2 a', '1 b']);
  expect(window.peakWaiting).toBe(4);
  while (finish.length > 0) {
    finish.shift()!('answered');
    await settle();
  }
  expect(started.slice(3)).toEqual(['5-change a', '6-change a', '3-timer a', '4-timer a']);
});

test('what follows no change begins a few at a time, hosts in turn; a change begins at once in the middle of them', async () => {
  const { clock, window, started, ask, finishAll } = setUp();
  const { atOnce, pause } = PATIENT_EXCHANGES;
  for (let i = 0; i < 100; i++) ask('a', `${i}`);
  for (let i = 0; i < 100; i++) ask('b', `${i}`);
  expect(started).toHaveLength(atOnce);
  await finishAll('answered');
  expect(started).toHaveLength(atOnce);
  ask('a', 'change', true);
  expect(started.at(-1)).toBe('change a');
  await clock.advance(2 * pause);
  expect(started.filter((one) => one.endsWith(' a'))).toHaveLength(2 * atOnce + 1);
  expect(started.filter((one) => one.endsWith(' b'))).toHaveLength(atOnce);
  for (let turn = 0; turn < 200 / atOnce; turn++) {
    const before = started.length;
    await finishAll('answered');
    await clock.advance(pause);
    expect(started.length - before).toBeLessThanOrEqual(atOnce);
  }
  expect(started).toHaveLength(201);
  await finishAll('answered');
  window.stop();
  expect(clock.pending).toBe(0);
});

test('an exchange that throws frees its place, and one that nobody wants any more takes none', async () => {
  const { window, started, ask } = setUp(1);
  window.run([at('a')], 0, false, () => Promise.reject(new Error('x')));
  window.run([at('a')], 0, false, () => undefined);
  ask('a', 'next');
  await settle();
  expect(started).toEqual(['next a']);
});

test('a dead remote: one message every two seconds, the rest waits; with the first answer all leave', async () => {
  const { clock, window, news, started, ask, finishAll } = setUp();
  for (let i = 0; i < 1_000; i++) ask('a', `${i}`, true);
  expect(started).toHaveLength(64);
  await finishAll('nobody');
  // Until the one that says it, each made room for another.
  const begun = 64 + SILENT_IS_DEAD - 1;
  expect(news).toEqual(['dead a:53']);
  expect(window).toMatchObject({ dead: 1, deaths: 1, waiting: 1_000 - begun });
  expect(started).toHaveLength(begun);
  for (let ms = 0; ms < 60_000; ms += 100) {
    await clock.advance(100);
    await finishAll('nobody');
  }
  const scouts = started.length - begun;
  expect(scouts).toBeGreaterThanOrEqual(60_000 / SCOUT_PAUSE.last);
  expect(scouts).toBeLessThanOrEqual(60_000 / SCOUT_PAUSE.last + 5);
  expect(clock.pending).toBe(1);
  await clock.advance(SCOUT_PAUSE.last);
  expect(started).toHaveLength(begun + scouts + 1);
  await finishAll('answered');
  expect(news).toEqual(['dead a:53', 'alive a:53']);
  for (let i = 0; i < 20; i++) await finishAll('answered');
  expect(started).toHaveLength(1_000);
  expect(new Set(started).size).toBe(1_000);
  expect(window).toMatchObject({ dead: 0, waiting: 0 });
  expect(clock.pending).toBe(0);
});

test('answers in between, of whatever kind: not dead', async () => {
  const { window, ask, finish } = setUp();
  for (let i = 0; i < 200; i++) {
    ask('a', `${i}`, true);
    finish.shift()!(i % SILENT_IS_DEAD === 0 ? 'answered' : 'nobody');
    await settle();
  }
  expect(window.deaths).toBe(0);
});

test('a few zones go on in their own time: a dead remote for which nobody waits is forgotten', async () => {
  const { clock, window, started, ask, finishAll } = setUp();
  for (let i = 0; i < SILENT_IS_DEAD; i++) {
    ask('a', `${i}`);
    await finishAll('nobody');
  }
  expect(window.dead).toBe(1);
  await clock.advance(SCOUT_PAUSE.first);
  expect(window.dead).toBe(0);
  ask('a', 'next');
  expect(started.at(-1)).toBe('next a');
  expect(clock.pending).toBe(0);
});

test('who has another address does not wait for a dead one, and leaves as soon as one of them is back', async () => {
  const { clock, window, news, started, finish, ask, finishAll } = setUp(SILENT_IS_DEAD);
  /** As many as it takes: those that have begun, and those that take their places until the last of them was silent. */
  const kill = (host: string) => {
    for (let i = 1; i < 2 * SILENT_IS_DEAD; i++) ask(host, `kill${i}`, true);
  };
  kill('a');
  for (const what of ['both1', 'both2']) ask('a b', what, true);
  for (const what of ['only1', 'only2', 'only3']) ask('a', what, true);
  await finishAll('nobody');
  expect(started.slice(2 * SILENT_IS_DEAD - 1)).toEqual(['both1 b', 'both2 b']);
  expect(window.choose([at('a'), at('b')], 0)).toEqual(at('b'));
  for (const one of finish.splice(0, SILENT_IS_DEAD - 1)) one('nobody');
  await finishAll('answered');
  kill('b');
  for (const what of ['both3', 'both4']) ask('a b', what, true);
  ask('b', 'scout', true);
  await finishAll('nobody');
  await finishAll('nobody');
  expect(window.dead).toBe(2);
  expect(started.filter((one) => /both[34]|only|scout/.test(one))).toEqual([]);
  await clock.advance(SCOUT_PAUSE.first);
  expect(started.slice(-2)).toEqual(['only1 a', 'scout b']);
  finish.pop()!('answered');
  await settle();
  expect(news.at(-1)).toBe('alive b:53');
  expect(started.slice(-2)).toEqual(['both3 b', 'both4 b']);
  expect(window.isDead('a:53')).toBe(true);
});

test('slow is not dead: silence counts when nothing at all was heard for five seconds; then one that is asked may take its time', async () => {
  const { clock, window, ask, finishAll } = setUp();
  for (let i = 0; i < 2_000; i++) ask('a', `${i}`);
  for (let ms = 0; ms < 4_500; ms += 500) {
    await clock.advance(500);
    await finishAll('silence');
  }
  expect(window.deaths).toBe(0);
  await clock.advance(500);
  await finishAll('answered');
  await finishAll('silence');
  await clock.advance(4_000);
  await finishAll('silence');
  expect(window.deaths).toBe(0);
  await clock.advance(1_000);
  await finishAll('silence');
  expect(window.deaths).toBe(1);
  let scouts = 0;
  window.run([at('a')], 0, true, (_, scout) => {
    if (scout) scouts++;
    return Promise.resolve('answered');
  });
  await clock.advance(SCOUT_PAUSE.first);
  expect(scouts).toBe(1);
  expect(window.dead).toBe(0);
});
