import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { digKey, type Peer, type PeerKey, run, startBind, startKnot, startNsd } from '@zonewire/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeMessage } from '../message/decode.ts';
import { encodeMessage } from '../message/encode.ts';
import { FLAG, messageId, responseFlags } from '../message/header.ts';
import { type Name, name, nameKey } from '../name/name.ts';
import { CLASS, RCODE } from '../record/constants.ts';
import { writeSoa } from '../record/soa.ts';
import { TYPE } from '../record/types.ts';
import { TransferInterpreter } from '../transfer/interpreter.ts';
import { TransferWriter } from '../transfer/writer.ts';
import { signSparsely } from './fixtures/sparse-stream.ts';
import { TSIG_ALGORITHMS, type TsigAlgorithm, type TsigKey, tsigLength } from './key.ts';
import { tsigErrorResponse, verifyRequest } from './request.ts';
import { verifyResponse } from './response.ts';
import { signMessage } from './sign.ts';
import { TsigStreamSigner, TsigStreamVerifier } from './stream.ts';

/**
 * Our signatures against other people's code, on loopback: dig and kdig ask a small server of ours, and we ask named, knotd
 * and nsd. A missing program is a failure that says so.
 */
const ALGORITHMS = Object.keys(TSIG_ALGORITHMS) as TsigAlgorithm[];
const keys: TsigKey[] = ALGORITHMS.map((algorithm, i) => ({
  name: name(`Key-${algorithm}.example.`),
  algorithm,
  secret: new Uint8Array(TSIG_ALGORITHMS[algorithm].macLength).fill(i + 1),
}));
const keyByName = new Map(keys.map((key) => [nameKey(key.name), key]));
const findKey = (wanted: Name) => keyByName.get(nameKey(wanted));
const peerKeys: PeerKey[] = keys.map((key) => ({
  name: `Key-${key.algorithm}.example.`,
  algorithm: key.algorithm,
  secret: Buffer.from(key.secret).toString('base64'),
}));
const zone = name('example.test.');
const soa = writeSoa({
  mname: name('ns1.example.test.'),
  rname: name('hostmaster.example.test.'),
  serial: 7,
  refresh: 3600,
  retry: 600,
  expire: 86_400,
  minimum: 60,
});
const now = () => Date.now() / 1000;

