import { expect, it } from 'vitest';
import type { HealthState } from './contract.ts';
import { lookOf, STATES } from './health.ts';

it('no two states share word or shape, so that colour is never needed', () => {
  const looks = STATES.map(lookOf);
  expect(new Set(looks.map(({ word }) => word)).size).toBe(STATES.length);
  expect(new Set(looks.map(({ path }) => path)).size).toBe(STATES.length);
});

it('a state that this page does not know is shown as unknown', () => {
  expect(lookOf('new' as HealthState).word).toBe('unknown');
});
