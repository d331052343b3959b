import { getHeapStatistics } from 'node:v8';
import {
  CLASS,
  EDNS_OPTION,
  encodeMessage,
  type Message,
  type MessageDraft,
  name,
  nameToText,
  nsidOption,
  OPCODE,
  readExpire,
  readExtendedErrors,
  signMessage,
  TYPE,
  verifyResponse,
} from '@zonewire/shared-protocol';
import type { ZoneVersion } from '@zonewire/zone';
import { describe, expect, it, vi } from 'vitest';
import { typeIndex } from '../counters.ts';
import { decode, edns, query, rcodeText, withOptions } from '../fixtures/queries.ts';
import { contextOf, EXAMPLE, exampleTable, KEY, offline, zoneVersion } from '../fixtures/zones.ts';
import { silentLog } from '../ports.ts';
import { ZoneTable } from '../zone-table.ts';
import { HANDED_OVER, SILENCE } from './query-pipeline.ts';

const server = offline(exampleTable(), { keys: [KEY] });

function ask(owner: string, type = 'A', more: Partial<MessageDraft> = {}, qclass?: number): Message {
  return answered(query(owner, type, more, qclass));
}

function answered(request: Uint8Array, context = contextOf()): Message {
  const reply = server.ask(request, context);
  if (typeof reply === 'number') throw new Error(`no answer: ${reply}`);
  return decode(reply);
}

const option = (code: number, ...data: number[]) => ({ code, data: Uint8Array.from(data) });

/** Octets ever allocated on the heap. */
function allocated(): number {
  const { total_allocated_bytes: total } = getHeapStatistics() as unknown as { total_allocated_bytes: number };
  if (total === undefined) throw new Error('this Node does not tell what it allocates');
  return total;
}

describe('header', () => {
  it('ID, opcode, question and RD are copied; AA set; RA, AD, CD and Z cleared (RFC 1035 4.1.1, RFC 4035 3.1.6)', () => {
    const request = query('WWW.example.test.', 'A', { rd: true, ad: true, cd: true, ra: true, aa: true, tc: true });
    request[3] |= 0x40;
    const message = answered(request);
    expect(message).toMatchObject({
      id: 0x1234,
      qr: true,
      aa: true,
      tc: false,
      rd: true,
      ra: false,
      ad: false,
      cd: false,
    });
    expect(message.answer.length).toBe(1);
    expect(nameToText(message.question[0].name)).toBe('WWW.example.test.');
    expect(nameToText(message.answer[0].name)).toBe('WWW.example.test.');
  });

  it('silence for what is no request', () => {
    expect(server.ask(new Uint8Array(11))).toBe(SILENCE);
    expect(server.ask(query('www.example.test.', 'A', { qr: true }))).toBe(SILENCE);
  });

  it.each<[string, Uint8Array, string, number]>([
    ['no question', encodeMessage({ id: 1 }), 'FORMERR', 0],
    [
      'two questions (RFC 9619)',
      encodeMessage({ id: 1, question: [1, 2].map((type) => ({ name: name('a.'), type, class: 1 })) }),
      'FORMERR',
      0,
    ],
    ['a header that promises more', query('a.', 'A').subarray(0, 12), 'FORMERR', 0],
    ['octets behind the end', Uint8Array.from([...query('a.', 'A'), 1]), 'FORMERR', 1],
    ['IQUERY (RFC 3425 3)', query('a.', 'A', { opcode: OPCODE.IQUERY }), 'NOTIMP', 0],
    ['DSO without a question (RFC 8490 5.1)', encodeMessage({ id: 1, opcode: OPCODE.DSO }), 'NOTIMP', 0],
    ['an unknown opcode that cannot be read', Uint8Array.of(0, 1, 0x78, 0, 0, 9, 0, 0, 0, 0, 0, 0), 'NOTIMP', 0],
    ['class HS', query('example.test.', 'A', {}, CLASS.HS), 'REFUSED', 1],
    ['class ANY', query('example.test.', 'A', {}, CLASS.ANY), 'REFUSED', 1],
  ])('%s', (_what, request, rcode, questions) => {
    const message = answered(request);
    expect(rcodeText(message)).toBe(rcode);
    expect(message.opcode).toBe((request[2] >> 3) & 15);
    expect(message.question.length).toBe(questions);
    expect(message.answer.length + message.authority.length + message.additional.length).toBe(0);
  });

  it.each([
    ['NOTIFY', query('example.test.', 'SOA', { opcode: OPCODE.NOTIFY })],
    ['UPDATE', query('example.test.', 'SOA', { opcode: OPCODE.UPDATE })],
    ['AXFR', query('example.test.', 'AXFR')],
    ['IXFR', query('example.test.', 'IXFR')],
  ])('%s is handed over', (_what, request) => expect(server.ask(request)).toBe(HANDED_OVER));
});

