import { type Remote, type ReplicaLag, silentLog } from '@zonewire/nameserver';
import { FakeClock } from '@zonewire/testkit';
import { describe, expect, it } from 'vitest';
import type { ReplicaEvent } from './model.ts';
import { Replicas } from './replicas.ts';

const ZONE = 'example.test.';
const remote = (id: string): Remote => ({ id, addresses: [{ host: '192.0.2.1', port: 53 }] });
const lag = (id: string): ReplicaLag => ({ id, address: '192.0.2.1:53', state: 'unknown', attempts: 0 });

/** A zone at serial 41 that fra1 and sin1 are notified of. */
function watched() {
  const clock = new FakeClock();
  const replicas = new Replicas({ clock, log: silentLog, lag: () => [lag('fra1'), lag('sin1')] });
  const events: ReplicaEvent[] = [];
  replicas.watching(ZONE, [remote('fra1'), remote('sin1')], { serial: 41, expire: 1000 });
  replicas.events((event) => events.push(event));
  const moments = () =>
    events.flatMap((event) => (event.kind === 'moment' ? [`${event.secondary} ${event.moment} ${event.serial}`] : []));
  return { clock, replicas, events, moments };
}

describe('what is known of the secondaries', () => {
  it('times of a serial: committed, notified, acknowledged, transferred, verified, answered; the first of each', () => {
    const { clock, replicas, moments } = watched();
    const start = clock.now();
    replicas.committed(ZONE, 42, [42], start, 1000);
    for (let again = 0; again < 2; again++) {
      replicas.notified(ZONE, 'fra1', 42, start + 1);
      replicas.acknowledged(ZONE, 'fra1', 42, start + 2);
      const about = { zone: ZONE, secondary: 'fra1', serial: 42 };
      replicas.moment('transferred', { ...about, at: start + 3, source: 'transfer' });
      replicas.moment('verified', { ...about, at: start + 4, source: 'receipt' });
      replicas.answered(ZONE, 'fra1', { serial: 42, at: start + 5 });
    }
    const times = { notifiedAt: 1, acknowledgedAt: 2, transferredAt: 3, verifiedAt: 4, answeredAt: 5 };
    const absolute = Object.fromEntries(Object.entries(times).map(([key, ms]) => [key, start + ms]));
    expect(replicas.timeline(ZONE, 10)).toEqual([
      { serial: 42, committedAt: start, secondaries: [{ id: 'fra1', ...absolute, lagMs: 5 }] },
    ]);
    expect(moments()).toEqual(
      ['notified', 'acknowledged', 'transferred', 'verified', 'answered'].map((m) => `fra1 ${m} 42`),
    );
  });

  it('its receipt corrects what a probe has seen, is told as a correction, and is what the lag is made of', () => {
    const clock = new FakeClock();
    const start = clock.now();
    const probed = { serial: 42, servedAt: start + 30, committedAt: start, lagMs: 30 };
    const replicas = new Replicas({
      clock,
      log: silentLog,
      lag: () => [{ ...lag('fra1'), state: 'in-sync', ...probed }],
    });
    const events: ReplicaEvent[] = [];
    replicas.watching(ZONE, [remote('fra1')], { serial: 41, expire: 1000 });
    replicas.events((event) => events.push(event));
    replicas.answered(ZONE, 'fra1', { serial: 41, at: start - 8, askedAt: start - 9 });
    replicas.committed(ZONE, 42, [42], start, 1000);
    replicas.answered(ZONE, 'fra1', { serial: 41, at: start + 12, askedAt: start + 10, node: 'fra1-node' });
    replicas.answered(ZONE, 'fra1', { serial: 42, at: start + 30, askedAt: start + 20, node: 'fra1-node' });
    const row = () => replicas.timeline(ZONE, 1)[0].secondaries[0];
    expect(row()).toEqual({ id: 'fra1', node: 'fra1-node', answeredAt: start + 30, olderAt: start + 10, lagMs: 30 });
    expect(replicas.view(ZONE)[0]).toMatchObject(probed);
    const receipt = { zone: ZONE, secondary: 'fra1', serial: 42, source: 'receipt', node: 'fra1-node' } as const;
    for (const at of [start + 17, start + 17, start + 25]) replicas.moment('answered', { ...receipt, at });
    expect(row()).toEqual({ id: 'fra1', node: 'fra1-node', answeredAt: start + 17, lagMs: 17 });
    expect(replicas.view(ZONE)[0]).toMatchObject({ servedAt: start + 17, lagMs: 17 });
    expect(replicas.totals()[0].lag?.latest).toBe(17);
    const told = events.flatMap((event) =>
      event.kind === 'moment' && event.serial === 42 ? [[event.source, event.lagMs, event.corrected]] : [],
    );
    expect(told).toEqual([
      ['probe', 30, undefined],
      ['receipt', 17, true],
    ]);
  });

  it('who answers with a serial has the older ones too, across the end of the numbers (RFC 1982 3.2)', () => {
    const { clock, replicas, moments } = watched();
    const at = clock.now();
    replicas.committed(ZONE, 4_294_967_295, [4_294_967_294, 4_294_967_295], at, 1000);
    replicas.committed(ZONE, 1, [0, 1], at, 1000);
    replicas.committed(ZONE, 2, [2], at, 1000);
    replicas.answered(ZONE, 'fra1', { serial: 1, at: at + 7 });
    expect(moments()).toEqual(['4294967294', '4294967295', '0', '1'].map((serial) => `fra1 answered ${serial}`));
    expect(replicas.servedBy(ZONE, 0)).toEqual([{ secondary: 'fra1', answeredAt: at + 7 }, { secondary: 'sin1' }]);
    expect(replicas.servedBy(ZONE, 2)).toEqual([{ secondary: 'fra1' }, { secondary: 'sin1' }]);
  });

  it('a serial from before the start is known to be served by what is answered now', () => {
    const { clock, replicas } = watched();
    replicas.answered(ZONE, 'sin1', { serial: 41, at: clock.now() + 3 });
    expect(replicas.servedBy(ZONE, 40)).toEqual([
      { secondary: 'fra1' },
      { secondary: 'sin1', answeredAt: clock.now() + 3 },
    ]);
  });

  it('nodes behind one address are told apart by their NSID (RFC 5001 2.2)', () => {
    const { clock, replicas } = watched();
    const at = clock.now();
    replicas.committed(ZONE, 42, [42], at, 1000);
    replicas.answered(ZONE, 'fra1', { serial: 42, at: at + 5, node: 'a' });
    replicas.answered(ZONE, 'fra1', { serial: 42, at: at + 9, node: 'b' });
    const [{ secondaries }] = replicas.timeline(ZONE, 1);
    expect(secondaries).toEqual([
      { id: 'fra1', answeredAt: at + 5, lagMs: 5 },
      { id: 'fra1', node: 'a', answeredAt: at + 5, lagMs: 5 },
      { id: 'fra1', node: 'b', answeredAt: at + 9, lagMs: 9 },
    ]);
    expect(replicas.view(ZONE)[0].nodes?.map(({ node }) => node)).toEqual(['a', 'b']);
  });

  it('in sync once each node that is there was seen with it, those included that answered for other zones only', () => {
    const { clock, replicas } = watched();
    const there = ['a', 'b'];
    const answered = (node: string) => replicas.answered(ZONE, 'fra1', { serial: 41, at: clock.now(), node, there });
    answered('a');
    expect(replicas.view(ZONE)[0].nodes).toEqual([
      { node: 'b', seenAt: clock.now() },
      { node: 'a', serial: 41, seenAt: clock.now() },
    ]);
    expect(replicas.view(ZONE)[0].health.state).not.toBe('in-sync');
    answered('b');
    expect(replicas.view(ZONE)[0].health.state).toBe('in-sync');
  });

  it('refusing until the node that refuses has answered, whatever the others answer meanwhile', () => {
    const { clock, replicas } = watched();
    const there = ['a', 'b'];
    const answered = (node: string) => replicas.answered(ZONE, 'fra1', { serial: 41, at: clock.now(), node, there });
    const state = () => replicas.view(ZONE)[0].health.state;
    answered('a');
    replicas.probeFailed(ZONE, 'fra1', { cause: 'refused', reason: 'it answers REFUSED', at: clock.now() });
    expect(state()).toBe('refusing');
    answered('a');
    expect(state()).toBe('refusing');
    answered('b');
    expect(state()).toBe('in-sync');
  });

  it('health changes are told once: unreachable after two silences, in sync with the next answer', () => {
    const { clock, replicas, events } = watched();
    const silence = { at: clock.now(), cause: 'silence' as const, reason: 'no answer within 500 ms' };
    replicas.answered(ZONE, 'fra1', { serial: 41, at: clock.now() });
    for (let i = 0; i < 4; i++) replicas.probeFailed(ZONE, 'fra1', silence);
    replicas.answered(ZONE, 'fra1', { serial: 41, at: clock.now() });
    const changes = events.flatMap((event) => (event.kind === 'health' ? [`${event.from} > ${event.to.state}`] : []));
    expect(changes).toEqual(['unknown > in-sync', 'in-sync > unreachable', 'unreachable > in-sync']);
    expect(replicas.view(ZONE).map(({ health }) => health.state)).toEqual(['in-sync', 'unknown']);
  });

  it('a secondary that lacks a change is called behind after a second, without anything happening', async () => {
    const { clock, replicas, events } = watched();
    replicas.answered(ZONE, 'fra1', { serial: 41, at: clock.now() });
    replicas.committed(ZONE, 42, [42], clock.now(), 1000);
    await clock.advance(900);
    expect(replicas.view(ZONE)[0].health.state).toBe('in-sync');
    await clock.advance(1_100);
    expect(events.at(-1)).toMatchObject({ kind: 'health', from: 'in-sync', to: { state: 'behind' }, serial: 41 });
  });
});

it('the countdown to an expiry is told at 50, 75 and 90 %, and the end of it', async () => {
  const { clock, replicas, events } = watched();
  replicas.answered(ZONE, 'fra1', { serial: 41, at: clock.now(), expireIn: 1000 });
  // Nothing comes back any more.
  for (const _ of [1, 2])
    replicas.probeFailed(ZONE, 'fra1', { at: clock.now(), cause: 'silence', reason: 'no answer' });
  const start = clock.now();
  await clock.advance(1_100_000);
  const health = events.flatMap((event) =>
    event.kind === 'health' && event.secondary === 'fra1' && event.at > start
      ? [`${Math.round((event.at - start) / 10_000)} % ${event.to.state}`]
      : [],
  );
  expect(health).toEqual(['50 % expiring', '75 % expiring', '90 % expiring', '100 % expired']);
});
