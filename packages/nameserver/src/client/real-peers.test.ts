import { randomFillSync } from 'node:crypto';
import {
  CLASS,
  encodeMessage,
  name,
  RCODE,
  TransferInterpreter,
  type TsigKey,
  TYPE,
  unwrap,
} from '@zonewire/shared-protocol';
import { type Peer, startBind, startKnot } from '@zonewire/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../ports.ts';
import { systemClock } from '../system-clock.ts';
import { DnsClient } from './dns-client.ts';

const RECORDS = 5_000;
const secret = Buffer.alloc(32, 'z');
const peerKey = { name: 'client-test.', algorithm: 'hmac-sha256', secret: secret.toString('base64') };
const key: TsigKey = { name: name('client-test.'), algorithm: 'hmac-sha256', secret };

function zoneText(): string {
  const lines = ['$TTL 60', '@ SOA ns1 host 42 3600 600 86400 60', '@ NS ns1', 'ns1 A 127.0.0.1'];
  for (let i = 0; i < 20; i++) lines.push(`big TXT "${String(i).padStart(3, '0').repeat(60)}"`);
  for (let i = 0; i < RECORDS; i++) lines.push(`host-${i} A 10.0.${i >> 8}.${i & 255}`);
  return `${lines.join('\n')}\n`;
}

const client = new DnsClient({ clock: systemClock, log: silentLog, random: (out) => randomFillSync(out) });
const ask = (zone: string, type: number) => ({
  question: [{ name: name(zone), type, class: CLASS.IN }],
  edns: { udpSize: 1232, version: 0, dnssecOk: false, extendedRcode: 0, options: [] },
});

describe.each([
  ['BIND', startBind],
  ['Knot', startKnot],
])('client against %s', (_vendor, start) => {
  let peer: Peer;

  beforeAll(async () => {
    const text = zoneText();
    peer = await start({
      keys: [peerKey],
      zones: [
        { name: 'open.test.', text },
        { name: 'signed.test.', text, key: peerKey },
      ],
    });
  }, 60_000);
  afterAll(async () => peer?.remove());

  it('asks over UDP and TCP', async () => {
    for (const transport of ['udp', 'tcp'] as const) {
      const { message } = unwrap(
        await client.exchange(ask('open.test.', TYPE.SOA), peer, { timeout: 3000, transport }),
      );
      expect(message.answer.length).toBe(1);
      expect(message.aa).toBe(true);
    }
  });

  it('signs, and verifies the reply (RFC 8945)', async () => {
    const { message } = unwrap(await client.exchange(ask('signed.test.', TYPE.SOA), peer, { timeout: 3000, key }));
    expect(message.answer.length).toBe(1);
    const wrong = { ...key, secret: Buffer.alloc(32, 'y') };
    expect(await client.exchange(ask('signed.test.', TYPE.SOA), peer, { timeout: 3000, key: wrong })).toMatchObject({
      ok: false,
      error: { code: 'tsig-peer-bad-signature' },
    });
    const unknown = { ...key, name: name('nobody.') };
    expect(await client.exchange(ask('signed.test.', TYPE.SOA), peer, { timeout: 3000, key: unknown })).toMatchObject({
      ok: false,
      error: { code: 'tsig-peer-bad-key' },
    });
    const late = new DnsClient({
      clock: { ...systemClock, now: () => Date.now() - 3_600_000 },
      log: silentLog,
      random: (out) => randomFillSync(out),
    });
    expect(await late.exchange(ask('signed.test.', TYPE.SOA), peer, { timeout: 3000, key })).toMatchObject({
      ok: false,
      error: { code: 'tsig-peer-bad-time' },
    });
  });

  it('goes to TCP when the answer is truncated', async () => {
    const result = unwrap(await client.exchange(ask('big.open.test.', TYPE.TXT), peer, { timeout: 3000 }));
    expect(result.transport).toBe('tcp');
    expect(result.message.answer.length).toBe(20);
  });

  it.each([
    ['open.test.', undefined],
    ['signed.test.', key],
  ])('transfers %s', async (zone, transferKey) => {
    let records = 0;
    const interpreter = new TransferInterpreter({
      zone: name(zone),
      request: 'axfr',
      id: 77,
      limits: { maxBytes: 1e8, maxRecords: 1e6, maxMessages: 1e6 },
      sink: { beginZone() {}, beginDiff() {}, endDiff() {}, remove() {}, add: () => records++ },
    });
    let last: ReturnType<typeof interpreter.push> | undefined;
    const request = encodeMessage({ id: 77, question: [{ name: name(zone), type: TYPE.AXFR, class: CLASS.IN }] });
    const result = await client.openTransfer(request, peer, {
      ...(transferKey ? { key: transferKey } : {}),
      onMessage: (message) => {
        last = interpreter.push(message);
        return last.state === 'more' ? 'more' : 'done';
      },
    });
    expect(result).toMatchObject({ ok: true });
    expect(last).toMatchObject({ state: 'done', outcome: 'zone', serial: 42 });
    expect(records).toBe(RECORDS + 23);
  });

  it('a refusal is one message with an RCODE', async () => {
    const request = encodeMessage({
      id: 1,
      question: [{ name: name('signed.test.'), type: TYPE.AXFR, class: CLASS.IN }],
    });
    let rcode = -1;
    const result = await client.openTransfer(request, peer, {
      onMessage: (message) => {
        rcode = message[3] & 15;
        return 'done';
      },
    });
    expect(result.ok).toBe(true);
    expect([RCODE.REFUSED, RCODE.NOTAUTH]).toContain(rcode);
  });
});
