import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AclRule, parseAddressRange, type Remote, silentLog } from '@zonewire/nameserver';
import { name, type TsigKey, TYPE, unwrap, ZonewireError } from '@zonewire/shared-protocol';
import { eventually } from '@zonewire/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ZoneConfig } from '../config/mod.ts';
import { RunningNode } from './running-node.ts';
import { quietConfig } from './warm-up.ts';

/** A primary and a secondary of ours: from the second change on, the secondary is told of it while the primary is still syncing. */

const ZONE = name('example.test.');
const key: TsigKey = { name: name('xfr.example.'), algorithm: 'hmac-sha256', secret: new Uint8Array(32).fill(7) };
const acl: AclRule = {
  id: 'all',
  addresses: [unwrap(parseAddressRange('127.0.0.1'))],
  key: key.name,
  actions: new Set(['notify', 'transfer']),
  deny: false,
};

let folder: string;
let primary: RunningNode;
let secondary: RunningNode;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'zonewire-foretold-'));
  primary = await start('primary');
  secondary = await start('secondary');
  const file = join(folder, 'zone');
  writeFileSync(file, '@ 60 SOA ns h 1 3600 600 86400 60\n@ 60 NS ns\nns 60 A 192.0.2.1\n');
  await primary.zones.add([zone({ file, notify: [remote(secondary)] })]);
  await secondary.zones.add([zone({ primaries: [remote(primary)] })]);
  await arrived(1);
});
afterEach(async () => {
  for (const node of [primary, secondary]) await node.stop();
  rmSync(folder, { recursive: true });
});

function start(role: string): Promise<RunningNode> {
  // However slow the disk is here, a change counts as a single one.
  return RunningNode.start(quietConfig(join(folder, role), key), silentLog, { busyMs: 0 });
}

function zone(more: Partial<ZoneConfig>): ZoneConfig {
  return { domain: ZONE, file: undefined, primaries: [], notify: [], acl: [acl], settings: {}, ...more };
}

function remote(node: RunningNode): Remote {
  return { id: 'other', addresses: [node.nameserver.addresses[0]], key };
}

const serial = (node: RunningNode) => node.table.get(ZONE)?.version?.serial;
const arrived = (wanted: number) => eventually(`serial ${wanted}`, () => serial(secondary) === wanted);

function change(n: number): Promise<unknown> {
  const rdata = Uint8Array.of(10, 0, 0, n);
  return primary.primary.commit(ZONE, {
    updates: [{ kind: 'add', name: name(`h${n}`, ZONE), type: TYPE.A, ttl: 60, rdata }],
  });
}

const seenInSync = () => eventually('in sync', () => primary.zones.lag(ZONE)[0]?.state === 'in-sync');

test('each change arrives, told of before it is served, and asked for once', async () => {
  await seenInSync();
  for (let n = 1; n <= 20; n++) {
    await change(n);
    await arrived(n + 1);
    await seenInSync();
  }
  expect(primary.primary.notifyCounters.notifiesForetold).toBeGreaterThan(0);
  expect(primary.transferOut.counters).toMatchObject({ ixfr: 20, upToDate: 0 });
});

test('a change that the disk does not take after all: the secondary gets the version served, and the next change', async () => {
  await seenInSync();
  await change(1);
  await arrived(2);
  await seenInSync();
  const { store } = primary;
  const { commitDiff } = store;
  let toldAt = 0;
  store.commitDiff = async (_apex, _diff, _version, _facts, options) => {
    const before = primary.primary.notifyCounters.notifiesForetold;
    options?.written?.();
    toldAt = primary.primary.notifyCounters.notifiesForetold - before;
    throw new ZonewireError('store-write-failed', 'EIO');
  };
  await expect(change(2)).rejects.toThrow('EIO');
  expect(toldAt).toBe(1);
  await eventually('an answer', () => primary.transferOut.counters.upToDate === 1);
  expect([serial(primary), serial(secondary)]).toEqual([2, 2]);
  expect(secondary.table.get(ZONE)?.state).toBe('serving');
  store.commitDiff = commitDiff;
  await change(3);
  await arrived(3);
});