describe('routing', () => {
  it('a name outside our zones: REFUSED with EDE Not Authoritative (RFC 8914 4.21)', () => {
    const message = ask('www.elsewhere.', 'A', { edns: edns() });
    expect(rcodeText(message)).toBe('REFUSED');
    expect(message.aa).toBe(false);
    expect(readExtendedErrors(message.edns)).toEqual([{ infoCode: 20, extra: '' }]);
    expect(ask('www.elsewhere.').edns).toBeUndefined();
  });

  it('a zone not yet loaded, one that has expired, one whose time is over: SERVFAIL and why', () => {
    const table = new ZoneTable();
    const { pipeline } = offline(table);
    const reply = new Uint8Array(512);
    const add = (apex: string, more: object) =>
      table.add({ apex: name(apex), acl: [], role: 'secondary', handler: {}, ...more });
    const version = zoneVersion('b.test.', '@ 60 SOA a b 1 2 3 4 5\n@ 60 NS a.\n');
    add('a.test.', {});
    add('b.test.', { version, state: 'expired', expireAt: 1_600_000_000_000 });
    add('c.test.', { version, expireAt: 1_700_000_000_000 });
    const why = (zone: string) => {
      const request = query(`www.${zone}`, 'A', { edns: edns() });
      const length = pipeline.answer(request, request.length, reply, contextOf('udp', 1_700_000_000_000));
      const message = decode(reply.subarray(0, length));
      expect(rcodeText(message)).toBe('SERVFAIL');
      return readExtendedErrors(message.edns);
    };
    expect(why('a.test.')).toEqual([{ infoCode: 14, extra: 'zone a.test. not yet loaded' }]);
    expect(why('b.test.')).toEqual([{ infoCode: 24, extra: 'zone b.test. expired at 2020-09-13T12:26:40.000Z' }]);
    expect(why('c.test.')).toEqual([{ infoCode: 24, extra: 'zone c.test. expired at 2023-11-14T22:13:20.000Z' }]);
  });

  it('DS is answered by the parent when both sides of the cut are served here (RFC 4035 3.1.4.1)', () => {
    const table = new ZoneTable();
    const add = (apex: string, text: string) =>
      table.add({ apex: name(apex), version: zoneVersion(apex, text), acl: [], role: 'primary', handler: {} });
    add('p.test.', `@ 60 SOA a b 1 2 3 4 5\n@ 60 NS a.\nsub 60 NS a.\nsub 60 DS 1 8 2 ${'ab'.repeat(32)}\n`);
    add('sub.p.test.', '@ 60 SOA a b 9 2 3 4 5\n@ 60 NS a.\n');
    const both = offline(table);
    const at = (zone: string) => decode(both.ask(query(zone, 'DS')) as Uint8Array);
    expect(at('SUB.p.test.').answer.map((record) => record.type)).toEqual([TYPE.DS]);
    // No parent here: the zone itself says that there is none.
    expect(at('p.test.').authority.map((record) => nameToText(record.name))).toEqual(['p.test.']);
    // Below the apex it is an ordinary name of the child.
    expect(at('x.sub.p.test.').authority.map((record) => nameToText(record.name))).toEqual(['sub.p.test.']);
  });

  it('DS of a zone whose parent is not here, though the parent’s parent is: NODATA from the zone (RFC 4035 3.1.4.1)', () => {
    const table = new ZoneTable();
    const add = (apex: string, text: string) =>
      table.add({ apex: name(apex), version: zoneVersion(apex, text), acl: [], role: 'primary', handler: {} });
    const grandparent = add('g.test.', '@ 60 SOA a b 1 2 3 4 5\n@ 60 NS a.\np 60 NS elsewhere.\n');
    const child = add('c.p.g.test.', '@ 60 SOA a b 9 2 3 4 5\n@ 60 NS a.\n');
    const server = offline(table);
    const ask = (zone: string, type = 'DS') => decode(server.ask(query(zone, type)) as Uint8Array);
    const soaOf = (message: Message) => message.authority.map((one) => `${nameToText(one.name)} ${one.type}`);
    expect(ask('c.p.g.test.')).toMatchObject({ rcode: 0, aa: true });
    expect(soaOf(ask('c.p.g.test.'))).toEqual(['c.p.g.test. 6']);
    // Names of the parent itself are referred, DS or not.
    expect(soaOf(ask('d.p.g.test.'))).toEqual(['p.g.test. 2']);
    expect(ask('d.p.g.test.').aa).toBe(false);
    // With nothing to answer from below, the referral stands.
    child.state = 'expired';
    expect(soaOf(ask('c.p.g.test.'))).toEqual(['p.g.test. 2']);
    grandparent.state = 'expired';
    expect(rcodeText(ask('c.p.g.test.'))).toBe('SERVFAIL');
  });

  it('a signed zone without the proof an answer needs is counted (RFC 4035 3.1.3, RFC 9276 3.1)', () => {
    const table = new ZoneTable();
    const add = (apex: string, text: string) =>
      table.add({
        apex: name(apex),
        version: zoneVersion(
          apex,
          `@ 60 SOA a b 1 2 3 4 5\n@ 60 NS a.\n@ 60 RRSIG SOA 13 2 60 20300101000000 20200101000000 1 ${apex} AAAA\n${text}`,
        ),
        acl: [],
        role: 'primary',
        handler: {},
      });
    add('chainless.test.', '');
    add('costly.test.', '@ 60 NSEC3PARAM 1 0 151 -');
    const server = offline(table);
    const ask = (owner: string, more = { edns: edns({ dnssecOk: true }) }) => server.ask(query(owner, 'A', more));
    ask('x.chainless.test.');
    ask('x.costly.test.');
    ask('x.costly.test.');
    expect(server.counters).toMatchObject({ denialMissing: 1, denialCostly: 2 });
    ask('x.chainless.test.', { edns: edns() });
    expect(server.counters.denialMissing).toBe(1);
  });
});

