import {
  digAxfr,
  digSerial,
  eventually,
  feed,
  freePort,
  type Peer,
  startBind,
  startKnot,
  startNsd,
  ZonewireNode,
} from '@zonewire/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { sampleZone } from '../fixtures/zones.ts';
import { SHA256, SHA512 } from './keys.ts';
import { transfersOut } from './metrics.ts';

const ZONE = 'example.test.';
const VENDORS = { BIND: startBind, Knot: startKnot, NSD: startNsd };
const KEYS = { plain: undefined, 'hmac-sha256': SHA256, 'hmac-sha512': SHA512 };

/** Our primary feeds real secondaries: AXFR at first, then NOTIFY and IXFR for a changed file and for an update. */
describe.each(Object.keys(VENDORS) as (keyof typeof VENDORS)[])('our primary, %s secondary', (vendor) => {
  let node: ZonewireNode | undefined;
  let peer: Peer | undefined;

  afterEach(async () => {
    await peer?.remove();
    await node?.remove();
  });

  it.each(Object.keys(KEYS) as (keyof typeof KEYS)[])('%s: AXFR, then NOTIFY and IXFR', async (keyName) => {
    const key = KEYS[keyName];
    const keyed = key ? { key } : {};
    const keys = key ? { keys: [key] } : {};
    const port = await freePort();
    node = await ZonewireNode.start({
      ...keys,
      zones: [{ name: ZONE, text: sampleZone(1), notify: [{ host: '127.0.0.1', port }], ...keyed }],
    });
    peer = await VENDORS[vendor]({ port, ...keys, zones: [{ name: ZONE, primaries: [node], ...keyed }] });
    await peer.process.until('the first transfer', async () => (await digSerial(peer!, ZONE)) === 1);
    expect(caseless(await digAxfr(peer, ZONE, key))).toEqual(caseless(await digAxfr(node, ZONE, key)));
    const before = await transfersOut(node);
    expect(before.axfr).toBeGreaterThanOrEqual(1);

    await node.rewrite(ZONE, sampleZone(2, 'added TXT "by a changed file"'));
    await peer.process.until('serial 2 after NOTIFY', async () => (await digSerial(peer!, ZONE)) === 2);
    expect((await transfersOut(node)).ixfr).toBeGreaterThan(before.ixfr);

    const update = await feed(
      'nsupdate',
      ['-v', ...(key ? ['-y', `${key.algorithm}:${key.name}:${key.secret}`] : [])],
      `server 127.0.0.1 ${node.port}\nzone ${ZONE}\nupdate add updated.${ZONE} 60 A 192.0.2.99\nupdate delete web.${ZONE} A 192.0.2.11\nsend\n`,
    );
    expect(update).toEqual({ output: '', code: 0 });
    await peer.process.until('serial 3 after the update', async () => (await digSerial(peer!, ZONE)) === 3);
    const records = await digAxfr(peer, ZONE, key);
    expect(caseless(records)).toEqual(caseless(await digAxfr(node, ZONE, key)));
    expect(records.some((line) => line.startsWith(`updated.${ZONE}`))).toBe(true);
    expect(records.some((line) => line.startsWith('added.'))).toBe(true);

    // The primary saw the secondary serve it: that is what `lag` reports.
    const port_ = node;
    await eventually('the primary to report the secondary in sync', async () => {
      const { replicas } = await port_.api<{ replicas: { state: string; serial: number }[] }>(
        `/api/v1/zones/${ZONE}/replicas`,
      );
      return replicas[0]?.state === 'in-sync' && replicas[0].serial === 3;
    });
  });
});

/** Knot and NSD keep owner names in lower case, which is theirs to do: names are equal without regard to case (RFC 4343). */
function caseless(lines: string[]): string[] {
  return lines.map((line) => line.toLowerCase()).sort();
}
