import { FakeClock, settle } from '@zonewire/testkit';
import { expect, test } from 'vitest';
import { Places } from './places.ts';
import { DEAD_FOR, Unreachable } from './unreachable.ts';

const never = new AbortController().signal;
const silence = { ok: false, failure: 'unreachable', code: 'connect-timeout', message: 'no connection' } as const;

function setup() {
  const clock = new FakeClock();
  const places = new Places(2);
  const unreachable = new Unreachable(clock);
  let asked = 0;
  const ask = (address: string, outcome: { ok: true } | typeof silence, urgent = false) =>
    unreachable.ask(places, address, urgent, never, async () => {
      asked++;
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 5000));
      return outcome;
    });
  return { clock, places, unreachable, ask, asked: () => asked };
}

test('a thousand zones with the same silent primary: it is asked a few times, the others know', async () => {
  const { clock, places, unreachable, ask, asked } = setup();
  const all = Promise.all(Array.from({ length: 1000 }, () => ask('dead', silence)));
  await clock.advance(10_001);
  const outcomes = await all;
  expect(asked()).toBeLessThanOrEqual(4);
  expect(unreachable.spared).toBeGreaterThanOrEqual(996);
  expect(outcomes.every((outcome) => !outcome.ok && outcome.code === 'connect-timeout')).toBe(true);
  expect(places).toMatchObject({ active: 0, waiting: 0 });
});

test('where places are not short, everybody asks for himself', async () => {
  const { clock, ask, asked } = setup();
  for (let i = 0; i < 3; i++) {
    const outcome = ask('dead', silence);
    await clock.advance(5000);
    await outcome;
  }
  expect(asked()).toBe(3);
});

test('urgent work asks; it is forgotten after a while, and when the address is heard of', async () => {
  const { clock, ask, asked } = setup();
  const busy = [ask('dead', silence), ask('dead', silence)];
  await clock.advance(5000);
  await Promise.all(busy);
  /** Fills the places with other work, so that they are short. */
  const crowd = () => [ask('other', { ok: true }), ask('other', { ok: true })];
  void crowd();
  void crowd();
  await settle();
  const before = asked();
  expect(await ask('dead', silence)).toMatchObject({ ok: false, message: expect.stringContaining('another zone') });
  expect(asked()).toBe(before);
  const urgent = ask('dead', { ok: true }, true);
  await clock.advance(20_000);
  expect(await urgent).toEqual({ ok: true });
  void crowd();
  const heard = ask('dead', { ok: true });
  await clock.advance(DEAD_FOR);
  expect(await heard).toEqual({ ok: true });
});
