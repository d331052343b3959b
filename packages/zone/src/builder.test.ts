import { name, type ResourceRecord, recordToText, TYPE, unwrap } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { ZoneBuilder } from './builder.ts';
import { collidingLabels } from './fixtures/colliding-names.ts';
import { dump, records, soa, zone } from './fixtures/zone-text.ts';
import { H } from './image/image.ts';
import { MAX_PROBE } from './image/layer-writer.ts';
import { verifyImage } from './image/verify.ts';
import type { ZoneVersion } from './version.ts';

const APEX = name('example.');

describe('what goes in comes out', () => {
  it('SOA first, then canonical order of names, types and rdata (RFC 4034 6)', () => {
    const version = zone(`
      z.a    A   192.0.2.9
      a      TXT x
      @      NS  ns
      a      A   192.0.2.2
      a      A   192.0.2.1
      Z      A   192.0.2.3
      \\001.z A   192.0.2.4
      *.z    A   192.0.2.5
      \\200.z A   192.0.2.6
      yljkjljk.a A 192.0.2.7
    `);
    expect(dump(version).map((line) => line.split(' ').slice(0, 5).join(' '))).toEqual([
      'example. 3600 IN SOA ns.example.',
      'example. 300 IN NS ns.example.',
      'a.example. 300 IN A 192.0.2.1',
      'a.example. 300 IN A 192.0.2.2',
      'a.example. 300 IN TXT "x"',
      'yljkjljk.a.example. 300 IN A 192.0.2.7',
      'z.a.example. 300 IN A 192.0.2.9',
      'Z.example. 300 IN A 192.0.2.3',
      '\\001.z.example. 300 IN A 192.0.2.4',
      '*.z.example. 300 IN A 192.0.2.5',
      '\\200.z.example. 300 IN A 192.0.2.6',
    ]);
    expect(version.recordCount).toBe(11);
  });

  it('forEachRecord says the same as records()', () => {
    const version = zone('b.a A 192.0.2.1\nb.a TXT x\nc RRSIG A 8 2 300 20300101000000 20200101000000 1 example. AAAA');
    const seen: ResourceRecord[] = [];
    version.forEachRecord({
      add: (owner, ownerStart, ownerEnd, type, ttl, rdata, rdataStart, rdataEnd) =>
        seen.push({
          name: owner.slice(ownerStart, ownerEnd),
          type,
          class: 1,
          ttl,
          rdata: rdata.slice(rdataStart, rdataEnd),
        }),
    });
    expect(seen).toEqual([...version.records()]);
  });

  it('duplicates collapse, near and far (RFC 2181 5)', () => {
    const version = zone(
      'a A 192.0.2.1\na A 192.0.2.1\nb A 192.0.2.1\nA.example. A 192.0.2.1\na A 192.0.2.2\na A 192.0.2.1',
    );
    expect(version.recordCount).toBe(4);
    expect(version.rrset(name('a.example.'), TYPE.A)?.rdatas).toHaveLength(2);
  });

  it('rdata that differs in case is other rdata; the owner’s case is the first one’s', () => {
    const version = zone('Www NS a.\nwWW NS A.\nwww NS b.');
    expect(dump(version).slice(1)).toEqual([
      'Www.example. 300 IN NS A.',
      'Www.example. 300 IN NS a.',
      'Www.example. 300 IN NS b.',
    ]);
  });

  it('the lowest of different TTLs holds for the RRset, and the names are counted (RFC 2181 5.2)', () => {
    const builder = new ZoneBuilder(APEX);
    builder.addRecord(soa(1));
    for (const record of records('a 300 A 192.0.2.1\na 60 A 192.0.2.2\na 900 TXT x\nb 5 A 192.0.2.1\nb 5 A 192.0.2.2'))
      builder.addRecord(record);
    const version = unwrap(builder.finish());
    expect(builder.ttlConflicts).toBe(1);
    expect(version.rrset(name('a.example.'), TYPE.A)?.ttl).toBe(60);
    expect(version.rrset(name('a.example.'), TYPE.TXT)?.ttl).toBe(900);
  });

  it('a TTL with the top bit set is 0 (RFC 2181 8)', () => {
    const builder = new ZoneBuilder(APEX);
    builder.addRecord(soa(1));
    builder.addRecord({ ...records('a A 192.0.2.1')[0], ttl: 0x8000_0000 });
    builder.addRecord({ ...records('b A 192.0.2.1')[0], ttl: 0x7fff_ffff });
    const version = unwrap(builder.finish());
    expect(version.rrset(name('a.example.'), TYPE.A)?.ttl).toBe(0);
    expect(version.rrset(name('b.example.'), TYPE.A)?.ttl).toBe(0x7fff_ffff);
  });

  it('RRSIGs keep the TTLs of what they cover (RFC 4034 3)', () => {
    const rrsig = (type: string, ttl: number) =>
      `a ${ttl} RRSIG ${type} 8 2 ${ttl} 20300101000000 20200101000000 1 example. AAAA`;
    const version = zone(`${rrsig('TXT', 60)}\n${rrsig('A', 300)}`);
    expect(version.rrsets(name('a.example.')).map(({ type, ttl }) => [type, ttl])).toEqual([
      [TYPE.RRSIG, 300],
      [TYPE.RRSIG, 60],
    ]);
    expect(version.rrset(name('a.example.'), TYPE.RRSIG)).toMatchObject({ ttl: 60, rdatas: [{}, {}] });
  });

  it('names of 255 octets, 127 labels, and any octets', () => {
    const deep = `${'a.'.repeat(123)}example.`;
    const long = `${'l'.repeat(63)}.${'m'.repeat(63)}.${'n'.repeat(63)}.${'o'.repeat(53)}.example.`;
    expect(name(deep)).toHaveLength(255);
    expect(name(long)).toHaveLength(255);
    const version = zone(`${deep} A 192.0.2.1\n${long} A 192.0.2.2\n\\000\\001\\.\\255 A 192.0.2.3`);
    expect(version.rrset(name(deep), TYPE.A)).toBeDefined();
    expect(version.rrset(name(long.toUpperCase()), TYPE.A)).toBeDefined();
    expect(version.rrset(name('\\000\\001\\.\\255.example.'), TYPE.A)).toBeDefined();
    expect(version.nameCount).toBe(1 + 123 + 4 + 1);
    expect(verifyImage(version.layers[0]).ok).toBe(true);
  });

  it('unknown types and empty rdata', () => {
    const version = zone('a TYPE65280 \\# 3 010203\na TYPE65281 \\# 0');
    expect(dump(version).slice(1)).toEqual([
      'a.example. 300 IN TYPE65280 \\# 3 010203',
      'a.example. 300 IN TYPE65281 \\# 0',
    ]);
  });
});

