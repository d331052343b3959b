import { type HealthState, noHealth, type SecondaryTotals } from '@zonewire/replicas';
import { describe, expect, it } from 'vitest';
import { fakeNode } from './fixtures/fake-node.ts';
import { secondariesOf, sumOf } from './overview.ts';

const PLACES = new Map([['fra1', { label: 'Frankfurt', latitude: 50.11, longitude: 8.68 }]]);
const totals = (id: string, health: Partial<Record<HealthState, number>>): SecondaryTotals => ({
  id,
  address: `${id}:53`,
  zones: 2,
  health: { ...noHealth(), ...health },
});

describe('the overview of secondaries', () => {
  it('is in the order of the ids, names the worst, and knows who stands where', () => {
    const all = [totals('sin1', { expiring: 1, behind: 1 }), totals('fra1', { 'in-sync': 1, behind: 1 })];
    const [fra1, sin1] = secondariesOf(all, PLACES);
    expect(fra1).toMatchObject({ id: 'fra1', zones: 2, worst: 'behind', place: { label: 'Frankfurt' } });
    expect(sin1).toMatchObject({ worst: 'expiring', zones: 2 });
    expect(sin1.place).toBeUndefined();
    expect(sumOf(all)).toMatchObject({ 'in-sync': 1, behind: 2, expiring: 1, expired: 0 });
  });

  it('is empty without secondaries, and answered by the API', async () => {
    expect(secondariesOf([], PLACES)).toEqual([]);
    const answer = await fakeNode()
      .server()
      .inject({ url: '/api/v1/overview', headers: { host: '127.0.0.1' } });
    expect(answer.json()).toMatchObject({
      node: { identity: 'fra1', place: { label: 'Amsterdam' } },
      counts: { zones: 3, secondaries: 2, health: { 'in-sync': 1, unreachable: 1, behind: 0 } },
      secondaries: [{ id: 'fra1', worst: 'in-sync', lag: { latest: 3 } }, { id: 'sin1' }],
    });
  });
});