describe('they ask, we answer', () => {
  let udp: Socket;
  let tcp: Server;
  let port = 0;
  /** Added to our server's clock. */
  let clockError = 0;
  /** Our server signs only some messages of a transfer. */
  let sparse = false;
  const HOSTS = 3_000;

  function answerUdp(request: Uint8Array): Uint8Array {
    const verdict = verifyRequest(request, findKey, now() + clockError);
    if (verdict.status === 'refused') return tsigErrorResponse(request, verdict, now() + clockError);
    if (verdict.status !== 'ok') return encodeMessage({ id: messageId(request), qr: true, rcode: RCODE.REFUSED });
    const decoded = decodeMessage(verdict.message);
    if (!decoded.ok) throw new Error(decoded.error.message);
    const answer = encodeMessage({
      id: messageId(request),
      qr: true,
      aa: true,
      question: decoded.value.question,
      answer: [{ name: zone, type: TYPE.SOA, class: CLASS.IN, ttl: 60, rdata: soa }],
    });
    return signMessage(answer, verdict.key, now() + clockError, { requestMac: verdict.mac }).bytes;
  }

  function answerAxfr(request: Uint8Array): Uint8Array[] {
    const verdict = verifyRequest(request, findKey, now());
    if (verdict.status !== 'ok') throw new Error(`transfer request ${verdict.status}`);
    const decoded = decodeMessage(verdict.message);
    if (!decoded.ok) throw new Error(decoded.error.message);
    const messages: Uint8Array[] = [];
    const writer = new TransferWriter({
      id: messageId(request),
      question: decoded.value.question[0],
      flags: responseFlags(request, RCODE.NOERROR, FLAG.AA),
      maxMessageSize: 4096,
      reserve: tsigLength(verdict.key),
      onMessage: (message) => messages.push(message),
    });
    writer.add(zone, 0, zone.length, TYPE.SOA, 60, soa, 0, soa.length);
    const ns = name('ns1.example.test.');
    writer.add(zone, 0, zone.length, TYPE.NS, 60, ns, 0, ns.length);
    for (let i = 0; i < HOSTS; i++) {
      const owner = name(`host${i}.example.test.`);
      writer.add(owner, 0, owner.length, TYPE.A, 60, Uint8Array.of(192, 0, 2, i), 0, 4);
    }
    writer.add(zone, 0, zone.length, TYPE.SOA, 60, soa, 0, soa.length);
    writer.end();
    for (const message of messages) expect(message.length).toBeLessThanOrEqual(4096 - tsigLength(verdict.key));
    const last = messages.length - 1;
    if (sparse) return signSparsely(messages, verdict.key, verdict.mac, now(), (n) => n % 4 === 0 || n === last);
    const signer = new TsigStreamSigner(verdict.key, verdict.mac, now);
    return messages.map((message, n) => signer.sign(message, n === last));
  }

  beforeAll(async () => {
    tcp = createServer((socket) => {
      let received = Buffer.alloc(0);
      socket.on('error', () => {});
      socket.on('data', (chunk: Buffer) => {
        received = Buffer.concat([received, chunk]);
        while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
          const request = received.subarray(2, 2 + received.readUInt16BE(0));
          received = received.subarray(2 + request.length);
          for (const message of answerAxfr(request)) {
            socket.write(Uint8Array.of(message.length >> 8, message.length));
            socket.write(message);
          }
        }
      });
    });
    tcp.listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    port = (tcp.address() as AddressInfo).port;
    udp = createSocket('udp4');
    udp.on('message', (request, from) => udp.send(answerUdp(request), from.port, from.address));
    udp.bind(port, '127.0.0.1');
    await once(udp, 'listening');
  });
  afterAll(() => {
    udp?.close();
    tcp?.close();
  });

  async function dig(key: PeerKey | string, ...args: string[]): Promise<string> {
    const y = typeof key === 'string' ? ['-y', key] : digKey(key);
    const base = ['@127.0.0.1', '-p', String(port), '+tries=1', '+time=4', '+nocookie'];
    const { stdout, stderr } = await run('dig', [...base, ...y, ...args], true);
    return stdout + stderr;
  }
  async function kdig(key: PeerKey, ...args: string[]): Promise<string> {
    const base = ['@127.0.0.1', '-p', String(port), '+retry=0', '+time=4'];
    const { stdout, stderr } = await run('kdig', [...base, ...digKey(key), ...args], true);
    return stdout + stderr;
  }
  const BAD_WORDS = /couldn't verify|could not be validated|BADSIG|BADKEY|BADTIME|WARNING|ERROR:/i;

  test.each(peerKeys)('RFC 8945 5.3: dig verifies our answer, $algorithm', async (key) => {
    const out = await dig(key, 'example.test.', 'SOA');
    expect(out).toMatch(/status: NOERROR/);
    expect(out).toMatch(/TSIG\s+hmac-sha/);
    expect(out).not.toMatch(BAD_WORDS);
  });
  test.each(peerKeys)('RFC 8945 5.3: kdig verifies our answer, $algorithm', async (key) => {
    const out = await kdig(key, 'example.test.', 'SOA');
    expect(out).toMatch(/status: NOERROR/);
    expect(out).toMatch(/TSIG/);
    expect(out).not.toMatch(BAD_WORDS);
  });
  test.each(peerKeys)('RFC 8945 5.3.1: dig and kdig verify a transfer of many messages, $algorithm', async (key) => {
    const fromDig = await dig(key, 'example.test.', 'AXFR');
    expect(fromDig).not.toMatch(BAD_WORDS);
    expect(fromDig).toMatch(new RegExp(`XFR size: ${HOSTS + 3} records \\(messages \\d\\d,`));
    const fromKdig = await kdig(key, 'example.test.', 'AXFR');
    expect(fromKdig).not.toMatch(BAD_WORDS);
    expect(fromKdig.match(/^host\d+\.example\.test\./gm)).toHaveLength(HOSTS);
  });
  test('RFC 8945 5.3.1: dig verifies a stream that is signed here and there, made as our verifier expects it', async () => {
    sparse = true;
    try {
      const out = await dig(peerKeys[3], 'example.test.', 'AXFR');
      expect(out).not.toMatch(BAD_WORDS);
      expect(out).toMatch(new RegExp(`XFR size: ${HOSTS + 3} records \\(messages \\d\\d,`));
      expect(out.match(/TSIG\s+hmac-sha384/g)?.length).toBeLessThan(8);
    } finally {
      sparse = false;
    }
  });
  test('RFC 8945 5.2.1: dig understands our BADKEY', async () => {
    const out = await dig({ ...peerKeys[2], name: 'unknown.example.' }, 'example.test.', 'SOA');
    expect(out).toMatch(/NOTAUTH/);
    expect(out).toMatch(/BADKEY/);
  });
  test('RFC 8945 5.2.2: dig understands our BADSIG', async () => {
    const out = await dig({ ...peerKeys[2], secret: 'AAAA' }, 'example.test.', 'SOA');
    expect(out).toMatch(/NOTAUTH/);
    expect(out).toMatch(/BADSIG/);
  });
  test('RFC 8945 5.2.3: dig verifies our BADTIME', async () => {
    clockError = 5_000;
    try {
      const out = await dig(peerKeys[2], 'example.test.', 'SOA');
      expect(out).toMatch(/NOTAUTH/);
      expect(out).toMatch(/BADTIME/);
      expect(out).not.toMatch(/BADSIG|tsig verify failure|couldn't verify.*(?:bad|failure)/i);
    } finally {
      clockError = 0;
    }
  });
  test('RFC 8945 5.2.4: dig gets BADTRUNC for a MAC cut to 128 bits', async () => {
    const { name: keyName, secret } = peerKeys[2];
    const out = await dig(`hmac-sha256-128:${keyName}:${secret}`, 'example.test.', 'SOA');
    expect(out).toMatch(/NOTAUTH/);
    expect(out).toMatch(/BADTRUNC/);
  });
  test('hmac-md5 from dig is refused as BADKEY', async () => {
    const out = await dig({ ...peerKeys[2], algorithm: 'hmac-md5' }, 'example.test.', 'SOA');
    expect(out).toMatch(/BADKEY/);
  });
});

