import {
  CLASS,
  EDNS_OPTION,
  name,
  nsidOption,
  readExpire,
  readZoneVersion,
  zoneVersionOption,
} from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { answered, ask, option } from '../fixtures/asking.ts';
import { decode, edns, query, rcodeText, withOptions } from '../fixtures/queries.ts';
import { contextOf, EXAMPLE, offline, zoneVersion } from '../fixtures/zones.ts';
import { ZoneTable } from '../zone-table.ts';

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

  describe('ZONEVERSION', () => {
    const wanted = withOptions(zoneVersionOption());
    const version = (owner: string, type = 'A') => ask(owner, type, { edns: wanted }).edns;

    it('the serial of the zone that the name is in, with its number of labels (RFC 9660 2)', () => {
      expect(version('example.test.', 'SOA')?.options).toEqual([option(19, 2, 0, 0, 0, 0x07, 0xea)]);
    });

    it('only when asked (RFC 9660 3.2)', () => {
      expect(ask('www.example.test.', 'A', { edns: edns() }).edns?.options).toEqual([]);
      expect(ask('www.example.test.').edns).toBeUndefined();
    });

    it.each(['www', 'alias', 'nothing', 'a.sub', 'x.wild'])(
      'also in aliases, NXDOMAIN, referrals: %s (RFC 9660 3.2)',
      (owner) => expect(readZoneVersion(version(`${owner}.example.test.`), 2)).toBe(2026),
    );

    it('not for names that are not ours, nor for CH (RFC 9660 3.2)', () => {
      expect(version('elsewhere.')?.options.map(({ code }) => code)).toEqual([15]);
      const chaos = answered(query('id.server.', 'TXT', { edns: wanted }, CLASS.CH));
      expect(chaos.edns?.options).toEqual([]);
    });

    it('a question with something in it is FORMERR, with an OPT record (RFC 9660 3.1, RFC 6891 7)', () => {
      const message = ask('www.example.test.', 'A', { edns: withOptions(option(19, 2, 0)) });
      expect(rcodeText(message)).toBe('FORMERR');
      expect(message).toMatchObject({ answer: [], edns: { options: [] } });
    });

    it('an expired zone: SERVFAIL with the version that is not served any more (RFC 9660 3.2)', () => {
      const table = new ZoneTable();
      const held = zoneVersion('example.test.', EXAMPLE);
      table.add({
        apex: name('example.test.'),
        version: held,
        expireAt: 1_000,
        acl: [],
        role: 'secondary',
        handler: {},
      });
      const reply = offline(table).ask(query('www.example.test.', 'A', { edns: wanted }), contextOf('udp', 20_000));
      const message = decode(reply as Uint8Array);
      expect(rcodeText(message)).toBe('SERVFAIL');
      expect(readZoneVersion(message.edns, 2)).toBe(2026);
    });

    it('DS of a zone served beside an ancestor: of the zone that answers (RFC 9660 3.2)', () => {
      const table = new ZoneTable();
      const add = (apex: string, text: string) =>
        table.add({ apex: name(apex), version: zoneVersion(apex, text), acl: [], role: 'primary', handler: {} });
      add('test.', '$TTL 300\n@ SOA n h 7 1 1 1 1\n@ NS n.x.\nb NS n.x.\n');
      add('a.b.test.', '$TTL 300\n@ SOA n h 4294967295 1 1 1 1\n@ NS n.x.\n');
      const reply = offline(table).ask(query('a.b.test.', 'DS', { edns: wanted }));
      expect(decode(reply as Uint8Array).edns?.options).toEqual([option(19, 3, 0, 255, 255, 255, 255)]);
    });
  });

  it('TCP keepalive is answered over TCP, ignored over UDP (RFC 7828 3.2, 3.3)', () => {
    const request = query('www.example.test.', 'A', { edns: withOptions(option(EDNS_OPTION.TCP_KEEPALIVE)) });
    expect(answered(request).edns?.options).toEqual([]);
    expect(answered(request, contextOf('tcp')).edns?.options).toEqual([option(EDNS_OPTION.TCP_KEEPALIVE, 0, 100)]);
  });
});
