import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { getPriority, release } from 'node:os';
import { Worker } from 'node:worker_threads';
import { eventually, freePort } from '@zonewire/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { addressOctets } from '../../access.ts';
import { addressText, isWildcard } from './socket-address.ts';
import { Batch, batchesMissing, closeSocket, openSocket, sendTo, steerByOpcode, steerToLast } from './sockets.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const SETTINGS = { buffer: 1 << 20, receiveTimeout: 100 };

async function setup(host: string, size = 8) {
  const family = host.includes(':') ? 6 : 4;
  const octets = addressOctets(host)!;
  const address = { family, octets, port: await freePort() } as const;
  const fd = openSocket(address, SETTINGS);
  closers.push(() => closeSocket(fd));
  const batch = new Batch(fd, family, isWildcard(address), size, 4096);
  const client = createSocket(family === 6 ? 'udp6' : 'udp4');
  closers.push(() => client.close());
  const got: { text: string; from: string }[] = [];
  client.on('message', (message, { address }) => got.push({ text: message.toString(), from: address }));
  client.bind(0, family === 6 ? '::1' : '127.0.0.1');
  await once(client, 'listening');
  const send = (text: string | Uint8Array, to: string) =>
    new Promise<void>((resolve, reject) =>
      client.send(text, address.port, to, (error) => (error ? reject(error) : resolve())),
    );
  return { fd, batch, client, got, send };
}

it('this machine can do it: without, half of the tests of UDP would prove nothing', () => {
  expect(batchesMissing()).toBeUndefined();
});

it('a thread gets short turns and keeps its priority; other threads have what they had (Linux 6.12 and later)', async () => {
  const sockets = new URL('./sockets.ts', import.meta.url).href;
  const script = `
    const { parentPort } = require('node:worker_threads');
    const { getPriority, setPriority } = require('node:os');
    setPriority(0, 3);
    import(${JSON.stringify(sockets)}).then(({ askForShortTurns }) =>
      parentPort.postMessage([askForShortTurns(), getPriority(0)]));`;
  const [[turns, priority]] = await once(new Worker(script, { eval: true }), 'message');
  const [major, minor] = release().split('.').map(Number);
  if (major > 6 || (major === 6 && minor >= 12)) expect(turns).toBe(100_000);
  expect(priority).toBe(3);
  expect(getPriority(0)).not.toBe(3);
});

describe('Batch', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1', '127.0.0.1'],
    ['a wildcard answers from the address that was asked (IP_PKTINFO; RFC 2181 4)', '0.0.0.0', '127.0.0.9'],
    ['IPv6', '::1', '::1'],
    ['IPv6 wildcard (IPV6_PKTINFO)', '::', '::1'],
  ])('%s: takes many, answers each where it came from', async (_, host, to) => {
    const { fd, batch, client, got, send } = await setup(host);
    for (let i = 0; i < 12; i++) await send(`question ${i}`, to);
    const texts: string[] = [];
    for (let count = batch.receive(); count > 0; count = batch.receive()) {
      expect(count).toBeLessThanOrEqual(8);
      for (let i = 0; i < count; i++) {
        const text = Buffer.from(batch.requests[i].subarray(0, batch.requestLength(i))).toString();
        texts.push(text);
        expect(addressOctets(batch.peerAddress(i))).toEqual(addressOctets(host.includes(':') ? '::1' : '127.0.0.1'));
        expect(batch.peerPort(i)).toBe(client.address().port);
        const reply = Buffer.from(`answer to ${text}`);
        // Every third is answered later, from elsewhere.
        if (texts.length % 3 === 0) expect(sendTo(fd, reply, batch.returnPath(i))).toBe(true);
        else {
          batch.replies[i].set(reply);
          batch.queue(i, reply.length);
        }
      }
      expect(batch.flush()).toBe(0);
    }
    expect(texts).toEqual(Array.from({ length: 12 }, (_, i) => `question ${i}`));
    await eventually('every answer', () => got.length === texts.length);
    expect(got.map(({ text }) => text).sort()).toEqual(texts.map((text) => `answer to ${text}`).sort());
    for (const { from } of got) expect(from).toBe(to);
  });

  it('nothing came: 0 after the timeout', async () => {
    const { batch } = await setup('127.0.0.1');
    const began = performance.now();
    expect(batch.receive()).toBe(0);
    expect(performance.now() - began).toBeGreaterThan(80);
  });

  it('datagrams of every size, none to 65,507 octets, are what was sent', async () => {
    const { batch, send } = await setup('127.0.0.1', 2);
    for (const length of [0, 1, 11, 12, 512, 4096, 9000, 65_507]) {
      const sent = Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 255);
      await send(sent, '127.0.0.1');
      expect(batch.receive()).toBe(1);
      expect(batch.requestLength(0)).toBe(length);
      expect(Buffer.compare(batch.requests[0].subarray(0, length), sent)).toBe(0);
    }
  });

  it('a socket that is no more: -1, not an exception', async () => {
    const { batch, fd } = await setup('127.0.0.1');
    closeSocket(fd);
    closers.shift();
    expect(batch.receive()).toBe(-1);
  });
});

