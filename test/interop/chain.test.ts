import { digKey, feed, freePort, type Peer, startBind, ZonewireNode } from '@zonewire/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleZone } from '../fixtures/zones.ts';
import { cellsOf } from './cells.ts';
import { SHA256, SHA512 } from './keys.ts';
import { expectTransferIn, expectTransferOut, transfersOut } from './our-side.ts';
import { patiently } from './patiently.ts';
import { type Servers, startServers } from './servers.ts';
import { expectZone } from './whole-zone.ts';

/** A primary -> our hub -> a secondary, ours or real at either end: a change goes through as a difference, NOTIFY by NOTIFY. */

/** From our primary to each of the four. */
const cells = cellsOf('from-us');
/** From each of the four to BIND. */
const toBind = cellsOf('to-bind');
let servers: Servers;
let primary: ZonewireNode;
let bind: Peer;

const CHANGES = ['added TXT "by a changed file"', 'updated 60 A 192.0.2.99'];
const text = (zone: string, serial: number) => sampleZone(serial, CHANGES.slice(0, serial - 1).join('\n'), zone);

beforeAll(async () => {
  const hub = { host: '127.0.0.1', port: await freePort() };
  const last = { host: '127.0.0.1', port: await freePort() };
  primary = await ZonewireNode.start({
    keys: [SHA256, SHA512],
    zones: cells.map(({ zone: name, key }) => ({
      name,
      text: text(name, 1),
      notify: [hub],
      ...(key ? { key } : {}),
    })),
  });
  servers = await startServers(
    [
      {
        cells,
        sides: (_cell, { node, peer }) => ({
          ours: { primaries: [primary], notify: [peer] },
          theirs: { primaries: [node] },
        }),
      },
      {
        cells: toBind,
        sides: ({ zone }, { node, peer }) => ({
          ours: { primaries: [peer], notify: [last] },
          theirs: { text: text(zone, 1), notify: [node] },
        }),
      },
    ],
    hub.port,
  );
  bind = await startBind({
    port: last.port,
    keys: [SHA256, SHA512],
    zones: toBind.map(({ zone: name, key }) => ({ name, primaries: [hub], ...(key ? { key } : {}) })),
  });
});

afterAll(async () => {
  await bind?.remove();
  await servers?.remove();
  await primary?.remove();
});

/** PowerDNS looks once a second, and may fetch a difference twice before it serves it. */
const differencesOut = (hub: ZonewireNode, zone: string) => {
  const all = transfersOut(hub, zone).filter(({ type }) => type === 'diffs');
  return all.filter(({ from }, i) => from !== all[i - 1]?.from);
};

describe.concurrent('our primary -> our hub', () => {
  it.each(cells)('-> $title: AXFR, then IXFR for a file and for an update (RFC 1995 4, RFC 1996 2)', async (cell) => {
    const { zone, vendor, key } = cell;
    const { node: hub, peers } = servers;
    const everywhere = async (serial: number) => {
      for (const server of [hub, peers[vendor]]) await expectZone(server, cell, serial, text(zone, serial));
    };
    await everywhere(1);
    await expectTransferOut(primary, cell, { type: 'axfr', serial: 1 });

    await primary.rewrite(zone, text(zone, 2));
    await everywhere(2);
    await expectTransferOut(primary, cell, { type: 'diffs', from: 1, serial: 2 });
    await expectTransferIn(hub, cell, { type: 'ixfr', fromSerial: 1, toSerial: 2 });

    const script = `server 127.0.0.1 ${primary.port}\nzone ${zone}\nupdate add updated.${zone} 60 A 192.0.2.99\nsend\n`;
    expect(await feed('nsupdate', ['-v', ...digKey(key)], script)).toEqual({ output: '', code: 0 });
    await everywhere(3);
    await expectTransferOut(primary, cell, { type: 'diffs', from: 2, serial: 3 });
    // What dig fetched for the comparison is AXFR: the differences are the secondary's.
    await patiently('the second difference', () => differencesOut(hub, zone).length === 2);
    expect(differencesOut(hub, zone)).toMatchObject([
      { from: 1, serial: 2, key: key?.name },
      { from: 2, serial: 3, key: key?.name },
    ]);
  });
});

describe.concurrent('-> our hub -> BIND', () => {
  it.each(toBind)('$title ->: AXFR, then what the hub got goes on as a difference (RFC 1995 4)', async (cell) => {
    const { zone, vendor, key } = cell;
    const { node: hub, peers } = servers;
    const everywhere = async (serial: number) => {
      for (const server of [hub, bind]) await expectZone(server, cell, serial, text(zone, serial));
    };
    await everywhere(1);
    for (const serial of [2, 3]) {
      await peers[vendor].rewrite(zone, text(zone, serial));
      await everywhere(serial);
      // PowerDNS gives the hub the whole zone each time; the hub finds out what changed in it.
      const type = vendor === 'pdns' ? 'axfr-style-ixfr' : 'ixfr';
      await expectTransferIn(hub, cell, { type, fromSerial: serial - 1, toSerial: serial });
    }
    await patiently('the second difference', () => differencesOut(hub, zone).length === 2);
    expect(differencesOut(hub, zone)).toMatchObject([
      { from: 1, serial: 2, key: key?.name },
      { from: 2, serial: 3, key: key?.name },
    ]);
  });
});
