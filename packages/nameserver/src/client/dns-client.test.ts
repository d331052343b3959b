import { randomFillSync } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import {
  CLASS,
  decodeMessage,
  encodeMessage,
  type MessageDraft,
  name,
  OPCODE,
  RCODE,
  signMessage,
  type TsigKey,
  TYPE,
  unwrap,
  verifyRequest,
} from '@zonewire/shared-protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { framed, MessageFramer } from '../framing/message-framer.ts';
import { silentLog } from '../ports.ts';
import { systemClock } from '../system-clock.ts';
import { DnsClient } from './dns-client.ts';
import { SOCKET_EXCHANGES } from './udp-sockets.ts';

const question = [{ name: name('example.test.'), type: TYPE.SOA, class: CLASS.IN }];
const key: TsigKey = { name: name('k.'), algorithm: 'hmac-sha256', secret: new Uint8Array(32).fill(9) };
const wrongKey: TsigKey = { ...key, secret: new Uint8Array(32).fill(8) };

const client = new DnsClient({ clock: systemClock, log: silentLog, random: (out) => randomFillSync(out) });

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

type Respond = (request: Uint8Array, reply: (bytes: Uint8Array) => void, nth: number, port: number) => void;

async function udpServer(respond: Respond, host = '127.0.0.1') {
  const socket: Socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  let nth = 0;
  socket.on('message', (request, peer) =>
    respond(request, (bytes) => socket.send(bytes, peer.port, peer.address), ++nth, peer.port),
  );
  socket.bind(0, host);
  await once(socket, 'listening');
  closers.push(() => socket.close());
  return { host, port: socket.address().port };
}

type Connected = (socket: import('node:net').Socket, request: Uint8Array) => void;

async function tcpServer(connected: Connected, port = 0) {
  const open = new Set<import('node:net').Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {});
    const framer = new MessageFramer();
    socket.on('data', (chunk: Buffer) =>
      framer.push(chunk, (request) => {
        connected(socket, request.slice());
        return true;
      }),
    );
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

function answer(request: Uint8Array, more: Partial<MessageDraft> = {}): Uint8Array {
  const { id, opcode, question } = unwrap(decodeMessage(request));
  return encodeMessage({ id, qr: true, opcode, question, aa: true, ...more });
}

function codeOf(result: { ok: boolean; error?: { code: string } }): string | undefined {
  return result.ok ? 'ok' : result.error?.code;
}

