import { EDNS_OPTION, name, nsidOption, readExpire } from '@zonewire/shared-protocol';
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

  it('TCP keepalive is answered over TCP, ignored over UDP (RFC 7828 3.2, 3.3)', () => {
    const request = query('www.example.test.', 'A', { edns: withOptions(option(EDNS_OPTION.TCP_KEEPALIVE)) });
    expect(answered(request).edns?.options).toEqual([]);
    expect(answered(request, contextOf('tcp')).edns?.options).toEqual([option(EDNS_OPTION.TCP_KEEPALIVE, 0, 100)]);
  });
});