const HOSTS = 6_000;
const zoneText = [
  '$ORIGIN example.test.',
  '$TTL 60',
  '@ SOA ns1 hostmaster 7 3600 600 86400 60',
  '@ NS ns1',
  'ns1 A 192.0.2.1',
  ...Array.from({ length: HOSTS }, (_, i) => `host${i} TXT "number ${i} with a text of some length to fill messages"`),
  '',
].join('\n');

function smallZone(label: string): string {
  return `$ORIGIN ${label}.test.\n@ 60 SOA ns1 hostmaster 7 3600 600 86400 60\n@ 60 NS ns1\nns1 60 A 192.0.2.1\n`;
}

describe.each([
  ['named', startBind],
  ['knotd', startKnot],
  ['nsd', startNsd],
] as const)('we ask %s', (_, start) => {
  let peer: Peer;
  beforeAll(async () => {
    peer = await start({
      keys: peerKeys,
      zones: [
        { name: 'example.test.', text: zoneText, key: peerKeys[2] },
        // knotd takes only a key that the zone's acl names.
        ...peerKeys.map((key) => ({ name: `${key.algorithm}.test.`, text: smallZone(key.algorithm), key })),
      ],
    });
  }, 30_000);
  afterAll(() => peer?.remove());

  function query(type: number, id = 0x0c0d, of = zone): Uint8Array {
    return encodeMessage({ id, question: [{ name: of, type, class: CLASS.IN }] });
  }
  async function askUdp(request: Uint8Array): Promise<Uint8Array> {
    const socket = createSocket('udp4');
    try {
      socket.send(request, peer.port, peer.host);
      const [answer] = await once(socket, 'message', { signal: AbortSignal.timeout(5_000) });
      return answer;
    } finally {
      socket.close();
    }
  }
  /** Messages of the answer to one request over TCP, until `isEnd`. */
  async function* askTcp(request: Uint8Array): AsyncGenerator<Uint8Array> {
    const socket = connect(peer.port, peer.host);
    try {
      socket.write(Buffer.concat([Uint8Array.of(request.length >> 8, request.length), request]));
      let received: Buffer = Buffer.alloc(0);
      for await (const chunk of socket as AsyncIterable<Buffer>) {
        received = Buffer.concat([received, chunk]);
        while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
          const length = received.readUInt16BE(0);
          // Buffers over TCP may be shared; each message is its own here.
          yield Uint8Array.from(received.subarray(2, 2 + length));
          received = received.subarray(2 + length);
        }
      }
    } finally {
      socket.destroy();
    }
  }

  test.each(keys)('RFC 8945 5.4: our request is accepted and the answer verifies, $algorithm', async (key) => {
    const request = query(TYPE.SOA, 0x0c0d, name(`${key.algorithm}.test.`));
    const signed = signMessage(request, key, now());
    const verified = verifyResponse(await askUdp(signed.bytes), key, signed.mac, now());
    if (!verified.ok) throw new Error(verified.error.message);
    const decoded = decodeMessage(verified.value.message);
    if (!decoded.ok) throw new Error(decoded.error.message);
    expect(decoded.value).toMatchObject({ id: 0x0c0d, rcode: 0 });
    expect(decoded.value.tsig).toBeUndefined();
    expect(decoded.value.answer).toHaveLength(1);
    // Bound to our request: with another MAC it does not verify.
    const again = await askUdp(signMessage(request, key, now()).bytes);
    expect(verifyResponse(again, key, new Uint8Array(signed.mac.length), now()).ok).toBe(false);
  });

  test.each([
    ['RFC 8945 5.2.1 BADKEY', { ...keys[2], name: name('unknown.example.') }, 0, 'tsig-peer-bad-key'],
    ['RFC 8945 5.2.2 BADSIG', { ...keys[2], secret: new Uint8Array(9) }, 0, 'tsig-peer-bad-signature'],
    ['RFC 8945 5.2.3 BADTIME, signed', keys[2], -10_000, 'tsig-peer-bad-time'],
  ] as const)('%s is understood', async (_, key, clockError, code) => {
    const signed = signMessage(query(TYPE.SOA), key, now() + clockError);
    const verified = verifyResponse(await askUdp(signed.bytes), key, signed.mac, now() + clockError);
    expect(!verified.ok && verified.error.code).toBe(code);
    if (code === 'tsig-peer-bad-time')
      expect(!verified.ok && verified.error.message).toMatch(/(9999|10000|10001) s ahead/);
  });

  async function transfer(damage?: (n: number, message: Uint8Array) => void) {
    const [key, id] = [keys[2], 0x0102];
    const signed = signMessage(query(TYPE.AXFR, id), key, now());
    const verifier = new TsigStreamVerifier(key, signed.mac, now);
    let adds = 0;
    const nothing = () => {};
    const sink = { beginZone: nothing, beginDiff: nothing, endDiff: nothing, remove: nothing, add: () => void adds++ };
    const limits = { maxBytes: 1e8, maxRecords: 1e6, maxMessages: 1e5 };
    const interpreter = new TransferInterpreter({ zone, request: 'axfr', id, limits, sink });
    let count = 0;
    for await (const message of askTcp(signed.bytes)) {
      damage?.(count++, message);
      const stripped = verifier.push(message);
      if (!stripped.ok) return { code: stripped.error.code, adds, messages: count };
      const progress = interpreter.push(stripped.value);
      if (progress.state === 'more') continue;
      if (progress.state === 'refused') return { code: progress.code, adds, messages: count };
      const end = verifier.finish();
      return { code: end.ok ? progress.outcome : end.error.code, adds, messages: progress.messages };
    }
    throw new Error(`the connection ended after ${count} messages`);
  }

  test('RFC 8945 5.3.1: a signed transfer of many messages verifies and is complete', async () => {
    const { code, adds, messages } = await transfer();
    expect([code, adds]).toEqual(['zone', HOSTS + 3]);
    expect(messages).toBeGreaterThan(5);
  });
  test('RFC 8945 5.3.1: one changed octet in the middle of it is noticed', async () => {
    const { code } = await transfer((n, message) => {
      if (n === 2) message[200] ^= 0x01;
    });
    expect(['tsig-bad-signature', 'tsig-last-unsigned']).toContain(code);
  });
});