describe('CHAOS', () => {
  it.each([
    ['id.server.', 'node-1'],
    ['HOSTNAME.bind.', 'node-1'],
    ['version.bind.', 'zonewire test'],
    ['version.server.', 'zonewire test'],
  ])('%s TXT', (owner, text) => {
    const message = ask(owner, 'TXT', {}, CLASS.CH);
    expect(rcodeText(message)).toBe('NOERROR');
    expect(message.answer).toMatchObject([{ type: TYPE.TXT, class: CLASS.CH, ttl: 0 }]);
    expect(new TextDecoder().decode(message.answer[0].rdata.subarray(1))).toBe(text);
  });

  it('other names and types are refused, and those configured off', () => {
    expect(rcodeText(ask('other.bind.', 'TXT', {}, CLASS.CH))).toBe('REFUSED');
    expect(rcodeText(ask('version.bind.', 'A', {}, CLASS.CH))).toBe('REFUSED');
  });
});

describe('EDNS (RFC 6891)', () => {
  it('an OPT record is only sent to those who sent one (7), with our size, version 0 and DO as it came (RFC 3225 3)', () => {
    expect(ask('www.example.test.').edns).toBeUndefined();
    expect(ask('www.example.test.', 'A', { edns: edns() }).edns).toEqual(edns());
    expect(ask('www.example.test.', 'A', { edns: edns({ dnssecOk: true }) }).edns?.dnssecOk).toBe(true);
  });

  it('BADVERS for versions we do not know (6.1.3)', () => {
    for (const owner of ['www.example.test.', 'elsewhere.']) {
      const message = ask(owner, 'A', { edns: edns({ version: 1 }) });
      expect(message.rcode).toBe(16);
      expect(message.edns?.version).toBe(0);
      expect(message.answer.length).toBe(0);
    }
  });

  it('FORMERR for two OPT records (6.1.1), without OPT', () => {
    const twice = Uint8Array.from([...query('a.', 'A', { edns: edns() }), 0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0]);
    twice[11] = 2;
    const message = answered(twice);
    expect(rcodeText(message)).toBe('FORMERR');
    expect(message.edns).toBeUndefined();
  });

  it('NSID when asked, whatever the option holds (RFC 5001 2.1)', () => {
    const asked = ask('www.example.test.', 'A', { edns: withOptions(option(EDNS_OPTION.NSID, 1, 2, 3)) });
    expect(asked.edns?.options).toEqual([nsidOption('node-1')]);
    expect(ask('elsewhere.', 'A', { edns: withOptions(nsidOption()) }).edns?.options[0]).toEqual(nsidOption('node-1'));
  });

  it('unknown options are ignored (6.1.2)', () => {
    expect(
      ask('www.example.test.', 'A', { edns: withOptions(option(65001, 1), option(8, 0, 1, 0, 0)) }).edns?.options,
    ).toEqual([]);
  });

  it("EXPIRE in answers for the zone's SOA: a primary says the SOA's (RFC 7314 4)", () => {
    const expire = withOptions(option(EDNS_OPTION.EXPIRE));
    expect(readExpire(ask('example.test.', 'SOA', { edns: expire }).edns)).toBe(86400);
    expect(readExpire(ask('example.test.', 'NS', { edns: expire }).edns)).toBeUndefined();
    expect(readExpire(ask('www.example.test.', 'SOA', { edns: expire }).edns)).toBeUndefined();
    expect(readExpire(ask('example.test.', 'SOA', { edns: edns() }).edns)).toBeUndefined();
  });

  it('EXPIRE: a secondary says what is left (RFC 7314 4)', () => {
    const table = new ZoneTable();
    const version = zoneVersion('example.test.', EXAMPLE);
    table.add({ apex: name('example.test.'), version, expireAt: 50_999, acl: [], role: 'secondary', handler: {} });
    const request = query('example.test.', 'SOA', { edns: withOptions(option(EDNS_OPTION.EXPIRE)) });
    const reply = offline(table).ask(request, contextOf('udp', 20_000)) as Uint8Array;
    expect(readExpire(decode(reply).edns)).toBe(30);
  });

  it('TCP keepalive is answered over TCP, ignored over UDP (RFC 7828 3.2, 3.3)', () => {
    const request = query('www.example.test.', 'A', { edns: withOptions(option(EDNS_OPTION.TCP_KEEPALIVE)) });
    expect(answered(request).edns?.options).toEqual([]);
    expect(answered(request, contextOf('tcp')).edns?.options).toEqual([option(EDNS_OPTION.TCP_KEEPALIVE, 0, 100)]);
  });
});

