import { digKey, feed, type PeerKey } from '@zonewire/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleZone } from '../fixtures/zones.ts';
import { cellsOf } from './cells.ts';
import { expectTransferIn, expectTransferOut, statusOf } from './our-side.ts';
import { patiently } from './patiently.ts';
import { type Servers, startServers } from './servers.ts';
import { expectZone } from './whole-zone.ts';

/** AXFR at first, IXFR after a changed file and after an update, told by the primary's own NOTIFY; the whole zone at each serial. */

const fromUs = cellsOf('from-us');
const toUs = cellsOf('to-us');
let servers: Servers;

const text = (zone: string, serial: number) => sampleZone(serial, CHANGES.slice(0, serial - 1).join('\n'), zone);
const CHANGES = ['added TXT "by a changed file"', 'updated 60 A 192.0.2.99'];

beforeAll(async () => {
  servers = await startServers([
    {
      cells: fromUs,
      sides: ({ zone }, { node, peer }) => ({
        ours: { text: text(zone, 1), notify: [peer] },
        theirs: { primaries: [node] },
      }),
    },
    {
      cells: toUs,
      sides: ({ zone }, { node, peer }) => ({
        ours: { primaries: [peer] },
        theirs: { text: text(zone, 1), notify: [node] },
      }),
    },
  ]);
});

afterAll(() => servers?.remove());

async function update(port: number, zone: string, key: PeerKey | undefined): Promise<void> {
  const script = `server 127.0.0.1 ${port}\nzone ${zone}\nupdate add updated.${zone} 60 A 192.0.2.99\nsend\n`;
  expect(await feed('nsupdate', ['-v', ...digKey(key)], script)).toEqual({ output: '', code: 0 });
}

describe.concurrent('our primary', () => {
  it.each(fromUs)('$title secondary: AXFR, then NOTIFY and IXFR (RFC 5936 2, RFC 1995 4, RFC 1996 3)', async (cell) => {
    const { zone, vendor, key } = cell;
    const { node, peers } = servers;
    await expectZone(peers[vendor], cell, 1, text(zone, 1));
    await expectTransferOut(node, cell, { type: 'axfr', serial: 1 });

    await node.rewrite(zone, text(zone, 2));
    await expectZone(peers[vendor], cell, 2, text(zone, 2));
    await expectTransferOut(node, cell, { type: 'diffs', from: 1, serial: 2 });

    await update(node.port, zone, key);
    await expectZone(peers[vendor], cell, 3, text(zone, 3));
    await expectTransferOut(node, cell, { type: 'diffs', from: 2, serial: 3 });

    // The primary saw the secondary serve it: that is what `lag` reports.
    await patiently('the primary to report the secondary in sync', async () => {
      const path = `/api/v1/zones/${zone}/replicas`;
      const { replicas } = await node.api<{ replicas: { state: string; serial: number }[] }>(path);
      return replicas[0]?.state === 'in-sync' && replicas[0].serial === 3;
    });
  });
});

describe.concurrent('our secondary', () => {
  it.each(toUs)('$title primary: AXFR, then NOTIFY and IXFR (RFC 5936 2, RFC 1995 4, RFC 1996 3)', async (cell) => {
    const { zone, vendor, key } = cell;
    const { node, peers } = servers;
    // PowerDNS keeps no history: it answers every IXFR with the zone.
    const type = vendor === 'pdns' ? 'axfr-style-ixfr' : 'ixfr';
    await expectZone(node, cell, 1, text(zone, 1));
    await expectTransferIn(node, cell, { type: 'axfr', toSerial: 1 });

    await peers[vendor].rewrite(zone, text(zone, 2));
    await expectZone(node, cell, 2, text(zone, 2));
    await expectTransferIn(node, cell, { type, fromSerial: 1, toSerial: 2 });

    // NSD takes no updates.
    if (vendor === 'nsd') await peers[vendor].rewrite(zone, text(zone, 3));
    else await update(peers[vendor].port, zone, key);
    await expectZone(node, cell, 3, text(zone, 3));
    const { state, notified } = await statusOf(node, zone);
    await expectTransferIn(node, cell, { type, fromSerial: 2, toSerial: 3 });
    // PowerDNS sends NOTIFY without a SOA.
    expect(notified?.serial).toBe(vendor === 'pdns' ? undefined : 3);
    expect(state).toBe('serving');
  });
});
