import type { Remote } from '@zonewire/nameserver';
import { silentLog } from '@zonewire/nameserver';
import { name } from '@zonewire/shared-protocol';
import { FakeClock } from '@zonewire/testkit';
import { expect, test } from 'vitest';
import { Replicas } from './replicas.ts';

const ZONE = 'example.test.';
const key = (text: string) => ({ name: name(text), algorithm: 'hmac-sha256', secret: new Uint8Array(32) }) as const;

function setUp(...remotes: Remote[]) {
  const clock = new FakeClock();
  const told: string[] = [];
  const fetched = (zone: string, secondary: string, serial: number, early: boolean) =>
    told.push(`${zone} ${secondary} ${serial}${early ? ' early' : ''}`);
  const replicas = new Replicas({ clock, log: silentLog, lag: () => [], fetched });
  replicas.watching(ZONE, remotes, { serial: 2, expire: 3600 });
  const serve = (peer: string, by?: string, wantsForetold = false) =>
    replicas.peers.transferServed({ zone: ZONE, peer, key: by, serial: 2, at: clock.now(), wantsForetold });
  return { replicas, told, serve };
}

test('who has fetched a zone is told, strangers are not', () => {
  const { told, serve } = setUp({ id: 'fra', addresses: [{ host: '192.0.2.1', port: 53 }] });
  serve('192.0.2.1');
  serve('198.51.100.9');
  expect(told).toEqual([`${ZONE} fra 2`]);
});

test('several at one address: the key says which; without one each of them may have been it', () => {
  const at = { host: '192.0.2.1', port: 53 };
  const keyed = setUp(
    { id: 'fra', addresses: [at], key: key('fra.key.') },
    { id: 'sin', addresses: [{ ...at, port: 54 }], key: key('sin.key.') },
  );
  keyed.serve('192.0.2.1', 'SIN.key.');
  expect(keyed.told).toEqual([`${ZONE} sin 2`]);
  const open = setUp({ id: 'fra', addresses: [at] }, { id: 'sin', addresses: [{ ...at, port: 54 }] });
  open.serve('192.0.2.1');
  expect(open.told).toEqual([`${ZONE} fra 2`, `${ZONE} sin 2`]);
});

test('who wants to be told early: only where it is known which of them it was', () => {
  const at = { host: '192.0.2.1', port: 53 };
  const alone = setUp({ id: 'fra', addresses: [at] });
  alone.serve('192.0.2.1', undefined, true);
  alone.serve('192.0.2.1');
  expect(alone.told).toEqual([`${ZONE} fra 2 early`, `${ZONE} fra 2`]);
  const two = setUp({ id: 'fra', addresses: [at] }, { id: 'sin', addresses: [{ ...at, port: 54 }] });
  two.serve('192.0.2.1', undefined, true);
  expect(two.told).toEqual([`${ZONE} fra 2`, `${ZONE} sin 2`]);
});
