import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { type RequestContext, systemClock } from '@zonewire/nameserver';
import { buildNotify, decodeMessage, type Message, name, type TsigKey, unwrap } from '@zonewire/shared-protocol';
import {
  type Address,
  digAxfr,
  eventually,
  type Peer,
  type PeerKey,
  startBind,
  startKnot,
  startNsd,
} from '@zonewire/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import type { SecondaryZoneConfig } from './config.ts';
import { FakePrimary } from './fixtures/fake-primary.ts';
import { onSockets } from './fixtures/on-sockets.ts';

/** Our secondary over real sockets: a primary of a few lines written here, and the real servers. */

const ZONE = name('example.test.');
const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

function secondary() {
  const limits = { connectTimeout: 1000, idleTimeout: 1000, checkTimeout: 1000 };
  const { secondary: made, table, served } = onSockets(ZONE, limits);
  endings.push(() => made.stop());
  /** A NOTIFY as the nameserver hands it on. */
  const notify = async (primary: FakePrimary) => {
    const message: Message = unwrap(decodeMessage(buildNotify(ZONE, primary.soa(), 9)));
    const context: RequestContext = { transport: 'udp', peerAddress: '127.0.0.1', peerPort: 1, now: systemClock.now() };
    await table.get(ZONE)!.handler.notify!(message, context);
  };
  return { secondary: made, table, served, notify };
}

function config(primaries: readonly Address[], key?: TsigKey): SecondaryZoneConfig {
  const remotes = primaries.map((address, i) => ({ id: `p${i + 1}`, addresses: [address], ...(key ? { key } : {}) }));
  return { domain: ZONE, primaries: remotes, notify: [], acl: [] };
}

/** Puts a FakePrimary on loopback: TCP with frames in pieces, UDP. */
async function listen(primary: FakePrimary): Promise<Address> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (data: Buffer) => {
      const request = new Uint8Array(data.subarray(2));
      const type = unwrap(decodeMessage(request)).question[0].type;
      const messages = type === 6 ? [primary.answer(request)!] : primary.transfer(request);
      for (const message of messages) {
        const frame = Buffer.concat([Buffer.from([message.length >>> 8, message.length & 255]), message]);
        // In pieces, so that frames and reads do not coincide.
        socket.write(frame.subarray(0, 3));
        socket.write(frame.subarray(3));
      }
      if (messages.length === 0 || primary.axfr === 'cut') socket.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const udp = createSocket('udp4');
  udp.on('message', (data, from) => {
    const answer = primary.answer(new Uint8Array(data));
    if (answer) udp.send(answer, from.port, from.address);
  });
  udp.bind(port, '127.0.0.1');
  await once(udp, 'listening');
  endings.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
    udp.close();
  });
  return { host: '127.0.0.1', port };
}

describe('a primary on loopback', () => {
  test('first load, NOTIFY, IXFR, fallback to AXFR, refresh', async () => {
    const primary = new FakePrimary(ZONE);
    const address = await listen(primary);
    const node = secondary();
    await node.secondary.addZone(config([address]));
    await eventually('serial 1', () => node.served() === 1);
    primary.change((hosts) => {
      for (let i = 0; i < 500; i++) hosts.set(`host${i}`, i);
    });
    await node.notify(primary);
    await eventually('serial 2', () => node.served() === 2);
    expect(primary.asked).toEqual(['AXFR', 'IXFR 1']);
    expect(node.secondary.status(ZONE)?.lastTransfer).toMatchObject({ type: 'ixfr', fromSerial: 1, toSerial: 2 });
    primary.ixfr = 'silent';
    primary.change((hosts) => hosts.delete('host3'));
    expect(await node.secondary.refresh(ZONE)).toEqual({ outcome: 'installed', serial: 3 });
    // A connection closed without a word is tried again on a new one, so the IXFR is seen more than once.
    const asked = primary.asked.slice(2);
    expect(asked.filter((what, i) => what !== asked[i - 1])).toEqual(['SOA', 'IXFR 2', 'AXFR']);
    expect(node.table.get(ZONE)?.version?.recordCount).toBe(502);
  });

  test('a dead first primary costs its time once; what is cut is refused', async () => {
    const dead = await listen(new FakePrimary(ZONE));
    await endings.pop()!();
    const primary = new FakePrimary(ZONE);
    primary.change((hosts) => {
      for (let i = 0; i < 500; i++) hosts.set(`host${i}`, i);
    });
    primary.axfr = 'cut';
    const address = await listen(primary);
    const node = secondary();
    await node.secondary.addZone(config([dead, address]));
    await eventually('the reason', () => node.secondary.status(ZONE)?.lastError?.code === 'connection-closed');
    expect(node.served()).toBeUndefined();
    const [first] = node.secondary.status(ZONE)!.primaries!;
    expect(first.lastError?.message).toContain(`AXFR from p1 (127.0.0.1:${dead.port}) failed: nothing listens at`);
    primary.axfr = 'whole';
    await node.secondary.refresh(ZONE);
    expect(node.served()).toBe(2);
  });
});