describe('sizes and truncation', () => {
  const lengthOf = (request: Uint8Array, context = contextOf()) => (server.ask(request, context) as Uint8Array).length;
  const many = (udpSize?: number) =>
    query('many.example.test.', 'A', udpSize === undefined ? {} : { edns: edns({ udpSize }) });
  const big = (udpSize?: number) =>
    query('big.example.test.', 'TXT', udpSize === undefined ? {} : { edns: edns({ udpSize }) });

  it('512 octets without EDNS (RFC 1035 4.2.1), the smaller of both sizes with it (RFC 6891 6.2.5)', () => {
    expect(answered(many())).toMatchObject({ tc: true });
    expect(lengthOf(many())).toBeLessThanOrEqual(512);
    expect(answered(many(800))).toMatchObject({ tc: false });
    expect(answered(big(1232))).toMatchObject({ tc: true });
    expect(lengthOf(big(1232))).toBeLessThanOrEqual(1232);
    // Our limit is lower than theirs.
    expect(answered(big(4096))).toMatchObject({ tc: true });
  });

  it('sizes below 512 mean 512 (RFC 6891 6.2.3)', () => {
    const record = ask('alias.example.test.', 'A', { edns: edns({ udpSize: 12 }) });
    expect(record.tc).toBe(false);
    expect(record.answer.length).toBe(2);
  });

  it('over TCP nothing is truncated, whatever the OPT record says', () => {
    const message = answered(big(512), contextOf('tcp'));
    expect(message.tc).toBe(false);
    expect(message.answer[0].rdata.length).toBe(8 * 251);
  });

  it('a truncated answer keeps question and OPT, and no part of an RRset (RFC 2181 9)', () => {
    const message = answered(many(512));
    expect(message).toMatchObject({ tc: true, answer: [], question: [{ type: TYPE.A }], edns: { udpSize: 1232 } });
  });

  it('counts them', () => {
    const before = server.counters.truncated;
    answered(many());
    answered(big(), contextOf('tcp'));
    expect(server.counters.truncated - before).toBe(1);
  });
});

