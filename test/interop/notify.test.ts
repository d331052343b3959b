import { setTimeout as sleep } from 'node:timers/promises';
import { RCODE } from '@zonewire/shared-protocol';
import { sendNotify } from '@zonewire/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleZone } from '../fixtures/zones.ts';
import { cellsOf } from './cells.ts';
import { SHA256, SHA512 } from './keys.ts';
import { expectTransferIn, expectTransferOut, statusOf, transfersOut } from './our-side.ts';
import { type Servers, startServers } from './servers.ts';
import { toldUntil } from './told.ts';
import { expectZone } from './whole-zone.ts';

/**
 * NOTIFY with SOA, without, and from a stranger. No primary here is told whom to notify: every NOTIFY is the test's, so that nothing
 * else moves a zone. That each server's own NOTIFY is understood is shown by the other files.
 */

const fromUs = cellsOf('from-us');
const toUs = cellsOf('to-us');
/** 127.0.0.1 is the primaries' address. */
const STRANGER = '127.0.0.2';
let servers: Servers;

const text = (zone: string, serial: number) => sampleZone(serial, `change TXT "${serial}"`, zone);

beforeAll(async () => {
  servers = await startServers([
    {
      cells: fromUs,
      sides: ({ zone }, { node }) => ({ ours: { text: text(zone, 1) }, theirs: { primaries: [node] } }),
    },
    {
      cells: toUs,
      sides: ({ zone }, { peer }) => ({ ours: { primaries: [peer] }, theirs: { text: text(zone, 1) } }),
    },
  ]);
});

afterAll(() => servers?.remove());

describe.concurrent('our primary', () => {
  it.each(fromUs)('$title secondary: NOTIFY from a stranger, with SOA, without (RFC 1996 3.7, 3.10)', async (cell) => {
    const { zone, vendor, key } = cell;
    const { node, peers } = servers;
    const peer = peers[vendor];
    await expectZone(peer, cell, 1, text(zone, 1));
    await node.rewrite(zone, text(zone, 2));
    expect(await sendNotify(peer, { zone, serial: 2, key, from: STRANGER })).not.toBe(RCODE.NOERROR);
    // Had it been believed, serial 2 would be fetched now.
    await sleep(500);
    await node.rewrite(zone, text(zone, 3));
    await toldUntil(peer, { zone, serial: 3, key }, 3);
    await expectZone(peer, cell, 3, text(zone, 3));
    await expectTransferOut(node, cell, { type: 'diffs', from: 1, serial: 3 });

    await node.rewrite(zone, text(zone, 4));
    await toldUntil(peer, { zone, key }, 4);
    await expectZone(peer, cell, 4, text(zone, 4));
    await expectTransferOut(node, cell, { type: 'diffs', from: 3, serial: 4 });
    // Serial 2, which the stranger spoke of, was never fetched.
    expect(new Set(transfersOut(node, zone).map(({ serial }) => serial))).toEqual(new Set([1, 3, 4]));
  });
});

describe.concurrent('our secondary', () => {
  it.each(toUs)('$title primary: NOTIFY from a stranger, with SOA, without (RFC 1996 3.7, 3.10)', async (cell) => {
    const { zone, vendor, key } = cell;
    const { node, peers } = servers;
    const type = vendor === 'pdns' ? 'axfr-style-ixfr' : 'ixfr';
    const rewrite = async (serial: number) => {
      await peers[vendor].rewrite(zone, text(zone, serial));
      await expectZone(peers[vendor], cell, serial, text(zone, serial));
    };
    await expectZone(node, cell, 1, text(zone, 1));
    await rewrite(2);
    const otherKey = key === SHA256 ? SHA512 : SHA256;
    const strangers = [
      { key, from: STRANGER, answer: RCODE.REFUSED },
      { key: otherKey, answer: RCODE.REFUSED },
      { key: { ...otherKey, name: 'nobody.example.' }, answer: RCODE.NOTAUTH },
      { key: { ...otherKey, secret: 'd3Jvbmc=' }, answer: RCODE.NOTAUTH },
      ...(key === undefined ? [] : [{ key: undefined, answer: RCODE.REFUSED }]),
    ];
    for (const { answer, ...stranger } of strangers) {
      expect(await sendNotify(node, { zone, serial: 2, ...stranger }), JSON.stringify(stranger)).toBe(answer);
    }
    await sleep(500);
    const untouched = await statusOf(node, zone);
    expect(untouched.notified).toBeUndefined();
    await expectTransferIn(node, cell, { type: 'axfr', toSerial: 1 });

    expect(await sendNotify(node, { zone, key })).toBe(RCODE.NOERROR);
    await expectZone(node, cell, 2, text(zone, 2));
    const withoutSoa = await statusOf(node, zone);
    expect(withoutSoa.notified).toBeUndefined();
    await expectTransferIn(node, cell, { type, fromSerial: 1, toSerial: 2 });

    await rewrite(3);
    expect(await sendNotify(node, { zone, serial: 3, key })).toBe(RCODE.NOERROR);
    await expectZone(node, cell, 3, text(zone, 3));
    const withSoa = await statusOf(node, zone);
    expect(withSoa.notified).toMatchObject({ serial: 3 });
    await expectTransferIn(node, cell, { type, fromSerial: 2, toSerial: 3 });
  });
});
