import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleZone } from '../fixtures/zones.ts';
import { cellsOf } from './cells.ts';
import { expectTransferIn, expectTransferOut, statusOf } from './our-side.ts';
import { untilServed } from './patiently.ts';
import { type Servers, startServers } from './servers.ts';
import { toldUntil } from './told.ts';
import { expectZone } from './whole-zone.ts';

/** IXFR answered with the whole zone (RFC 1995 4): the differences are too large, none are kept, or the journal does not reach back. */

const largeFromUs = cellsOf('large-from-us');
const shortFromUs = cellsOf('short-from-us');
const noneToUs = cellsOf('none-to-us');
const shortToUs = cellsOf('short-to-us');
let servers: Servers;

/** More than half a KB of each version is its own, so that BIND's smallest journal of 4 KiB holds few of them. */
function text(zone: string, serial: number): string {
  const words = Array.from({ length: 3 }, (_, i) => `"${serial}.${i} ${'x'.repeat(200)}"`);
  return sampleZone(serial, `change TXT ${words.join(' ')}`, zone);
}

/** Nothing but the apex in common with {@link text}. */
function otherText(zone: string, serial: number): string {
  const lines = [`$ORIGIN ${zone}`, '$TTL 300', `@ SOA ns1 hostmaster ${serial} 3600 600 86400 60`, '@ NS other'];
  for (let i = 0; i < 20; i++) lines.push(`other${i} A 192.0.2.${i}`);
  return `${lines.join('\n')}\nother A 192.0.2.200\n`;
}

beforeAll(async () => {
  servers = await startServers([
    {
      cells: largeFromUs,
      sides: ({ zone }, { node, peer }) => ({
        ours: { text: text(zone, 1), notify: [peer] },
        theirs: { primaries: [node] },
      }),
    },
    {
      cells: shortFromUs,
      // Nobody tells the secondary of a change, so it falls behind.
      sides: ({ zone }, { node }) => ({
        ours: { text: text(zone, 1), settings: { 'journal-max-depth': 2 } },
        theirs: { primaries: [node] },
      }),
    },
    {
      cells: noneToUs,
      sides: ({ zone }, { node, peer }) => ({
        ours: { primaries: [peer] },
        theirs: { text: text(zone, 1), notify: [node], journal: 'none' },
      }),
    },
    {
      cells: shortToUs,
      sides: ({ zone }, { peer }) => ({
        ours: { primaries: [peer] },
        theirs: { text: text(zone, 1), journal: 'short' },
      }),
    },
  ]);
});

afterAll(() => servers?.remove());

describe.concurrent('our primary', () => {
  it.each(largeFromUs)('$title secondary: differences larger than the zone (RFC 1995 4)', async (cell) => {
    const { zone, vendor } = cell;
    const { node, peers } = servers;
    await expectZone(peers[vendor], cell, 1, text(zone, 1));
    await node.rewrite(zone, otherText(zone, 2));
    await expectZone(peers[vendor], cell, 2, otherText(zone, 2));
    await expectTransferOut(node, cell, { type: 'axfr-style', why: 'diffs-larger-than-zone', from: 1, serial: 2 });
  });

  it.each(shortFromUs)('$title secondary: a journal that does not reach back (RFC 1995 4)', async (cell) => {
    const { zone, vendor, key } = cell;
    const { node, peers } = servers;
    const notify = (serial: number) => toldUntil(peers[vendor], { zone, serial, key }, serial);
    await expectZone(peers[vendor], cell, 1, text(zone, 1));
    for (const serial of [2, 3, 4]) await node.rewrite(zone, text(zone, serial));
    await notify(4);
    await expectZone(peers[vendor], cell, 4, text(zone, 4));
    await expectTransferOut(node, cell, { type: 'axfr-style', why: 'journal-does-not-reach', from: 1, serial: 4 });

    await node.rewrite(zone, text(zone, 5));
    await notify(5);
    await expectZone(peers[vendor], cell, 5, text(zone, 5));
    await expectTransferOut(node, cell, { type: 'diffs', from: 4, serial: 5 });
  });
});

describe.concurrent('our secondary', () => {
  it.each(noneToUs)('$title primary: no differences are kept (RFC 1995 4)', async (cell) => {
    const { zone, vendor } = cell;
    const { node, peers } = servers;
    await expectZone(node, cell, 1, text(zone, 1));
    await peers[vendor].rewrite(zone, text(zone, 2));
    await expectZone(node, cell, 2, text(zone, 2));
    const { primaries } = await statusOf(node, zone);
    await expectTransferIn(node, cell, { type: 'axfr-style-ixfr', fromSerial: 1, toSerial: 2 });
    expect(primaries).toMatchObject([{ state: 'ok' }]);
  });

  it.each(shortToUs)('$title primary: a journal that does not reach back (RFC 1995 4)', async (cell) => {
    const { zone, vendor } = cell;
    const { node, peers } = servers;
    const rewrite = async (serial: number) => {
      await peers[vendor].rewrite(zone, text(zone, serial));
      await untilServed(peers[vendor], zone, serial);
    };
    const refresh = () => node.api(`/api/v1/zones/${zone}/refresh`, { method: 'POST' });
    await expectZone(node, cell, 1, text(zone, 1));
    for (const serial of [2, 3, 4, 5, 6]) await rewrite(serial);
    await refresh();
    await expectZone(node, cell, 6, text(zone, 6));
    await expectTransferIn(node, cell, {
      type: 'axfr-style-ixfr',
      fromSerial: 1,
      toSerial: 6,
    });

    // PowerDNS has no journal at all.
    if (vendor === 'pdns') return;
    await rewrite(7);
    await refresh();
    await expectZone(node, cell, 7, text(zone, 7));
    await expectTransferIn(node, cell, { type: 'ixfr', fromSerial: 6, toSerial: 7 });
  });
});