describe('TSIG (RFC 8945)', () => {
  const now = () => Date.now() / 1000;

  it('a signed query gets a signed answer, within the size limit', () => {
    const { bytes, mac } = signMessage(query('many.example.test.', 'A'), KEY, now());
    const reply = server.ask(bytes) as Uint8Array;
    expect(reply.length).toBeLessThanOrEqual(512);
    const verified = verifyResponse(reply, KEY, mac, now());
    expect(verified.ok && decode(verified.value.message)).toMatchObject({ tc: true, aa: true });
  });

  it('errors are signed too: REFUSED, FORMERR, BADVERS, NOTIMP', () => {
    for (const [request, rcode] of [
      [query('elsewhere.', 'A'), 5],
      [encodeMessage({ id: 1 }), 1],
      [query('example.test.', 'A', { edns: edns({ version: 7 }) }), 16],
      [query('example.test.', 'A', { opcode: OPCODE.STATUS }), 4],
    ] as const) {
      const { bytes, mac } = signMessage(request, KEY, now());
      const verified = verifyResponse(server.ask(bytes) as Uint8Array, KEY, mac, now());
      expect(verified.ok && decode(verified.value.message).rcode).toBe(rcode);
    }
  });

  it.each([
    ['BADKEY for an unknown key', { ...KEY, name: name('nobody.') }, 0, 17],
    ['BADKEY for another algorithm', { ...KEY, algorithm: 'hmac-sha512' as const }, 0, 17],
    ['BADSIG', { ...KEY, secret: new Uint8Array(32) }, 0, 16],
    ['BADTIME', KEY, -400, 18],
  ])('%s comes before anything else: NOTAUTH', (_what, key, shift, error) => {
    const before = server.counters.tsigErrors[error];
    const message = answered(signMessage(query('elsewhere.', 'A'), key, now() + shift).bytes);
    expect(rcodeText(message)).toBe('NOTAUTH');
    expect(message.tsig?.error).toBe(error);
    expect(server.counters.tsigErrors[error]).toBe(before + 1);
  });

  it('a question that leaves no room beside the signature: TC, and nothing that points at it', () => {
    const long = (last: string) => name(`${`${'k'.repeat(60)}.`.repeat(4)}${last}.`);
    const key = { ...KEY, name: long('key'), algorithm: 'hmac-sha512' as const };
    const fresh = offline(exampleTable(), { keys: [key] });
    const { bytes, mac } = signMessage(query(nameToText(long('x')), 'A'), key, now());
    const reply = fresh.ask(bytes) as Uint8Array;
    expect(reply.length).toBeLessThanOrEqual(512);
    const verified = verifyResponse(reply, key, mac, now());
    expect(verified.ok && decode(verified.value.message)).toMatchObject({ tc: true, question: [], answer: [] });
  });

  it('a TSIG that is not the last record: FORMERR (5.1)', () => {
    const { bytes } = signMessage(query('example.test.', 'A'), KEY, now());
    const more = Uint8Array.from([...bytes, 0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0]);
    more[11] = 2;
    expect(rcodeText(answered(more))).toBe('FORMERR');
  });
});

