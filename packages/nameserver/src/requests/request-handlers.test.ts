import {
  CLASS,
  encodeMessage,
  type Message,
  name,
  nsidOption,
  OPCODE,
  RCODE,
  ROOT,
  readExtendedErrors,
  signMessage,
  TsigStreamVerifier,
  TYPE,
  verifyResponse,
} from '@zonewire/shared-protocol';
import type { ZoneVersion } from '@zonewire/zone';
import { describe, expect, it, vi } from 'vitest';
import { decode, edns, query, rcodeText, withOptions } from '../fixtures/queries.ts';
import { contextOf, KEY, offline, rule } from '../fixtures/zones.ts';
import { HANDED_OVER } from '../pipeline/query-pipeline.ts';
import { silentLog } from '../ports.ts';
import type { ZoneHandler } from '../zone-handler.ts';
import { type NewZoneEntry, ZoneTable } from '../zone-table.ts';

const version = { soa: { expire: 100 } } as ZoneVersion;
const all = rule(['notify', 'transfer', 'update']);
const keyed = rule(['notify', 'transfer', 'update'], KEY);

function serverFor(handler: ZoneHandler, more: Partial<NewZoneEntry> = {}, log = silentLog) {
  const table = new ZoneTable();
  table.add({ apex: name('z.test.'), version, acl: [all], role: 'secondary', handler, ...more });
  return offline(table, { keys: [KEY], log });
}

const notify = (zone = 'z.test.') => query(zone, 'SOA', { opcode: OPCODE.NOTIFY, aa: true });
const update = (zone = 'z.test.') => query(zone, 'SOA', { opcode: OPCODE.UPDATE });
const axfr = (zone = 'z.test.') => query(zone, 'AXFR');
const signed = (request: Uint8Array, key = KEY) => signMessage(request, key, Date.now() / 1000);
const tcp = () => contextOf('tcp');

async function answer(
  server: ReturnType<typeof offline>,
  request: Uint8Array,
  context = contextOf(),
): Promise<Message> {
  expect(server.ask(request, context)).toBe(HANDED_OVER);
  const sent = await server.handle(request, context);
  expect(sent.length).toBe(1);
  return decode(sent[0]);
}

/** A message of a transfer: one record with `fill`. */
function part(fill: number): Uint8Array {
  const rdata = new Uint8Array(100).fill(fill);
  return encodeMessage({
    id: 0x1234,
    qr: true,
    aa: true,
    answer: [{ name: ROOT, type: 65280, class: CLASS.IN, ttl: 0, rdata }],
  });
}

describe('NOTIFY', () => {
  it('goes to the zone, with who sent it; the answer repeats the question with AA (RFC 1996 3.7, 4.7)', async () => {
    const seen = vi.fn(async () => RCODE.NOERROR);
    const message = await answer(serverFor({ notify: seen }), notify('Z.test.'));
    expect(seen.mock.calls[0]).toMatchObject([
      { opcode: OPCODE.NOTIFY },
      { peerAddress: '127.0.0.1', peerPort: 5353, transport: 'udp', key: undefined },
    ]);
    expect(message).toMatchObject({ id: 0x1234, qr: true, opcode: OPCODE.NOTIFY, aa: true, rcode: RCODE.NOERROR });
    expect(message.question[0].name).toEqual(name('Z.test.'));
  });

  it('may be answered with a whole message', async () => {
    const server = serverFor({
      notify: async (request) => ({ id: request.id, qr: true, opcode: OPCODE.NOTIFY, rcode: RCODE.SERVFAIL }),
    });
    expect(rcodeText(await answer(server, notify()))).toBe('SERVFAIL');
  });

  it.each([
    ['a zone that is not ours: NOTAUTH, as BIND and Knot do', notify('other.test.'), 'NOTAUTH'],
    ['a name below a zone of ours', notify('www.z.test.'), 'NOTAUTH'],
    ['class CH', query('z.test.', 'SOA', { opcode: OPCODE.NOTIFY }, CLASS.CH), 'NOTAUTH'],
    ['a type other than SOA (RFC 1996 3.3)', query('z.test.', 'A', { opcode: OPCODE.NOTIFY }), 'FORMERR'],
  ])('%s', async (_what, request, expected) => {
    expect(rcodeText(await answer(serverFor({ notify: async () => 0 }), request))).toBe(expected);
  });

  it('is counted by what it was answered with, refused for its key included', async () => {
    const server = serverFor({ notify: async () => 0 }, { acl: [keyed] });
    await server.handle(signed(notify()).bytes);
    await server.handle(notify());
    await server.handle(notify('other.test.'));
    await server.handle(signed(notify(), { ...KEY, secret: new Uint8Array(32) }).bytes);
    await server.handle(update());
    const counted = [...server.counters.notifies.entries()].filter(([, count]) => count > 0);
    expect(counted).toEqual([
      [RCODE.NOERROR, 1],
      [RCODE.REFUSED, 1],
      [RCODE.NOTAUTH, 2],
    ]);
    expect(server.counters.updates[RCODE.REFUSED]).toBe(1);
  });

  it('a primary has nothing to refresh and says so politely; a secondary that cannot says NOTIMP', async () => {
    expect(rcodeText(await answer(serverFor({}, { role: 'primary' }), notify()))).toBe('NOERROR');
    expect(rcodeText(await answer(serverFor({}), notify()))).toBe('NOTIMP');
  });

  it('a handler that rejects or throws: SERVFAIL, logged, counted', async () => {
    const error = vi.fn();
    const log = { ...silentLog, error };
    const rejects = serverFor({ notify: () => Promise.reject(new Error('boom')) }, {}, log);
    expect(rcodeText(await answer(rejects, notify()))).toBe('SERVFAIL');
    expect(rejects.counters.internalErrors).toBe(1);
    const throws = serverFor(
      {
        notify: () => {
          throw new Error('bang');
        },
      },
      {},
      log,
    );
    expect(rcodeText(await answer(throws, notify()))).toBe('SERVFAIL');
    expect(error).toHaveBeenCalledTimes(2);
    expect(error.mock.calls[0]).toMatchObject([
      { zone: 'z.test.', peer: '127.0.0.1' },
      expect.stringContaining('boom'),
    ]);
  });
});

