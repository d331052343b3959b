import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleZone } from '../fixtures/zones.ts';
import { cellsOf, VENDORS, type Vendor } from './cells.ts';
import { expectTransferIn, expectTransferOut, statusOf, transfersOut } from './our-side.ts';
import { patiently } from './patiently.ts';
import { type Servers, startServers } from './servers.ts';
import { expectZone } from './whole-zone.ts';

/**
 * A primary restored from an old backup: it comes back with a lower serial and without history. No secondary may take that
 * (RFC 1034 4.3.5, RFC 1982); what is above the old serial again is taken, as a whole.
 */

const fromUs = cellsOf('from-us');
const toUs = cellsOf('to-us');
let servers: Servers;

const text = (zone: string, serial: number) => sampleZone(serial, `change TXT "${serial}"`, zone);

beforeAll(async () => {
  servers = await startServers([
    {
      cells: fromUs,
      sides: ({ zone }, { node, peer }) => ({
        ours: { text: text(zone, 10), notify: [peer] },
        theirs: { primaries: [node] },
      }),
    },
    {
      cells: toUs,
      sides: ({ zone }, { node, peer }) => ({
        ours: { primaries: [peer] },
        theirs: { text: text(zone, 10), notify: [node] },
      }),
    },
  ]);
});

afterAll(() => servers?.remove());

describe('our primary, restored to a lower serial', () => {
  beforeAll(async () => {
    const { node, peers } = servers;
    await Promise.all(fromUs.map((cell) => expectZone(peers[cell.vendor], cell, 10, text(cell.zone, 10))));
    await node.stop();
    rmSync(join(node.folder, 'data'), { recursive: true });
    for (const { zone } of fromUs) writeFileSync(node.zoneFile(zone), text(zone, 5));
    await node.run();
  });

  it.concurrent.each(fromUs)(
    '$title secondary: keeps its version, takes a higher serial (RFC 1982 3.2)',
    async (cell) => {
      const { zone, vendor } = cell;
      const { node, peers } = servers;
      await node.untilSerial(zone, 5);
      // It was told, and answers with its own: the operator sees that it is ahead.
      await node.api(`/api/v1/zones/${zone}/notify`, { method: 'POST' });
      await patiently('the primary to report the secondary as ahead', async () => {
        const path = `/api/v1/zones/${zone}/replicas`;
        const { replicas } = await node.api<{ replicas: { serial?: number; lastError?: string }[] }>(path);
        return replicas[0].serial === 10 && replicas[0].lastError?.includes('our serial went back');
      });
      await expectZone(peers[vendor], cell, 10, text(zone, 10));
      expect(transfersOut(node, zone)).toEqual([]);

      await node.rewrite(zone, text(zone, 11));
      await expectZone(peers[vendor], cell, 11, text(zone, 11));
      await expectTransferOut(node, cell, { type: 'axfr-style', why: 'journal-does-not-reach', from: 10, serial: 11 });
    },
  );
});

describe('our secondary, the primary restored to a lower serial', () => {
  beforeAll(async () => {
    const { node, peers } = servers;
    await Promise.all(toUs.map((cell) => expectZone(node, cell, 10, text(cell.zone, 10))));
    await Promise.all(
      (Object.keys(VENDORS) as Vendor[]).map(async (vendor) => {
        const peer = peers[vendor];
        await peer.stop();
        for (const { zone } of toUs.filter((cell) => cell.vendor === vendor)) await peer.restore(zone, text(zone, 5));
        await peer.run();
      }),
    );
  });

  it.concurrent.each(toUs)('$title primary: keeps its version, takes a higher serial (RFC 1982 3.2)', async (cell) => {
    const { zone, vendor } = cell;
    const { node, peers } = servers;
    await expectZone(peers[vendor], cell, 5, text(zone, 5));
    const refused = node.api(`/api/v1/zones/${zone}/refresh`, { method: 'POST' });
    await expect(refused).rejects.toThrow('serves serial 5, which is not newer than our 10');
    const { primaries, warnings } = await statusOf(node, zone);
    expect(primaries).toMatchObject([{ state: 'failing', lastError: { code: 'primary-serial-older' } }]);
    expect(warnings).toEqual([expect.stringContaining('serves serial 5, which is not newer than our 10')]);
    await expectZone(node, cell, 10, text(zone, 10));

    await peers[vendor].rewrite(zone, text(zone, 11));
    await expectZone(node, cell, 11, text(zone, 11));
    const status = await statusOf(node, zone);
    await expectTransferIn(node, cell, { type: 'axfr-style-ixfr', fromSerial: 10, toSerial: 11 });
    expect(status.warnings).toBeUndefined();
  });
});

describe('our secondary, told to take the lower serial', () => {
  const cells = toUs.filter(({ vendor }) => vendor === 'bind');
  beforeAll(async () => {
    const { bind } = servers.peers;
    await bind.stop();
    for (const { zone } of cells) await bind.restore(zone, text(zone, 3));
    await bind.run();
  });

  it.concurrent.each(cells)('$title primary: `zone retransfer` takes it, by AXFR', async (cell) => {
    const { zone } = cell;
    const { node } = servers;
    await node.api(`/api/v1/zones/${zone}/retransfer`, { method: 'POST' });
    await expectZone(node, cell, 3, text(zone, 3));
    await expectTransferIn(node, cell, { type: 'axfr', fromSerial: 11, toSerial: 3 });
  });
});
