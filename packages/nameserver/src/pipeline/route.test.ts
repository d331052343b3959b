import { type Message, name, nameToText, readExtendedErrors, TYPE } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { ask } from '../fixtures/asking.ts';
import { decode, edns, query, rcodeText } from '../fixtures/queries.ts';
import { contextOf, offline, zoneVersion } from '../fixtures/zones.ts';
import { ZoneTable } from '../zone-table.ts';

describe('routing', () => {
  it('a name outside our zones: REFUSED with EDE Not Authoritative (RFC 8914 4.21)', () => {
    const message = ask('www.elsewhere.', 'A', { edns: edns() });
    expect(rcodeText(message)).toBe('REFUSED');
    expect(message.aa).toBe(false);
    expect(readExtendedErrors(message.edns)).toEqual([{ infoCode: 20, extra: '' }]);
    expect(ask('www.elsewhere.').edns).toBeUndefined();
  });

  it('a zone not yet loaded, one that has expired, one whose time is over: SERVFAIL and why (RFC 8914 4.15, 4.25)', () => {
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
