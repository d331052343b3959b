import type { HealthState } from '@zonewire/replicas';
import { describe, expect, it } from 'vitest';
import { fakeNode } from './fixtures/fake-node.ts';
import { secondariesOf } from './overview.ts';

const PLACES = new Map([['fra1', { label: 'Frankfurt', latitude: 50.11, longitude: 8.68 }]]);
const replica = (id: string, more: object = {}) => ({
  id,
  address: `${id}:53`,
  health: { state: 'in-sync' as HealthState },
  ...more,
});

describe('the overview of secondaries', () => {
  it('counts zones by health, names the worst, and knows who stands where', () => {
    const zones = [
      { replicas: [replica('fra1'), replica('sin1', { health: { state: 'expiring' } })] },
      {
        replicas: [replica('fra1', { health: { state: 'behind' } }), replica('sin1', { health: { state: 'behind' } })],
      },
    ];
    const [fra1, sin1] = secondariesOf(zones, PLACES);
    expect(fra1).toMatchObject({ id: 'fra1', zones: 2, worst: 'behind', place: { label: 'Frankfurt' } });
    expect(fra1.health).toMatchObject({ 'in-sync': 1, behind: 1, expired: 0 });
    expect(sin1).toMatchObject({ worst: 'expiring', zones: 2 });
    expect(sin1.place).toBeUndefined();
  });

  it('takes lag from what was seen served only, the latest by time', () => {
    const zones = Array.from({ length: 100 }, (_, i) => ({
      replicas: [replica('fra1', { lagMs: 100 - i, servedAt: 1_000 - i })],
    }));
    zones.push({ replicas: [replica('fra1', { health: { state: 'behind' }, lagMs: 9_000_000 })] });
    expect(secondariesOf(zones, PLACES)[0].lag).toEqual({ p50: 50, p99: 99, latest: 100 });
    expect(secondariesOf([{ replicas: [replica('fra1', { lagMs: 5 })] }], PLACES)[0].lag).toBeUndefined();
  });

  it('is empty without secondaries, and answered by the API', async () => {
    expect(secondariesOf([{ replicas: [] }], PLACES)).toEqual([]);
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
