import { name, nsidOption, TYPE, zoneVersionOption } from '@zonewire/shared-protocol';
import type { ZoneVersion } from '@zonewire/zone';
import { describe, expect, it, vi } from 'vitest';
import { typeIndex } from '../counters.ts';
import { NOTHING, octetsPerQuery } from '../fixtures/allocations.ts';
import { ask } from '../fixtures/asking.ts';
import { decode, edns, query, rcodeText, withOptions } from '../fixtures/queries.ts';
import { contextOf, exampleTable, offline } from '../fixtures/zones.ts';
import { silentLog } from '../ports.ts';

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
    for (const owner of ['www', 'nothing', 'a.sub', 'alias', 'x.wild', 'mail'])
      expect(octetsPerQuery(pipeline, query(`${owner}.example.test.`, 'A', { edns: edns() }))).toBeLessThan(NOTHING);
    const told = withOptions(nsidOption(), zoneVersionOption());
    for (const owner of ['elsewhere.', 'www.example.test.'])
      expect(octetsPerQuery(pipeline, query(owner, 'A', { edns: told }))).toBeLessThan(NOTHING);
  }, 120_000);

  it('ANY is answered with little (RFC 8482)', () => {
    const message = ask('www.example.test.', 'ANY');
    expect(rcodeText(message)).toBe('NOERROR');
    expect(new Set(message.answer.map((record) => record.type)).size).toBe(1);
  });
});