describe('what cannot be in a zone is refused', () => {
  const cases: [string, () => ResourceRecord[]][] = [
    ['zone-no-soa', () => records('a A 192.0.2.1')],
    ['zone-two-soas', () => [soa(1), soa(2)]],
    ['zone-soa-not-at-apex', () => [soa(1), ...records('a SOA ns h 1 2 3 4 5')]],
    ['zone-owner-outside', () => [soa(1), ...records('example.test. A 192.0.2.1')]],
    ['zone-owner-outside', () => [soa(1), ...records('xexample. A 192.0.2.1')]],
    ['zone-owner-outside', () => [soa(1), ...records('test. A 192.0.2.1')]],
    ['zone-owner-outside', () => [soa(1), ...records('. A 192.0.2.1')]],
    ['zone-meta-type', () => [soa(1), { ...records('a A 192.0.2.1')[0], type: TYPE.ANY }]],
    ['zone-meta-type', () => [soa(1), { ...records('a A 192.0.2.1')[0], type: TYPE.OPT }]],
    ['rrsig-malformed', () => [soa(1), { ...records('a A 192.0.2.1')[0], type: TYPE.RRSIG }]],
    ['soa-malformed', () => [{ ...soa(1), rdata: new Uint8Array(5) }]],
    ['zone-bad-name', () => [soa(1), { ...records('a A 192.0.2.1')[0], name: Uint8Array.of(64, 1, 2, 0) }]],
    ['zone-bad-name', () => [soa(1), { ...records('a A 192.0.2.1')[0], name: Uint8Array.of(5, 1, 2) }]],
  ];
  it.each(cases)('%s', (code, list) => {
    const builder = new ZoneBuilder(APEX);
    for (const record of list()) builder.addRecord(record);
    expect(builder.finish()).toMatchObject({ ok: false, error: { code } });
  });

  it('the first problem is known at once and stays', () => {
    const builder = new ZoneBuilder(APEX);
    builder.addRecord(soa(1));
    expect(builder.problem).toBeUndefined();
    builder.addRecord(records('a.test. A 192.0.2.1')[0]);
    expect(builder.problem).toEqual({
      code: 'zone-owner-outside',
      message: 'a.test. is not in the zone example.',
    });
    builder.addRecord({ ...records('a A 192.0.2.1')[0], type: TYPE.ANY });
    expect(builder.finish()).toMatchObject({ ok: false, error: { code: 'zone-owner-outside' } });
  });

  it('a builder that has finished takes no more, and does not disturb the next one', () => {
    const builder = new ZoneBuilder(APEX);
    builder.addRecord(soa(1));
    const version = unwrap(builder.finish());
    const next = new ZoneBuilder(APEX);
    next.addRecord(soa(2));
    builder.addRecord(records('a A 192.0.2.1')[0]);
    expect(builder.finish()).toMatchObject({ ok: false, error: { code: 'builder-used-up' } });
    expect(unwrap(next.finish())).toMatchObject({ serial: 2, recordCount: 1 });
    expect(version).toMatchObject({ serial: 1, recordCount: 1 });
  });

  it('a sibling of the apex is outside, though only its first label differs', () => {
    const builder = new ZoneBuilder(name('a.test.'));
    builder.addRecord({ ...soa(1), name: name('a.test.') });
    builder.addRecord(records('b.test. A 192.0.2.1')[0]);
    expect(builder.problem?.code).toBe('zone-owner-outside');
  });

  it('65,535 records in an RRset are taken in any order, one more is not', () => {
    const many = (count: number, step: number) => {
      const builder = new ZoneBuilder(APEX);
      builder.addRecord(soa(1));
      for (let i = 0; i < count; i++) {
        const n = (i * step) % count;
        builder.addRecord({
          name: name('a.example.'),
          type: 1,
          class: 1,
          ttl: 1,
          rdata: Uint8Array.of(0, n >>> 16, n >>> 8, n),
        });
      }
      return builder.finish();
    };
    const message = 'an RRset of a.example. has more than 65535 records';
    for (const step of [1, 7919]) {
      expect(unwrap(many(65_535, step)).recordCount).toBe(65_536);
      expect(many(65_536, step)).toEqual({ ok: false, error: { code: 'rrset-too-large', message } });
    }
  });

  it('an RRset that is too large in several parts is told with its owner', () => {
    const builder = new ZoneBuilder(APEX);
    builder.addRecord(soa(1));
    const [z, other] = records('Z A 192.0.2.1\nb A 192.0.2.1');
    for (let n = 0; n < 65_536; n++) {
      builder.addRecord({ ...z, rdata: Uint8Array.of(0, n >>> 16, n >>> 8, n) });
      if (n % 1000 === 0) builder.addRecord(other);
    }
    expect(builder.finish()).toEqual({
      ok: false,
      error: { code: 'rrset-too-large', message: 'an RRset of Z.example. has more than 65535 records' },
    });
  });

  it('two SOAs that differ in case only: the message says so', () => {
    const both = (second: string) => {
      const builder = new ZoneBuilder(APEX);
      for (const record of records(`@ SOA ns h 1 2 3 4 5\n@ SOA ${second}`)) builder.addRecord(record);
      const built = builder.finish();
      return built.ok ? '' : `${built.error.code}: ${built.error.message}`;
    };
    expect(both('NS h 1 2 3 4 5')).toMatch(/^zone-two-soas: .* differ in upper and lower case of their names only/);
    expect(both('NS h 2 2 3 4 5')).toBe('zone-two-soas: the zone example. has 2 SOA records, it must have one');
    expect(both('ns h 1 2 3 4 5')).toBe('');
  });
});

