import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { name, parseRecords, RCODE } from '@zonewire/shared-protocol';
import { UpdateStream } from '@zonewire/testkit';
import { openZoneStore } from '@zonewire/zone-store';
import { expect, test } from 'vitest';
import { MemoryFiles } from './fixtures/memory-files.ts';
import { allow, startPrimaryNode } from './fixtures/primary-node.ts';

const ZONE = name('example.test.');
const TEXT = '@ 60 SOA ns h 1 3600 600 86400 60\n@ 60 NS ns\nns 60 A 192.0.2.1\n';

test('a burst of UPDATE messages shares journal syncs and NOTIFYs; each is acknowledged, durable, and in the history', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'zonewire-burst-'));
  const files = new MemoryFiles();
  files.set('/zone', TEXT);
  const store = await openZoneStore({ dir });
  const node = await startPrimaryNode({ files, store });
  try {
    // A secondary that never answers: what it is sent is counted.
    const silent = [{ id: 'silent', addresses: [{ host: '127.0.0.1', port: 9 }] }];
    await node.primary.addZone({ domain: ZONE, file: '/zone', acl: [allow(['update'])], notify: silent });
    const updates = await UpdateStream.open(node.address, ZONE);
    const COUNT = 300;
    const { syncs } = store.stats;
    const sent = Array.from({ length: COUNT }, (_, i) =>
      updates.send(parseRecords(`h${i} 60 A 10.0.${i >> 8}.${i & 255}`, ZONE)),
    );
    const rcodes = await Promise.all(sent);
    updates.close();
    const acknowledged = rcodes.filter((rcode) => rcode === RCODE.NOERROR).length;
    expect(rcodes.filter((rcode) => rcode !== undefined && rcode !== RCODE.NOERROR)).toEqual([]);
    // A datagram may be lost; then nothing was acknowledged.
    expect(acknowledged).toBeGreaterThan(COUNT / 2);
    const { serial } = node.table.get(ZONE)!.version!;
    expect(serial).toBeGreaterThanOrEqual(1 + acknowledged);
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
});