describe('the rest', () => {
  it('counts queries by transport and type, answers by RCODE', () => {
    const fresh = offline(exampleTable());
    fresh.ask(query('www.example.test.', 'A'));
    fresh.ask(query('www.example.test.', 'TYPE4711'), contextOf('tcp'));
    fresh.ask(query('nothing.example.test.', 'A'));
    fresh.ask(query('elsewhere.', 'A'));
    fresh.ask(query('elsewhere.', 'A').subarray(0, 14));
    fresh.ask(new Uint8Array(3));
    const { queries, responses, opcodes } = fresh.counters;
    expect(queries.udp[TYPE.A]).toBe(3);
    expect(queries.tcp[typeIndex(4711)]).toBe(1);
    expect([responses[0], responses[3], responses[5], responses[1]]).toEqual([2, 1, 1, 1]);
    expect(opcodes[0]).toBe(5);
    expect(fresh.counters).toMatchObject({ malformed: 1, dropped: 1 });
  });

  it('an error of ours is SERVFAIL, logged once, counted; the next query is answered', () => {
    const table = exampleTable();
    const broken = {
      get soa() {
        throw new Error('broken image');
      },
    } as unknown as ZoneVersion;
    table.add({ apex: name('broken.test.'), version: broken, acl: [], role: 'primary', handler: {} });
    const error = vi.fn();
    const fresh = offline(table, { log: { ...silentLog, error } });
    for (let i = 0; i < 3; i++) {
      const message = decode(fresh.ask(query('x.broken.test.', 'A', { edns: edns() })) as Uint8Array);
      expect(rcodeText(message)).toBe('SERVFAIL');
      expect(message.edns).toBeDefined();
    }
    expect(error).toHaveBeenCalledTimes(1);
    expect(fresh.counters.internalErrors).toBe(3);
    expect(rcodeText(decode(fresh.ask(query('www.example.test.', 'A')) as Uint8Array))).toBe('NOERROR');
  });

  it('positive, negative, referral: the answers of the lookup', () => {
    expect(ask('alias.example.test.').answer.map((record) => record.type)).toEqual([TYPE.CNAME, TYPE.A]);
    const negative = ask('nothing.example.test.');
    expect(rcodeText(negative)).toBe('NXDOMAIN');
    expect(negative).toMatchObject({ aa: true, authority: [{ type: TYPE.SOA, ttl: 60 }] });
    const referral = ask('www.sub.example.test.');
    expect(referral).toMatchObject({ rcode: 0, aa: false, answer: [] });
    expect(referral.authority.map((record) => record.type)).toEqual([TYPE.NS, TYPE.NS]);
    expect(referral.additional.map((record) => record.type)).toEqual([TYPE.A, TYPE.A]);
  });

  it('an unsigned query over UDP allocates nothing', () => {
    const { pipeline } = offline(exampleTable());
    const reply = new Uint8Array(4096);
    const context = contextOf();
    // A few octets for what the engine itself does (compiling, profiling) are not ours: the least of a few rounds is.
    const perQuery = (request: Uint8Array) => {
      for (let i = 0; i < 20_000; i++) pipeline.answer(request, request.length, reply, context);
      let least = Infinity;
      for (let round = 0; round < 5 && least >= 40; round++) {
        const before = allocated();
        for (let i = 0; i < 50_000; i++) pipeline.answer(request, request.length, reply, context);
        least = Math.min(least, (allocated() - before) / 50_000);
      }
      return least;
    };
    for (const owner of ['www', 'nothing', 'a.sub', 'alias', 'x.wild', 'mail'])
      expect(perQuery(query(`${owner}.example.test.`, 'A', { edns: edns() }))).toBeLessThan(40);
    expect(perQuery(query('elsewhere.', 'A', { edns: withOptions(nsidOption()) }))).toBeLessThan(40);
  });

  it('ANY is answered with little (RFC 8482)', () => {
    const message = ask('www.example.test.', 'ANY');
    expect(rcodeText(message)).toBe('NOERROR');
    expect(new Set(message.answer.map((record) => record.type)).size).toBe(1);
  });
});