describe('large zones', () => {
  const COUNT = 340_000;
  const add = (builder: ZoneBuilder, n: number, rdata: Uint8Array) => {
    const owner = new Uint8Array(20);
    const text = `host${n}`;
    owner[0] = text.length;
    for (let i = 0; i < text.length; i++) owner[i + 1] = text.charCodeAt(i);
    owner.set(APEX, text.length + 1);
    builder.add(owner, 0, text.length + 1 + APEX.length, TYPE.A, 300, rdata, 0, 4);
  };
  const large = (n: (i: number) => number): ZoneVersion => {
    const builder = new ZoneBuilder(APEX);
    builder.addRecord(soa(1));
    for (let i = 0; i < COUNT; i++) add(builder, n(i), Uint8Array.of(1, 2, 3, 4));
    return unwrap(builder.finish());
  };

  it('take at most 55 octets a record, in any order the same content', () => {
    const byText = Array.from({ length: COUNT }, (_, i) => i).sort((a, b) => (`${a}` < `${b}` ? -1 : 1));
    const sorted = large((i) => byText[i]);
    const unsorted = large((i) => i);
    const shuffled = large((i) => (i * 7919) % COUNT);
    for (const version of [sorted, unsorted, shuffled]) {
      expect(version.recordCount).toBe(COUNT + 1);
      expect(version.nameCount).toBe(COUNT + 1);
      expect(version.byteLength / COUNT).toBeLessThan(55);
      expect(version.layers[0].byteLength / COUNT).toBeLessThan(57);
      expect(verifyImage(version.layers[0])).toEqual({ ok: true, value: undefined });
    }
    expect(unsorted.digest()).toBe(sorted.digest());
    expect(shuffled.digest()).toBe(sorted.digest());
    expect(sorted.rrset(name('host12345.example.'), TYPE.A)?.rdatas).toEqual([Uint8Array.of(1, 2, 3, 4)]);
    expect(sorted.rrset(name(`host${COUNT}.example.`), TYPE.A)).toBeUndefined();
  });

  it('names that come back again and again are joined without waste', () => {
    const names = 5000;
    const builder = new ZoneBuilder(APEX);
    builder.addRecord(soa(1));
    for (let round = 0; round < 8; round++)
      for (let n = 0; n < names; n++) add(builder, n, Uint8Array.of(10, 0, 0, 8 - round));
    const version = unwrap(builder.finish());
    expect(version.recordCount).toBe(8 * names + 1);
    // 8 addresses of 6 octets, RRset and node headers, name, order and index.
    expect(version.byteLength / names).toBeLessThan(8 * 6 + 12 + 8 + 12 + 12);
    expect(version.rrset(name('host77.example.'), TYPE.A)?.rdatas.map((rdata) => rdata[3])).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8,
    ]);
    expect(verifyImage(version.layers[0]).ok).toBe(true);
  });

  it('a small zone takes little', () => {
    const version = zone('@ NS ns\nns A 192.0.2.1');
    expect(version.layers[0].byteLength).toBeLessThan(400);
  });
});

describe('hash flooding', () => {
  it('names made to collide under one seed get another one', () => {
    const seed = 4711;
    const text = collidingLabels(seed, 600)
      .map((label) => `${label} A 192.0.2.1`)
      .join('\n');
    const builder = new ZoneBuilder(APEX, { seed });
    builder.addRecord(soa(1));
    for (const record of records(text)) builder.addRecord(record);
    const version = unwrap(builder.finish());
    const header = new Int32Array(version.layers[0]);
    expect(header[H.seed]).not.toBe(seed);
    expect(header[H.longestProbe]).toBeLessThanOrEqual(MAX_PROBE);
    for (const record of records(text)) expect(version.hasName(record.name), recordToText(record)).toBe(true);
  });

  it('names that do not collide keep the seed given', () => {
    const builder = new ZoneBuilder(APEX, { seed: 4711 });
    builder.addRecord(soa(1));
    expect(new Int32Array(unwrap(builder.finish()).layers[0])[H.seed]).toBe(4711);
  });
});