describe('exchange over UDP', () => {
  it.each(['127.0.0.1', '::1'])('asks and is answered at %s', async (host) => {
    const to = await udpServer((request, reply) => reply(answer(request)), host);
    const result = unwrap(await client.exchange({ question }, to, { timeout: 2000 }));
    expect(result.transport).toBe('udp');
    expect(result.message.question).toEqual(question);
    expect(result.message.aa).toBe(true);
  });

  it('takes a fresh ID for every exchange, and a fresh port for every sixteen of them (RFC 5452 9.2)', async () => {
    const ids = new Set<number>();
    const ports = new Set<number>();
    const to = await udpServer((request, reply, _nth, port) => {
      ids.add((request[0] << 8) | request[1]);
      ports.add(port);
      reply(answer(request));
    });
    for (let i = 0; i < 80; i++) unwrap(await client.exchange({ question }, to, { timeout: 2000 }));
    expect(ids.size).toBeGreaterThan(75);
    expect(ports.size).toBeGreaterThanOrEqual(80 / SOCKET_EXCHANGES);
  });

  describe('a server that does not understand EDNS (RFC 6891 7)', () => {
    const edns = { udpSize: 1232, version: 0, dnssecOk: false, extendedRcode: 0, options: [] };
    const asks = async (request: Parameters<typeof client.exchange>[0], refusal: Partial<MessageDraft>) => {
      const seen: boolean[] = [];
      const to = await udpServer((bytes, reply) => {
        const hasEdns = unwrap(decodeMessage(bytes)).edns !== undefined;
        seen.push(hasEdns);
        reply(answer(bytes, hasEdns ? refusal : {}));
      });
      const { message } = unwrap(await client.exchange(request, to, { timeout: 2000 }));
      return { seen, rcode: message.rcode };
    };

    it.each([
      ['FORMERR', RCODE.FORMERR],
      ['NOTIMP', RCODE.NOTIMP],
    ])('%s: is asked once more without', async (_, rcode) => {
      const before = client.counters.ednsFallbacks;
      expect(await asks({ question, edns }, { rcode })).toEqual({ seen: [true, false], rcode: RCODE.NOERROR });
      expect(client.counters.ednsFallbacks).toBe(before + 1);
    });

    it.each([
      ['another RCODE', { rcode: RCODE.SERVFAIL }],
      ['one that answers with EDNS itself', { rcode: RCODE.FORMERR, edns }],
    ])('%s is taken as it is', async (_, refusal) => {
      expect(await asks({ question, edns }, refusal)).toEqual({ seen: [true], rcode: refusal.rcode });
    });
  });

  it('ignores what does not belong to the request, and goes on waiting (RFC 5452 4)', async () => {
    const before = client.counters.ignoredReplies;
    const to = await udpServer((request, reply) => {
      const wrongId = answer(request);
      wrongId[1] ^= 1;
      reply(wrongId);
      reply(answer(request, { question: [{ ...question[0], name: name('other.test.') }] }));
      reply(answer(request, { question: [{ ...question[0], type: TYPE.A }] }));
      reply(answer(request, { qr: false }));
      reply(answer(request, { opcode: OPCODE.NOTIFY }));
      reply(answer(request, { question: [] }));
      reply(Uint8Array.of(request[0], request[1]));
      reply(Uint8Array.from([...answer(request), 0]));
      reply(answer(request, { rcode: RCODE.REFUSED }));
    });
    const result = unwrap(await client.exchange({ question }, to, { timeout: 2000 }));
    expect(result.message.rcode).toBe(RCODE.REFUSED);
    expect(client.counters.ignoredReplies - before).toBe(8);
  });

  it('a reply without question is taken when it says why there is none', async () => {
    const to = await udpServer((request, reply) => reply(answer(request, { question: [], rcode: RCODE.FORMERR })));
    const result = unwrap(await client.exchange({ question }, to, { timeout: 2000 }));
    expect(result.message.rcode).toBe(RCODE.FORMERR);
  });

  it('is not answered by another address or port', async () => {
    const other = createSocket('udp4');
    closers.push(() => other.close());
    const to = await udpServer((request, _reply, _nth, port) => other.send(answer(request), port, '127.0.0.1'));
    const result = await client.exchange({ question }, to, { timeout: 200, attempts: 1 });
    expect(codeOf(result)).toBe('timeout');
  });

  it('sends again, with growing waits, until the time is over', async () => {
    const times: number[] = [];
    const to = await udpServer((request, reply, nth) => {
      times.push(Date.now());
      if (nth === 3) reply(answer(request));
    });
    const before = client.counters.retransmissions;
    const result = unwrap(await client.exchange({ question }, to, { timeout: 1400, attempts: 3 }));
    expect(result.message.aa).toBe(true);
    expect(client.counters.retransmissions - before).toBe(2);
    expect(times[1] - times[0]).toBeGreaterThan(150);
    expect(times[2] - times[1]).toBeGreaterThan(350);
  });

  it('a silent server: timeout, in the time given', async () => {
    const to = await udpServer(() => {});
    const started = Date.now();
    const result = await client.exchange({ question }, to, { timeout: 300 });
    expect(codeOf(result)).toBe('timeout');
    expect(Date.now() - started).toBeGreaterThanOrEqual(290);
    expect(Date.now() - started).toBeLessThan(1000);
  });

  it('nobody listens: an error at once, with words', async () => {
    const to = await udpServer(() => {});
    closers.pop()!();
    const result = await client.exchange({ question }, to, { timeout: 5000 });
    expect(codeOf(result)).toBe('connection-refused');
    expect(!result.ok && result.error.message).toContain(`127.0.0.1:${to.port}`);
  });

  it('can be given up', async () => {
    const to = await udpServer(() => {});
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    const result = await client.exchange({ question }, to, { timeout: 5000, signal: controller.signal });
    expect(codeOf(result)).toBe('aborted');
    expect(codeOf(await client.exchange({ question }, to, { timeout: 5000, signal: controller.signal }))).toBe(
      'aborted',
    );
  });

  it('takes an encoded request, and gives it an ID of its own', async () => {
    const encoded = encodeMessage({ id: 0, opcode: OPCODE.NOTIFY, aa: true, question });
    const to = await udpServer((request, reply) => reply(answer(request)));
    const result = unwrap(await client.exchange(encoded, to, { timeout: 2000 }));
    expect(result.message.opcode).toBe(OPCODE.NOTIFY);
    expect(encoded[0]).toBe(0);
    expect(codeOf(await client.exchange(Uint8Array.of(1, 2, 3), to, { timeout: 100 }))).toBe('request-malformed');
  });

  it.each([
    ['right', key, 'ok'],
    ['wrong', wrongKey, 'tsig-bad-signature'],
    ['missing', undefined, 'tsig-missing'],
  ])('the signature of the reply is %s (RFC 8945 5.4)', async (_what, replyKey, expected) => {
    const to = await udpServer((request, reply) => {
      const verdict = verifyRequest(request, () => key, Date.now() / 1000);
      if (verdict.status !== 'ok') throw new Error(verdict.status);
      const unsigned = answer(verdict.message);
      reply(
        replyKey ? signMessage(unsigned, replyKey, Date.now() / 1000, { requestMac: verdict.mac }).bytes : unsigned,
      );
    });
    const result = await client.exchange({ question }, to, { timeout: 2000, key });
    expect(codeOf(result)).toBe(expected);
    if (result.ok) expect(result.value.message.tsig ?? result.value.message.additional).toBeDefined();
  });
});

