import { type Remote, type ReplicaLag, silentLog } from '@zonewire/nameserver';
import { FakeClock } from '@zonewire/testkit';
import { expect, it } from 'vitest';
import type { ComparisonResult } from './model.ts';
import { Replicas } from './replicas.ts';

const ZONE = 'example.test.';
/** Where a fake clock starts. */
const NOW = Date.UTC(2026, 0, 1);
const A = 'aa'.repeat(48);
const B = 'bb'.repeat(48);

function watched() {
  const clock = new FakeClock();
  const lag: ReplicaLag = { id: 'fra1', address: '192.0.2.1:53', state: 'in-sync', attempts: 0 };
  const remote: Remote = { id: 'fra1', addresses: [{ host: '192.0.2.1', port: 53 }] };
  const replicas = new Replicas({ clock, log: silentLog, lag: () => [lag] });
  replicas.watching(ZONE, [remote], { serial: 41, expire: 1000 });
  replicas.answered(ZONE, 'fra1', { serial: 41, at: clock.now() });
  const receipt = (serial: number, digest?: string) =>
    replicas.receipt(ZONE, 'fra1', { node: 'n', serial, state: 'serving', at: clock.now(), ...(digest && { digest }) });
  return { replicas, receipt, view: () => replicas.view(ZONE)[0], state: () => replicas.view(ZONE)[0].health.state };
}

it('the same serial and another digest: diverged, whichever is known first; the same digest: not any more', () => {
  const { replicas, receipt, state, view } = watched();
  receipt(41, B);
  expect(state()).toBe('in-sync');
  replicas.content(ZONE, 41, A);
  expect(state()).toBe('diverged');
  expect(view().health.reason).toContain('serial 41');
  receipt(41, A);
  expect(state()).toBe('in-sync');
  receipt(41, B);
  expect(state()).toBe('diverged');
});

it('digests of different serials, and receipts without one, say nothing', () => {
  const { replicas, receipt, state } = watched();
  replicas.content(ZONE, 41, A);
  receipt(40, B);
  expect(state()).toBe('in-sync');
  receipt(41);
  expect(state()).toBe('in-sync');
  replicas.content('other.test.', 41, B);
  expect(state()).toBe('in-sync');
});

it('why receipts are not to be had is in the view, and the skew of the clocks', () => {
  const { replicas, view } = watched();
  replicas.receiptTrouble('fra1', 'it refuses the token');
  replicas.skew('fra1', 90_000);
  expect(view()).toMatchObject({ receiptTrouble: 'it refuses the token', skewMs: 90_000 });
  replicas.receiptTrouble('fra1', undefined);
  replicas.skew('fra1', undefined);
  expect(view()).not.toHaveProperty('receiptTrouble');
  expect(view()).not.toHaveProperty('skewMs');
});

it('a copy that was compared and differs: diverged, when it follows a change too, until it is found to be the same', () => {
  const { replicas, state, view } = watched();
  const compared = (result: ComparisonResult, serial?: number) =>
    replicas.compared(ZONE, 'fra1', { at: 1, result, reason: `${result} it is`, ...(serial && { serial }) });
  compared('different', 41);
  expect(state()).toBe('diverged');
  expect(view().health.reason).toContain('different it is');
  expect(view().health.next).toMatch(/rndc retransfer.*nsd-control force_transfer/);
  replicas.committed(ZONE, 42, [42], NOW, 1000);
  expect(state()).toBe('diverged');
  replicas.answered(ZONE, 'fra1', { serial: 42, at: NOW });
  expect(view().health).toMatchObject({ state: 'diverged', reason: expect.stringContaining('under serial 41') });
  compared('failed');
  expect(state()).toBe('diverged');
  compared('behind');
  expect(view().comparison).toMatchObject({ result: 'failed' });
  compared('same', 42);
  expect([state(), view().comparison]).toMatchObject(['in-sync', { result: 'same', serial: 42 }]);
});

it('one that does not let us compare any more is diverged until its serial moves', () => {
  const { replicas, state } = watched();
  replicas.compared(ZONE, 'fra1', { at: 1, result: 'different', serial: 41, reason: 'x' });
  replicas.compared(ZONE, 'fra1', { at: 2, result: 'refused', reason: 'REFUSED' });
  expect(state()).toBe('diverged');
  replicas.committed(ZONE, 42, [42], NOW, 1000);
  replicas.answered(ZONE, 'fra1', { serial: 42, at: NOW });
  expect(state()).toBe('in-sync');
});

it('whoever compares is told of pairs, of transfers and of other serials', () => {
  const { replicas, receipt } = watched();
  const told: string[] = [];
  replicas.watchPairs({
    watching: (zone, secondaries) => told.push(`${zone} ${secondaries}`),
    touched: (zone, secondary) => told.push(`touched ${zone} ${secondary}`),
  });
  const remote: Remote = { id: 'fra1', addresses: [{ host: '192.0.2.1', port: 53 }] };
  replicas.watching(ZONE, [remote], { serial: 41, expire: 1000 });
  replicas.answered(ZONE, 'fra1', { serial: 41, at: 1 });
  replicas.answered(ZONE, 'fra1', { serial: 42, at: 2 });
  const transfer = { zone: ZONE, peer: '192.0.2.1', serial: 41, at: 3, type: 'axfr' as const };
  replicas.peers.transferServed(transfer);
  replicas.peers.transferServed(transfer);
  expect(replicas.copyOf(ZONE, 'fra1')).toMatchObject({ remote, seen: 42, hasDigest: false });
  receipt(42, A);
  expect(replicas.copyOf(ZONE, 'fra1')).toMatchObject({ hasDigest: true });
  replicas.forgotten(ZONE);
  expect(replicas.copyOf(ZONE, 'fra1')).toBeUndefined();
  const touched = `touched ${ZONE} fra1`;
  expect(told).toEqual([`${ZONE} fra1`, touched, touched, touched, `${ZONE} `]);
});

it('a transfer to an address that several share: each may be repaired by it, but nobody is said to have made it', () => {
  const { replicas } = watched();
  const touched: string[] = [];
  const moments: string[] = [];
  const at = (id: string): Remote => ({ id, addresses: [{ host: '192.0.2.1', port: 53 }] });
  replicas.watchPairs({ watching: () => {}, touched: (_, secondary) => touched.push(secondary) });
  replicas.watching(ZONE, [at('fra1'), at('fra2')], { serial: 41, expire: 1000 });
  replicas.events((event) => event.kind === 'moment' && moments.push(`${event.secondary} ${event.moment}`));
  replicas.committed(ZONE, 42, [42], NOW, 1000);
  replicas.peers.transferServed({ zone: ZONE, peer: '192.0.2.1', serial: 42, at: NOW });
  expect([touched, moments]).toEqual([['fra1', 'fra2'], []]);
  replicas.watching(ZONE, [at('fra1')], { serial: 42, expire: 1000 });
  replicas.peers.transferServed({ zone: ZONE, peer: '192.0.2.1', serial: 42, at: NOW });
  expect(moments).toEqual(['fra1 transferred']);
});