describe('access', () => {
  it.each([
    ['NOTIFY', notify(), contextOf()],
    ['UPDATE', update(), contextOf()],
    ['AXFR', axfr(), tcp()],
    ['IXFR', query('z.test.', 'IXFR', { edns: edns() }), tcp()],
  ])(
    '%s without right: REFUSED with EDE 18, counted, logged once with what would be needed (RFC 5936 5, RFC 8914 4.19)',
    async (_what, request, context) => {
      const warn = vi.fn();
      const handler = { notify: vi.fn(), update: vi.fn(), transfer: vi.fn() };
      const server = serverFor(handler as never, { acl: [keyed] }, { ...silentLog, warn });
      const message = await answer(server, request, context);
      await answer(server, request, context);
      expect(rcodeText(message)).toBe('REFUSED');
      if (message.edns) expect(readExtendedErrors(message.edns)).toEqual([{ infoCode: 18, extra: '' }]);
      expect(server.counters.aclRefusals).toBe(2);
      expect(warn).toHaveBeenCalledTimes(1);
      expect(warn.mock.calls[0]).toMatchObject([
        { zone: 'z.test.', peer: '127.0.0.1' },
        expect.stringMatching(
          /refused to 127\.0\.0\.1 without a key; .* by acl keyed \(from 127\.0\.0\.0\/8, with key k\.test\.\)/,
        ),
      ]);
      for (const method of Object.values(handler)) expect(method).not.toHaveBeenCalled();
    },
  );

  it('with the key it is allowed, and the answer is signed (RFC 8945 5.3)', async () => {
    const server = serverFor({ update: async (_request, { key }) => (key === KEY ? 0 : 2) }, { acl: [keyed] });
    const { bytes, mac } = signed(update());
    const [sent] = await server.handle(bytes);
    const verified = verifyResponse(sent, KEY, mac, Date.now() / 1000);
    expect(verified.ok && rcodeText(decode(verified.value.message))).toBe('NOERROR');
    expect(server.counters.tsigVerified).toBe(1);
  });

  it.each([
    ['a wrong secret: BADSIG', { ...KEY, secret: new Uint8Array(32) }, 16],
    ['an unknown key: BADKEY', { ...KEY, name: name('other.') }, 17],
  ])('%s comes before everything else (RFC 8945 5.2)', async (_what, key, error) => {
    const warn = vi.fn();
    const server = serverFor({ update: async () => 0 }, {}, { ...silentLog, warn });
    const [sent] = await server.handle(signed(update('not-ours.'), key).bytes);
    const message = decode(sent);
    expect(rcodeText(message)).toBe('NOTAUTH');
    expect(message.tsig?.error).toBe(error);
    expect(server.counters.tsigErrors[error]).toBe(1);
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it('a request from the past: BADTIME, signed (RFC 8945 5.2.3)', async () => {
    const server = serverFor({ update: async () => 0 });
    const { bytes, mac } = signMessage(update(), KEY, Date.now() / 1000 - 1000);
    const [sent] = await server.handle(bytes);
    expect(decode(sent).tsig?.error).toBe(18);
    expect(verifyResponse(sent, KEY, mac, Date.now() / 1000)).toMatchObject({
      ok: false,
      error: { code: 'tsig-peer-bad-time' },
    });
  });
});

describe('size over UDP', () => {
  it('a question that leaves no room beside the signature is answered without it', async () => {
    const long = (last: string) => `${`${'k'.repeat(60)}.`.repeat(4)}${last}.`;
    const key = { ...KEY, name: name(long('key')), algorithm: 'hmac-sha512' as const };
    const server = offline(new ZoneTable(), { keys: [key] });
    const { bytes, mac } = signed(update(long('x')), key);
    const [sent] = await server.handle(bytes);
    expect(sent.length).toBeLessThanOrEqual(512);
    const verified = verifyResponse(sent, key, mac, Date.now() / 1000);
    expect(verified.ok && decode(verified.value.message)).toMatchObject({
      rcode: RCODE.NOTAUTH,
      tc: true,
      question: [],
    });
  });
});

describe('UPDATE', () => {
  it('gives back the RCODE of the zone', async () => {
    expect(rcodeText(await answer(serverFor({ update: async () => RCODE.NXRRSET }), update()))).toBe('NXRRSET');
  });

  it('tells who sent an OPT record why, in few words (RFC 8914 2, 4.22)', async () => {
    const ede = { infoCode: 21, extra: `why ${'x'.repeat(5000)}` };
    const server = serverFor({ update: async () => ({ rcode: RCODE.REFUSED, ede }) });
    const withEdns = query('z.test.', 'SOA', { opcode: OPCODE.UPDATE, edns: edns() });
    const told = await answer(server, withEdns);
    expect(rcodeText(told)).toBe('REFUSED');
    expect(readExtendedErrors(told.edns)).toEqual([{ infoCode: 21, extra: `why ${'x'.repeat(156)}` }]);
    const silent = await answer(server, update());
    expect([rcodeText(silent), silent.edns]).toEqual(['REFUSED', undefined]);
  });

  it.each([
    ['a zone that is not ours (RFC 2136 3.1.2)', update('other.test.'), 'NOTAUTH'],
    ['class CH (RFC 2136 3.1.2)', query('z.test.', 'SOA', { opcode: OPCODE.UPDATE }, CLASS.CH), 'NOTAUTH'],
    ['a zone section of another type (RFC 2136 3.1.1)', query('z.test.', 'A', { opcode: OPCODE.UPDATE }), 'FORMERR'],
  ])('%s', async (_what, request, expected) => {
    expect(rcodeText(await answer(serverFor({ update: async () => 0 }), request))).toBe(expected);
  });

  it('a secondary does not forward: NOTIMP, and says where to go (RFC 2136 6)', async () => {
    const message = await answer(serverFor({}), query('z.test.', 'SOA', { opcode: OPCODE.UPDATE, edns: edns() }));
    expect(rcodeText(message)).toBe('NOTIMP');
    expect(readExtendedErrors(message.edns)[0]).toMatchObject({
      infoCode: 21,
      extra: expect.stringContaining('primary'),
    });
  });

  it('malformed records: FORMERR', async () => {
    const record = { name: name('z.test.'), type: TYPE.MX, class: CLASS.IN, ttl: 0, rdata: Uint8Array.of(0) };
    const request = query('z.test.', 'SOA', { opcode: OPCODE.UPDATE, authority: [record] });
    expect(rcodeText(await answer(serverFor({ update: async () => 0 }), request))).toBe('FORMERR');
  });
});

describe('transfers', () => {
  const parts = [part(1), part(2), part(3)];

  it('are counted by their RCODE when they do not come to a zone', async () => {
    const server = serverFor({ transfer: () => ({ messages: parts }) }, { acl: [keyed] });
    await server.handle(axfr(), tcp());
    await server.handle(axfr('other.test.'), tcp());
    await server.handle(axfr(), contextOf('udp'));
    await server.handle(signed(axfr()).bytes, tcp());
    server.table.expire(name('z.test.'));
    await server.handle(signed(axfr()).bytes, tcp());
    const counted = [...server.counters.transfersRefused.entries()].filter(([, count]) => count > 0);
    expect(counted).toEqual([
      [RCODE.SERVFAIL, 1],
      [RCODE.NOTIMP, 1],
      [RCODE.REFUSED, 1],
      [RCODE.NOTAUTH, 1],
    ]);
    expect(server.counters.transfers).toBe(1);
  });

  it('sends a stream as it is', async () => {
    const server = serverFor({ transfer: () => ({ messages: parts }) });
    expect(await server.handle(axfr(), tcp())).toEqual(parts);
    expect(server.counters).toMatchObject({ transfers: 1, transferMessages: 3, transfersBroken: 0 });
    expect(server.counters.responses[0]).toBe(1);
  });

  it('signs every message of a stream (RFC 8945 5.3.1)', async () => {
    const server = serverFor(
      {
        transfer: async () => ({
          messages: (async function* () {
            yield* parts;
          })(),
        }),
      },
      { acl: [keyed] },
    );
    const { bytes, mac } = signed(axfr());
    const verifier = new TsigStreamVerifier(KEY, mac, () => Date.now() / 1000);
    const received = await server.handle(bytes, tcp());
    expect(received.map((m) => verifier.push(m))).toEqual(parts.map((value) => ({ ok: true, value })));
    expect(verifier.finish().ok).toBe(true);
  });

  it('a single message over UDP (RFC 1995 2)', async () => {
    const server = serverFor({ transfer: () => ({ single: parts[0] }) });
    expect(await server.handle(query('z.test.', 'IXFR'))).toEqual([parts[0]]);
  });

  it.each([
    ['AXFR over UDP (RFC 5936 4.2; as Knot and NSD)', axfr(), contextOf(), 'NOTIMP'],
    ['a zone that is not ours', axfr('other.'), tcp(), 'NOTAUTH'],
    ['a name below the apex', axfr('www.z.test.'), tcp(), 'NOTAUTH'],
    ['class CH', query('z.test.', 'AXFR', {}, CLASS.CH), tcp(), 'REFUSED'],
    ['EDNS version 1 (RFC 6891 6.1.3)', query('z.test.', 'AXFR', { edns: edns({ version: 1 }) }), tcp(), '16'],
  ])('%s', async (_what, request, context, expected) => {
    const message = await answer(serverFor({ transfer: () => ({ messages: parts }) }), request, context);
    expect(message.edns?.version === 0 ? String(message.rcode) : rcodeText(message)).toBe(expected);
  });

  it('a zone without handler refuses; an RCODE of the zone comes with its EDE', async () => {
    expect(rcodeText(await answer(serverFor({}), axfr(), tcp()))).toBe('REFUSED');
    const server = serverFor({ transfer: () => ({ rcode: RCODE.SERVFAIL, ede: { infoCode: 0, extra: 'busy' } }) });
    const message = await answer(server, query('z.test.', 'AXFR', { edns: withOptions(nsidOption()) }), tcp());
    expect(rcodeText(message)).toBe('SERVFAIL');
    expect(readExtendedErrors(message.edns)).toEqual([{ infoCode: 0, extra: 'busy' }]);
    expect(message.edns?.options[0]).toEqual(nsidOption('node-1'));
  });

  it.each([
    ['not loaded', { version: undefined }, 14, 'zone z.test. not yet loaded'],
    ['expired', { expireAt: 1_000_000_000_000 }, 24, 'zone z.test. expired at 2001-09-09T01:46:40.000Z'],
  ])('%s: SERVFAIL with an Extended DNS Error', async (_what, more, infoCode, extra) => {
    const server = serverFor({ transfer: () => ({ messages: parts }) }, more);
    const message = await answer(server, query('z.test.', 'AXFR', { edns: edns() }), tcp());
    expect(rcodeText(message)).toBe('SERVFAIL');
    expect(readExtendedErrors(message.edns)).toEqual([{ infoCode, extra }]);
  });

  it('an error before the first message is SERVFAIL, one after it cuts the connection', async () => {
    const breaks = (after: number) => ({
      *[Symbol.iterator]() {
        yield* parts.slice(0, after);
        throw new Error('disk');
      },
    });
    const first = serverFor({ transfer: () => ({ messages: breaks(0) }) });
    expect(rcodeText(decode((await first.handle(axfr(), tcp()))[0]))).toBe('SERVFAIL');
    const later = serverFor({ transfer: () => ({ messages: breaks(2) }) });
    expect(await later.handle(axfr(), tcp())).toEqual([parts[0], parts[1], new Uint8Array(0)]);
    expect(later.counters).toMatchObject({ transfersBroken: 1, internalErrors: 0 });
  });

  it('stops pulling when the peer is gone, and ends the stream', async () => {
    let ended = false;
    const messages = (function* () {
      try {
        for (;;) yield parts[0];
      } finally {
        ended = true;
      }
    })();
    const server = serverFor({ transfer: () => ({ messages }) });
    let sent = 0;
    await server.handlers.handle(axfr(), tcp(), { send: async () => ++sent < 5, cut: () => {} });
    expect([sent, ended, server.counters.transfersBroken]).toEqual([5, true, 1]);
  });
});
