import { describe, expect, it } from 'vitest';
import type { HealthCounts, NodeEvent, Overview, Timeline, ZoneReplicas } from '../contract.ts';
import { mergeOverview } from './merge-overview.ts';
import { mergeReplicas } from './merge-replicas.ts';
import { mergeTimeline } from './merge-timeline.ts';

const zone = 'a.test.';
const answered = (serial: number, more: object = {}): NodeEvent => ({
  kind: 'moment',
  moment: 'answered',
  source: 'probe',
  zone,
  secondary: 'fra1',
  serial,
  at: 105,
  lagMs: 5,
  ...more,
});
const committed = (serial: number): NodeEvent => ({ kind: 'committed', zone, serial, serials: [serial], at: 100 });
const health = (to: 'behind' | 'in-sync'): NodeEvent => ({
  kind: 'health',
  zone,
  secondary: 'fra1',
  at: 100,
  from: to === 'behind' ? 'in-sync' : 'behind',
  to: { state: to, since: 100, reason: 'r', next: '' },
});

describe('a row of zones', () => {
  const row: ZoneReplicas = {
    zone,
    serial: 7,
    replicas: [{ id: 'fra1', address: 'x', serial: 7, state: 'in-sync', attempts: 1, lagMs: 3, servedAt: 9 }],
  };

  it('follows a change from commit to answer', () => {
    const waiting = mergeReplicas(row, committed(8));
    expect(waiting).toMatchObject({ serial: 8, committedAt: 100, replicas: [{ serial: 7, serialsBehind: 1 }] });
    const done = mergeReplicas(waiting, answered(8));
    expect(done.replicas[0]).toMatchObject({ serial: 8, serialsBehind: 0, lagMs: 5, servedAt: 105 });
  });

  it('takes serials in the order of RFC 1982 3.2, and nothing older', () => {
    expect(mergeReplicas(row, committed(6))).toBe(row);
    expect(mergeReplicas(row, answered(6)).replicas[0]).toBe(row.replicas[0]);
    const last = { ...row, serial: 0xffff_ffff };
    expect(mergeReplicas(last, committed(2)).serial).toBe(2);
  });

  it('takes health, and is untouched by other zones and secondaries', () => {
    expect(mergeReplicas(row, health('behind')).replicas[0].health).toMatchObject({ state: 'behind', reason: 'r' });
    expect(mergeReplicas(row, answered(8, { zone: 'b.test.' }))).toBe(row);
    expect(mergeReplicas(row, answered(8, { secondary: 'nobody' }))).toBe(row);
    expect(mergeReplicas(row, { kind: 'receipt', zone })).toBe(row);
  });
});

describe('the timeline', () => {
  const timeline: Timeline = {
    zone,
    serials: [{ serial: 7, committedAt: 50, secondaries: [{ id: 'fra1', answeredAt: 60 }] }],
  };

  it('begins a serial with everybody waiting, and keeps the first time of a moment', () => {
    const begun = mergeTimeline(timeline, committed(8));
    expect(begun.serials[0]).toEqual({ serial: 8, committedAt: 100, secondaries: [{ id: 'fra1' }] });
    const done = mergeTimeline(begun, answered(8));
    expect(done.serials[0].secondaries).toEqual([{ id: 'fra1', answeredAt: 105, lagMs: 5 }]);
    expect(mergeTimeline(done, answered(8, { at: 200 }))).toBe(done);
    const corrected = mergeTimeline(done, answered(8, { at: 102, lagMs: 2, corrected: true }));
    expect(corrected.serials[0].secondaries).toEqual([{ id: 'fra1', answeredAt: 102, lagMs: 2 }]);
    expect(mergeTimeline(begun, committed(8))).toBe(begun);
  });

  it('tells nodes behind one address apart, and takes a secondary that it did not know', () => {
    const first = mergeTimeline(mergeTimeline(timeline, committed(8)), answered(8, { node: 'n1' }));
    const second = mergeTimeline(first, answered(8, { node: 'n2', at: 110 }));
    expect(second.serials[0].secondaries.map(({ id, node, answeredAt }) => [id, node, answeredAt])).toEqual([
      ['fra1', 'n1', 105],
      ['fra1', 'n2', 110],
    ]);
    const other = mergeTimeline(timeline, answered(7, { secondary: 'sin1' }));
    expect(other.serials[0].secondaries).toHaveLength(2);
  });

  it('is bounded', () => {
    let long = timeline;
    for (let serial = 8; serial < 100; serial++) long = mergeTimeline(long, committed(serial));
    expect(long.serials).toHaveLength(20);
    expect(long.serials[0].serial).toBe(99);
  });
});

describe('the overview', () => {
  const counts = { 'in-sync': 2, behind: 0 } as HealthCounts;
  const overview: Overview = {
    node: { identity: 'ams' },
    counts: { zones: 2, secondaries: 1, health: counts },
    secondaries: [
      { id: 'fra1', address: 'x', zones: 2, health: counts, worst: 'in-sync', lag: { p50: 1, p99: 2, latest: 1 } },
    ],
  };

  it('counts a zone where it is now, and names the worst', () => {
    const worse = mergeOverview(overview, health('behind'));
    expect(worse.counts.health).toMatchObject({ 'in-sync': 1, behind: 1 });
    expect(worse.secondaries[0]).toMatchObject({ worst: 'behind', health: { 'in-sync': 1, behind: 1 } });
    expect(mergeOverview(worse, health('in-sync')).secondaries[0].worst).toBe('in-sync');
  });

  it('shows the newest lag', () => {
    expect(mergeOverview(overview, answered(8)).secondaries[0].lag).toEqual({ p50: 1, p99: 2, latest: 5 });
    expect(mergeOverview(overview, committed(8))).toBe(overview);
  });
});
