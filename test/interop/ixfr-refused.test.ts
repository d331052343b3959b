import { RCODE } from '@zonewire/shared-protocol';
import { freePort, RefusingRelay } from '@zonewire/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleZone } from '../fixtures/zones.ts';
import { cellsOf, VENDORS, type Vendor } from './cells.ts';
import { SHA256, SHA512 } from './keys.ts';
import { expectTransferIn, expectTransferOut, statusOf, transfersOut } from './our-side.ts';
import { patiently } from './patiently.ts';
import { type Servers, startServers } from './servers.ts';
import { expectZone } from './whole-zone.ts';

/**
 * A primary that refuses IXFR: the secondary has to ask the same one for AXFR. No real server refuses IXFR alone, so a relay stands
 * before each primary, refuses every IXFR (signed) and passes everything else on (README.md).
 */

const fromUs = cellsOf('from-us');
const toUs = cellsOf('to-us');
/** NOTIMP is what a server without IXFR says (RFC 1995 4 leaves it open): NSD takes AXFR after this one only. */
const RCODES = { ours: RCODE.NOTIMP, bind: RCODE.REFUSED, knot: RCODE.NOTIMP, nsd: RCODE.REFUSED, pdns: RCODE.NOTIMP };
const relays = new Map<Vendor | 'ours', RefusingRelay>();
let servers: Servers;

const text = (zone: string, serial: number) => sampleZone(serial, `change TXT "${serial}"`, zone);

beforeAll(async () => {
  const ports = new Map<Vendor | 'ours', number>();
  for (const name of ['ours', ...(Object.keys(VENDORS) as Vendor[])] as const) ports.set(name, await freePort());
  const relay = (name: Vendor | 'ours') => ({ host: '127.0.0.1', port: ports.get(name)! });
  servers = await startServers([
    {
      cells: fromUs,
      sides: ({ zone }, { peer }) => ({
        ours: { text: text(zone, 1), notify: [peer] },
        theirs: { primaries: [relay('ours')] },
      }),
    },
    {
      cells: toUs,
      sides: ({ zone, vendor }, { node }) => ({
        ours: { primaries: [relay(vendor)] },
        theirs: { text: text(zone, 1), notify: [node] },
      }),
    },
  ]);
  for (const [name, port] of ports) {
    const to = name === 'ours' ? servers.node : servers.peers[name];
    relays.set(name, await RefusingRelay.start({ port, to, keys: [SHA256, SHA512], rcode: RCODES[name] }));
  }
});

afterAll(async () => {
  for (const relay of relays.values()) await relay.close();
  await servers?.remove();
});

describe.concurrent('our primary', () => {
  it.each(fromUs.filter(({ vendor }) => vendor !== 'pdns'))(
    '$title secondary: IXFR refused, AXFR taken (RFC 1995 4)',
    async (cell) => {
      const { zone, vendor } = cell;
      const { node, peers } = servers;
      await expectZone(peers[vendor], cell, 1, text(zone, 1));
      await node.rewrite(zone, text(zone, 2));
      await expectZone(peers[vendor], cell, 2, text(zone, 2));
      expect(relays.get('ours')!.refused).toContain(zone);
      await expectTransferOut(node, cell, { type: 'axfr', serial: 2 });
      expect(transfersOut(node, zone).every(({ type }) => type === 'axfr')).toBe(true);
    },
  );

  it.each(fromUs.filter(({ vendor }) => vendor === 'pdns'))(
    '$title secondary, which asks for IXFR or nothing: keeps its version until IXFR is answered',
    async (cell) => {
      const { zone, vendor } = cell;
      const { node, peers } = servers;
      const { refused, passing } = relays.get('ours')!;
      await expectZone(peers[vendor], cell, 1, text(zone, 1));
      await node.rewrite(zone, text(zone, 2));
      await patiently('the refusal', () => refused.includes(zone));
      await expectZone(peers[vendor], cell, 1, text(zone, 1));
      passing.add(zone);
      await expectZone(peers[vendor], cell, 2, text(zone, 2));
      await expectTransferOut(node, cell, { type: 'diffs', from: 1, serial: 2 });
    },
  );
});

describe.concurrent('our secondary', () => {
  it.each(toUs)('$title primary: IXFR refused, AXFR taken and asked for from then on (RFC 1995 4)', async (cell) => {
    const { zone, vendor } = cell;
    const { node, peers } = servers;
    const refusals = () => relays.get(vendor)!.refused.filter((refused) => refused === zone).length;
    await expectZone(node, cell, 1, text(zone, 1));
    await peers[vendor].rewrite(zone, text(zone, 2));
    await expectZone(node, cell, 2, text(zone, 2));
    const asked = refusals();
    expect(asked).toBeGreaterThan(0);
    const { primaries } = await statusOf(node, zone);
    await expectTransferIn(node, cell, { type: 'axfr', fromSerial: 1, toSerial: 2 });
    expect(primaries).toMatchObject([{ state: 'axfr-only' }]);

    await peers[vendor].rewrite(zone, text(zone, 3));
    await expectZone(node, cell, 3, text(zone, 3));
    expect(refusals()).toBe(asked);
  });
});
