import { expect, test } from 'vitest';
import { Turnstile } from './turnstile.ts';

test('so many at once, the others in order; one that fails makes room too', async () => {
  const turnstile = new Turnstile(2);
  const begun: number[] = [];
  const ends: PromiseWithResolvers<void>[] = [];
  const passes = [0, 1, 2, 3].map((i) =>
    turnstile.pass(() => {
      begun.push(i);
      ends[i] = Promise.withResolvers();
      return ends[i].promise;
    }),
  );
  const results = Promise.allSettled(passes);
  expect(begun).toEqual([0, 1]);
  ends[1].reject(new Error('refused'));
  await Promise.allSettled([passes[1]]);
  expect(begun).toEqual([0, 1, 2]);
  ends[0].resolve();
  await passes[0];
  expect(begun).toEqual([0, 1, 2, 3]);
  ends[2].resolve();
  ends[3].resolve();
  expect((await results).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect(await turnstile.pass(async () => 'again')).toBe('again');
});
