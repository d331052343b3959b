import { RCODE } from '@zonewire/shared-protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dig, digAxfr, digKey, digSerial, type PeerKey, run } from './dig.ts';
import { startBind } from './peers/bind.ts';
import type { Peer } from './peers/peer.ts';
import { RefusingRelay } from './refusing-relay.ts';

const ZONE = 'example.test.';
const KEY: PeerKey = { name: 'xfr.example.', algorithm: 'hmac-sha256', secret: 'cmVmdXNpbmctcmVsYXktdGVzdA==' };
let bind: Peer;
let relay: RefusingRelay;

beforeAll(async () => {
  const text = `$ORIGIN ${ZONE}\n$TTL 60\n@ SOA ns1 admin 7 3600 600 86400 60\n@ NS ns1\nns1 A 192.0.2.1\n`;
  bind = await startBind({ keys: [KEY], zones: [{ name: ZONE, text, key: KEY }] });
  relay = await RefusingRelay.start({ to: bind, keys: [KEY], rcode: RCODE.NOTIMP });
});

afterAll(async () => {
  await relay?.close();
  await bind?.remove();
});

test('queries over UDP and AXFR over TCP go through, signed as they are', async () => {
  expect(await digSerial(relay, ZONE)).toBe(7);
  expect(await digAxfr(relay, ZONE, KEY)).toEqual(await digAxfr(bind, ZONE, KEY));
  expect(relay.refused).toEqual([]);
});

test.each(['+tcp', '+notcp'])(
  'IXFR (%s) is refused with a signature that verifies, until it may pass',
  async (transport) => {
    const args = [...digKey(KEY), transport, ZONE, 'IXFR=6'];
    const { stdout, stderr } = await run('dig', [`@${relay.host}`, '-p', String(relay.port), ...args], true);
    expect(stdout).toMatch(/\sTSIG\s/);
    expect(stdout).not.toMatch(/\sSOA\s/);
    expect(stdout + stderr).not.toMatch(/verify|valid|timed out/i);
    expect(relay.refused).toContain(ZONE);
    relay.passing.add(ZONE);
    expect(await dig(relay, ...args)).toMatch(/SOA/);
    relay.passing.delete(ZONE);
  },
);
