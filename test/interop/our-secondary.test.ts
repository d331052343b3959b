import { digAxfr, freePort, type Peer, startBind, startKnot, startNsd, ZonewireNode } from '@zonewire/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { sampleZone } from '../fixtures/zones.ts';
import { SHA256, SHA512 } from './keys.ts';

const ZONE = 'example.test.';
const VENDORS = { BIND: startBind, Knot: startKnot, NSD: startNsd };
const KEYS = { plain: undefined, 'hmac-sha256': SHA256, 'hmac-sha512': SHA512 };

interface Status {
  state: string;
  served?: { serial: number };
  lastTransfer?: { type: string; records: number; from: string };
}

/** Our secondary follows real primaries: AXFR at first, then their NOTIFY and an IXFR. */
describe.each(Object.keys(VENDORS) as (keyof typeof VENDORS)[])('%s primary, our secondary', (vendor) => {
  let node: ZonewireNode | undefined;
  let peer: Peer | undefined;

  afterEach(async () => {
    await node?.remove();
    await peer?.remove();
  });

  it.each(Object.keys(KEYS) as (keyof typeof KEYS)[])('%s: AXFR, then NOTIFY and IXFR', async (keyName) => {
    const key = KEYS[keyName];
    const keyed = key ? { key } : {};
    const keys = key ? { keys: [key] } : {};
    const port = await freePort();
    node = await ZonewireNode.prepare({
      ...keys,
      zones: [{ name: ZONE, primaries: [{ host: '127.0.0.1', port }], ...keyed }],
    });
    peer = await VENDORS[vendor]({
      port,
      ...keys,
      zones: [{ name: ZONE, text: sampleZone(1), notify: [node], ...keyed }],
    });
    await node.run();
    await node.untilSerial(ZONE, 1);
    expect(await digAxfr(node, ZONE, key)).toEqual(await digAxfr(peer, ZONE, key));
    expect((await node.status<Status>(ZONE)).lastTransfer).toMatchObject({ type: 'axfr' });

    await peer.rewrite(ZONE, sampleZone(2, 'added TXT "by a changed file"'));
    await node.untilSerial(ZONE, 2);
    expect(await digAxfr(node, ZONE, key)).toEqual(await digAxfr(peer, ZONE, key));
    const status = await node.status<Status>(ZONE);
    expect(status.state).toBe('serving');
    expect(status.lastTransfer).toMatchObject({ type: 'ixfr' });
  });
});
