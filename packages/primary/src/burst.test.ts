import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { name, parseRecords, RCODE, type ResourceRecord, TYPE } from '@zonewire/shared-protocol';
import { type Address, UpdateStream } from '@zonewire/testkit';
import { openZoneStore } from '@zonewire/zone-store';
import { expect, test } from 'vitest';
import { MemoryFiles } from './fixtures/memory-files.ts';
import { allow, startPrimaryNode } from './fixtures/primary-node.ts';
import { updateOverTcp } from './fixtures/tcp-updates.ts';

const ZONE = name('example.test.');
const TEXT = '@ 60 SOA ns h 1 3600 600 86400 60\n@ 60 NS ns\nns 60 A 192.0.2.1\n';

/** A burst of updates, each adding one name: how many were acknowledged, and the RCODEs of the others. */
type Burst = (address: Address, updates: readonly ResourceRecord[][]) => Promise<(number | undefined)[]>;

async function overUdp(address: Address, updates: readonly ResourceRecord[][]) {
  const stream = await UpdateStream.open(address, ZONE);
  const rcodes = await Promise.all(updates.map((update) => stream.send(update)));
  stream.close();
  return rcodes;
}

const overTcp = (connections: number) => async (address: Address, updates: readonly ResourceRecord[][]) => {
  const share = updates.length / connections;
  const parts = Array.from({ length: connections }, (_, i) => updates.slice(i * share, (i + 1) * share));
  return (await Promise.all(parts.map((part) => updateOverTcp(address, ZONE, part)))).flat();
};

// RFC 2136 over UDP and TCP. A datagram may be lost; then nothing was acknowledged.
test.each<[string, number, number, Burst]>([
  ['300 over UDP', 300, 150, overUdp],
  ['2,000 over one TCP connection', 2000, 2000, overTcp(1)],
  ['2,000 over 20 TCP connections', 2000, 2000, overTcp(20)],
])(
  'a burst of updates, %s, shares journal syncs and NOTIFYs; each is acknowledged, durable, and in the history',
  async (_, count, least, burst) => {
    const dir = await mkdtemp(join(tmpdir(), 'zonewire-burst-'));
    const files = new MemoryFiles();
    files.set('/zone', TEXT);
    const store = await openZoneStore({ dir });
    const node = await startPrimaryNode({ files, store });
    try {
      // A secondary that never answers: what it is sent is counted.
      const silent = [{ id: 'silent', addresses: [{ host: '127.0.0.1', port: 9 }] }];
      await node.primary.addZone({ domain: ZONE, file: '/zone', acl: [allow(['update'])], notify: silent });
      const { syncs } = store.stats;
      const updates = Array.from({ length: count }, (_, i) =>
        parseRecords(`h${i} 60 A 10.0.${i >> 8}.${i & 255}`, ZONE),
      );
      const rcodes = await burst(node.address, updates);
      const acknowledged = rcodes.filter((rcode) => rcode === RCODE.NOERROR).length;
      expect(rcodes.filter((rcode) => rcode !== undefined && rcode !== RCODE.NOERROR)).toEqual([]);
      expect(acknowledged).toBeGreaterThanOrEqual(least);
      const { version } = node.table.get(ZONE)!;
      const serial = version!.serial;
      expect(serial).toBeGreaterThanOrEqual(1 + acknowledged);
      for (const [i, rcode] of rcodes.entries())
        if (rcode === RCODE.NOERROR) expect(version!.rrset(updates[i][0].name, TYPE.A), `h${i}`).toBeDefined();
      expect(store.diffsFrom(ZONE, 1)).toHaveLength(serial - 1);
      expect(store.stats.syncs - syncs).toBeLessThan(acknowledged / 4);
      expect(node.primary.notifyCounters.notifiesSent).toBeLessThan(acknowledged / 4);
      await node.stop();
      const reopened = await openZoneStore({ dir });
      expect((await reopened.load(ZONE))?.version?.serial).toBe(serial);
      await reopened.close();
    } finally {
      await node.stop().catch(() => {});
      await rm(dir, { recursive: true, force: true });
    }
  },
  60_000,
);
