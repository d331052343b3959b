import { type Remote, type ReplicaLag, silentLog } from '@zonewire/nameserver';
import { FakeClock } from '@zonewire/testkit';
import { expect, it } from 'vitest';
import { Replicas } from './replicas.ts';

const ZONE = 'example.test.';
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