describe.each([
  ['BIND', startBind],
  ['Knot', startKnot],
  ['NSD', startNsd],
] as const)('%s as primary', (_vendor, startPeer) => {
  const text = (serial: number, more = '') =>
    `$ORIGIN example.test.\n$TTL 300\n@ SOA ns1 admin ${serial} 3600 600 86400 60\n@ NS ns1\nns1 A 192.0.2.1\n` +
    `www A 192.0.2.2\n* TXT "wild" "card"\nmx MX 10 www\n${more}`;
  const peerKey: PeerKey = {
    name: 'xfr.example.',
    algorithm: 'hmac-sha256',
    secret: Buffer.alloc(32, 7).toString('base64'),
  };
  const key: TsigKey = { name: name('xfr.example.'), algorithm: 'hmac-sha256', secret: new Uint8Array(32).fill(7) };

  async function peer(withKey: boolean): Promise<Peer> {
    const keyed = withKey ? { key: peerKey } : {};
    const started = await startPeer({
      zones: [{ name: 'example.test.', text: text(1), ...keyed }],
      keys: withKey ? [peerKey] : [],
    });
    endings.push(() => started.remove());
    return started;
  }

  test.each([false, true])('AXFR, IXFR, the same records; with TSIG: %s', async (withKey) => {
    const primary = await peer(withKey);
    const node = secondary();
    await node.secondary.addZone(config([primary], withKey ? key : undefined));
    await eventually('serial 1', () => node.served() === 1);
    let more = '';
    for (let serial = 2; serial <= 4; serial++) {
      more += `new${serial} A 192.0.2.${serial}\n`;
      await primary.rewrite('example.test.', text(serial, more));
      await eventually(`serial ${serial}`, async () => {
        await node.secondary.refresh(ZONE);
        return node.served() === serial;
      });
      const { lastTransfer, primaries } = node.secondary.status(ZONE)!;
      expect(lastTransfer?.type, JSON.stringify(primaries)).toBe('ixfr');
    }
    const theirs = await digAxfr(primary, 'example.test.', withKey ? peerKey : undefined);
    const { version } = node.table.get(ZONE)!;
    expect(version?.recordCount).toBe(theirs.length);
    expect(version?.rrset(name('new4.example.test.'), 1)?.rdatas).toEqual([new Uint8Array([192, 0, 2, 4])]);
  });

  test('the wrong key, and none where one is needed: words that say so', async () => {
    const primary = await peer(true);
    const node = secondary();
    await node.secondary.addZone(config([primary], { ...key, secret: new Uint8Array(32).fill(8) }));
    const reason = () => node.secondary.status(ZONE)?.lastError?.message;
    await eventually('the reason', reason);
    expect(reason()).toMatch(/^AXFR from p1 \(127\.0\.0\.1:\d+\) failed: .*compare the secret on both sides/);
    node.secondary.updateConfig(config([primary]));
    await eventually('the other reason', () => !reason()?.includes('secret'));
    expect(reason()).toMatch(
      /check that the primary's acl lets 127\.0\.0\.1 transfer without a key|does not know the zone/,
    );
    node.secondary.updateConfig(config([primary], key));
    await eventually('serial 1', () => node.served() === 1);
  });
});