describe('openSocket', () => {
  it('says why it cannot: an address that is not ours, a port that is taken', async () => {
    const open = (octets: number[], port: number) => () =>
      openSocket({ family: 4, octets: Uint8Array.from(octets), port }, SETTINGS);
    expect(open([192, 0, 2, 77], 5300)).toThrow(expect.objectContaining({ code: 'EADDRNOTAVAIL' }));
    const taken = createSocket('udp4');
    closers.push(() => taken.close());
    taken.bind(0, '127.0.0.1');
    await once(taken, 'listening');
    expect(open([127, 0, 0, 1], taken.address().port)).toThrow(expect.objectContaining({ code: 'EADDRINUSE' }));
  });
});

describe('steerByOpcode', () => {
  it('queries go to the first sockets, every other opcode to the one behind them', async () => {
    const address = { family: 4, octets: Uint8Array.of(127, 0, 0, 1), port: await freePort() } as const;
    const fds = [0, 1, 2].map(() => openSocket(address, { buffer: 1 << 20, receiveTimeout: 30 }));
    closers.push(() => {
      for (const fd of fds) closeSocket(fd);
    });
    expect(steerByOpcode(fds[0], 2)).toBe(true);
    const client = createSocket('udp4');
    closers.push(() => client.close());
    const send = (octets: number[]) =>
      new Promise((resolve) => client.send(Uint8Array.from(octets), address.port, '127.0.0.1', resolve));
    // Opcode, RD and the like around it.
    for (let i = 0; i < 40; i++) {
      await send([0, i, 0x01, 0, 0, 1]);
      await send([0, i, i % 2 ? 0x20 : 0x2f, 0, 0, 1]);
    }
    await send([1]);
    const batches = fds.map((fd) => new Batch(fd, 4, false, 100, 512));
    const counts = batches.map((batch) => batch.receive());
    expect(counts[2]).toBe(40);
    expect(counts[0] + counts[1]).toBe(41);
    expect(Math.min(counts[0], counts[1])).toBeGreaterThan(3);
    for (let i = 0; i < 40; i++) expect(batches[2].requests[i][2] & 0x78).not.toBe(0);
  });
});

describe('steerToLast', () => {
  it('everything goes to the socket behind the workers, until it is steered otherwise', async () => {
    const address = { family: 4, octets: Uint8Array.of(127, 0, 0, 1), port: await freePort() } as const;
    const fds = [0, 1, 2].map(() => openSocket(address, { buffer: 1 << 20, receiveTimeout: 30 }));
    closers.push(() => {
      for (const fd of fds) closeSocket(fd);
    });
    const client = createSocket('udp4');
    closers.push(() => client.close());
    const counts = async () => {
      for (let i = 0; i < 30; i++)
        await new Promise((sent) =>
          client.send(Uint8Array.of(0, i, i % 3 ? 0x01 : 0x28, 0), address.port, '127.0.0.1', sent),
        );
      return fds.map((fd) => new Batch(fd, 4, false, 100, 512).receive());
    };
    expect(steerToLast(fds[0], 2)).toBe(true);
    expect(await counts()).toEqual([0, 0, 30]);
    expect(steerByOpcode(fds[0], 2)).toBe(true);
    expect((await counts())[2]).toBe(10);
  });
});

describe('addressText', () => {
  it.each([
    [[2, 0, 0, 53, 192, 0, 2, 1], '192.0.2.1'],
    [[10, 0, 0, 53, 0, 0, 0, 0, 0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 1], '2001:db8::1'],
    [[10, 0, 0, 53, 0, 0, 0, 0, 0xfe, 0x80, ...Array(13).fill(0), 2, 3, 0, 0, 0], 'fe80::2%3'],
  ])('%j', (octets, text) => expect(addressText(Uint8Array.from({ length: 28 }, (_, i) => octets[i] ?? 0))).toBe(text));
});
