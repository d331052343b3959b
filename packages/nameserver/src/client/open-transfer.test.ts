import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import {
  CLASS,
  encodeMessage,
  name,
  ROOT,
  type TsigKey,
  TsigStreamSigner,
  TYPE,
  verifyRequest,
} from '@zonewire/shared-protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { framed, MessageFramer } from '../framing/message-framer.ts';
import { silentLog } from '../ports.ts';
import { systemClock } from '../system-clock.ts';
import { DnsClient, type TransferOpenOptions } from './dns-client.ts';

const key: TsigKey = { name: name('k.'), algorithm: 'hmac-sha256', secret: new Uint8Array(32).fill(9) };
const client = new DnsClient({ clock: systemClock, log: silentLog, random: (out) => out.fill(7) });
const request = encodeMessage({ id: 4711, question: [{ name: name('z.'), type: TYPE.AXFR, class: CLASS.IN }] });

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function serve(connected: (socket: Socket, request: Uint8Array) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    const framer = new MessageFramer();
    socket.on('data', (chunk: Buffer) =>
      framer.push(chunk, (message) => {
        connected(socket, message.slice());
        return true;
      }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

/** A well-formed message of `length` octets: one record of a type whose rdata may be anything. */
function message(fill: number, length: number): Uint8Array {
  const rdata = new Uint8Array(length - 23).fill(fill);
  return encodeMessage({ id: 4711, qr: true, answer: [{ name: ROOT, type: 65280, class: CLASS.IN, ttl: 0, rdata }] });
}

function collect(count: number) {
  const seen: number[] = [];
  const onMessage: TransferOpenOptions['onMessage'] = (m) => {
    seen.push(m.length);
    return seen.length === count ? 'done' : 'more';
  };
  return { seen, onMessage };
}

describe('openTransfer', () => {
  it('hands over every message, of any size, in order, and keeps the ID of the request', async () => {
    let id = 0;
    const lengths = Array.from({ length: 400 }, (_, i) => 23 + ((i * 7919) % 60_000));
    const to = await serve((socket, asked) => {
      id = (asked[0] << 8) | asked[1];
      for (const [i, length] of lengths.entries()) socket.write(framed(message(i, length)));
    });
    const { seen, onMessage } = collect(lengths.length);
    const result = await client.openTransfer(request, to, { onMessage });
    expect(result).toMatchObject({ ok: true, value: { messages: lengths.length } });
    expect(result.ok && result.value.bytes).toBeGreaterThanOrEqual(lengths.reduce((a, b) => a + b + 2, 0));
    expect(seen).toEqual(lengths);
    expect(id).toBe(4711);
  });

  it('verifies a signed stream and takes the signatures away (RFC 8945 5.3.1)', async () => {
    const to = await serve((socket, asked) => {
      const verdict = verifyRequest(asked, () => key, Date.now() / 1000);
      if (verdict.status !== 'ok') return socket.destroy();
      const signer = new TsigStreamSigner(key, verdict.mac, () => Date.now() / 1000);
      for (let i = 0; i < 50; i++) socket.write(framed(signer.sign(message(1, 1000 + i), i === 49)));
    });
    const { seen, onMessage } = collect(50);
    const result = await client.openTransfer(request, to, { key, onMessage });
    expect(result.ok).toBe(true);
    expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => 1000 + i));
  });

  it('refuses a signed stream that was changed, and one whose last message is unsigned', async () => {
    const stream = (change: (signed: Uint8Array, i: number) => Uint8Array) =>
      serve((socket, asked) => {
        const verdict = verifyRequest(asked, () => key, Date.now() / 1000);
        if (verdict.status !== 'ok') return socket.destroy();
        const signer = new TsigStreamSigner(key, verdict.mac, () => Date.now() / 1000);
        for (let i = 0; i < 5; i++) socket.write(framed(change(signer.sign(message(1, 100), i === 4), i)));
      });
    const changed = await stream((signed, i) => {
      if (i === 2) signed[0] ^= 1;
      if (i === 3) signed[20] ^= 1;
      return signed;
    });
    // The ID is not signed (the original ID is), so message 2 passes; the interpreter looks at IDs.
    const one = collect(5);
    const first = await client.openTransfer(request, changed, { key, onMessage: one.onMessage });
    expect(first).toMatchObject({ ok: false, error: { code: 'tsig-bad-signature' } });
    expect(one.seen.length).toBe(3);
    const unsigned = await stream((signed, i) => (i === 4 ? message(1, 100) : signed));
    const second = await client.openTransfer(request, unsigned, { key, onMessage: collect(5).onMessage });
    expect(second).toMatchObject({ ok: false, error: { code: 'tsig-last-unsigned' } });
  });

  it('a cut connection says how far it came', async () => {
    const to = await serve((socket) => {
      socket.write(framed(message(1, 500)));
      socket.end(framed(message(2, 500)).subarray(0, 100));
    });
    const result = await client.openTransfer(request, to, collect(9));
    expect(result).toMatchObject({ ok: false, error: { code: 'connection-closed' } });
    expect(!result.ok && result.error.message).toMatch(/after 1 messages and 602 octets, in the middle of a message/);
  });

  it.each<[string, Partial<TransferOpenOptions>, string]>([
    ['idleTimeout', { idleTimeout: 80 }, 'idle-timeout'],
    ['totalTimeout', { totalTimeout: 80 }, 'timeout'],
  ])('a peer that stops sending: %s', async (_what, limits, code) => {
    const to = await serve((socket) => socket.write(framed(message(1, 500))));
    const started = Date.now();
    const result = await client.openTransfer(request, to, { ...limits, ...collect(9) });
    expect(result).toMatchObject({ ok: false, error: { code } });
    expect(Date.now() - started).toBeLessThan(1000);
  });

  it('a peer that sends slowly for ever ends at totalTimeout, not at idleTimeout', async () => {
    const to = await serve((socket) => {
      const timer = setInterval(() => socket.write(framed(message(1, 30))), 10);
      closers.push(() => clearInterval(timer));
    });
    const result = await client.openTransfer(request, to, { idleTimeout: 200, totalTimeout: 400, ...collect(-1) });
    expect(result).toMatchObject({ ok: false, error: { code: 'timeout' } });
  });

  it('octets one by one are no progress: a whole message must come within messageTimeout', async () => {
    const to = await serve((socket) => {
      const octets = framed(message(1, 5000));
      let at = 0;
      const timer = setInterval(() => socket.write(octets.subarray(at, ++at)), 10);
      closers.push(() => clearInterval(timer));
    });
    const result = await client.openTransfer(request, to, { idleTimeout: 5_000, messageTimeout: 300, ...collect(1) });
    expect(result).toMatchObject({ ok: false, error: { code: 'idle-timeout' } });
    expect(!result.ok && result.error.message).toMatch(/sent no whole message for 300 ms, after 0 messages/);
  });

  it('slow is not stalled: message after message, each well within both limits, for longer than both', async () => {
    const to = await serve((socket) => {
      const timer = setInterval(() => socket.write(framed(message(1, 100))), 50);
      closers.push(() => clearInterval(timer));
    });
    const limits = { idleTimeout: 1_000, messageTimeout: 1_000 };
    const result = await client.openTransfer(request, to, { ...limits, ...collect(30) });
    expect(result).toMatchObject({ ok: true, value: { messages: 30 } });
  });

  it('a process that was held up for longer than the limit reads what has come meanwhile before it judges', async () => {
    const to = await serve((socket) => {
      for (const fill of [1, 2]) socket.write(framed(message(fill, 100)));
      // In the sockets' turn: nothing is read for longer than the peer may be silent, and timers come next.
      for (const until = Date.now() + 400; Date.now() < until; );
    });
    const result = await client.openTransfer(request, to, { idleTimeout: 300, ...collect(2) });
    expect(result).toMatchObject({ ok: true, value: { messages: 2 } });
  });

  it('maxBytes', async () => {
    const to = await serve((socket) => socket.write(framed(message(1, 5000))));
    const result = await client.openTransfer(request, to, { maxBytes: 4000, ...collect(-1) });
    expect(result).toMatchObject({ ok: false, error: { code: 'too-many-bytes' } });
  });

  it('can be given up; an error of the consumer comes through', async () => {
    const to = await serve((socket) => socket.write(framed(message(1, 5000))));
    const controller = new AbortController();
    const aborted = client.openTransfer(request, to, { signal: controller.signal, ...collect(-1) });
    setTimeout(() => controller.abort(), 30);
    expect(await aborted).toMatchObject({ ok: false, error: { code: 'aborted' } });
    const thrown = client.openTransfer(request, to, {
      onMessage: () => {
        throw new Error('consumer');
      },
    });
    await expect(thrown).rejects.toThrow('consumer');
  });

  it('nobody listens', async () => {
    const to = await serve(() => {});
    closers.pop()!();
    expect(await client.openTransfer(request, to, collect(1))).toMatchObject({
      ok: false,
      error: { code: 'connection-refused' },
    });
  });
});