describe('exchange over TCP', () => {
  it('a truncated reply is asked for again over TCP, unless UDP was asked for', async () => {
    const to = await tcpServer((socket, request) => socket.end(framed(answer(request))));
    const udp = createSocket('udp4');
    udp.on('message', (request, peer) => udp.send(answer(request, { tc: true }), peer.port, peer.address));
    udp.bind(to.port, '127.0.0.1');
    await once(udp, 'listening');
    closers.push(() => udp.close());
    const result = unwrap(await client.exchange({ question }, to, { timeout: 2000 }));
    expect(result.transport).toBe('tcp');
    expect(result.message.tc).toBe(false);
    const left = unwrap(await client.exchange({ question }, to, { timeout: 2000, transport: 'udp' }));
    expect(left.message.tc).toBe(true);
  });

  it('a reply may come octet by octet', async () => {
    const to = await tcpServer((socket, request) => {
      const bytes = framed(answer(request));
      let at = 0;
      const next = () => {
        if (at < bytes.length) socket.write(bytes.subarray(at, ++at), () => setImmediate(next));
      };
      next();
    });
    const result = unwrap(await client.exchange({ question }, to, { timeout: 2000, transport: 'tcp' }));
    expect(result.message.question).toEqual(question);
  });

  it.each<[string, Connected, string]>([
    ['silence', () => {}, 'timeout'],
    ['an end', (socket) => socket.end(), 'connection-closed'],
    ['half a message', (socket) => socket.end(Uint8Array.of(0, 99, 1)), 'connection-closed'],
    ['a reset', (socket) => socket.resetAndDestroy(), 'connection-closed'],
    ['a foreign message', (socket) => socket.write(framed(new Uint8Array(12))), 'reply-wrong-id'],
    ['an empty message', (socket) => socket.write(Uint8Array.of(0, 0)), 'reply-too-short'],
  ])('%s', async (_what, connected, expected) => {
    const to = await tcpServer(connected);
    expect(codeOf(await client.exchange({ question }, to, { timeout: 300, transport: 'tcp' }))).toBe(expected);
  });

  it('nobody listens', async () => {
    const to = await tcpServer(() => {});
    closers.pop()!();
    expect(codeOf(await client.exchange({ question }, to, { timeout: 3000, transport: 'tcp' }))).toBe(
      'connection-refused',
    );
  });
});
