import { createHash } from 'node:crypto';
import { type Message, name, TYPE } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { NOTHING, octetsPerQuery } from '../fixtures/allocations.ts';
import { decode, edns, query, rcodeText } from '../fixtures/queries.ts';
import { offline, zoneVersion } from '../fixtures/zones.ts';
import { ZoneTable } from '../zone-table.ts';

const SIGNATURE = '300 20300101000000 20200101000000 1 s.test. AAAA';
const NAMES = ['s.test.', 'ns.s.test.', 'www.s.test.', 'wild.s.test.', '*.wild.s.test.', 'sub.s.test.'];

/** A zone with either chain; the signatures say nothing. */
function signedZone(denial: 'nsec' | 'nsec3'): string {
  const lines = [
    '$TTL 300',
    '@ SOA ns host 1 3600 600 86400 60',
    '@ NS ns',
    '@ DNSKEY 257 3 13 AAAA',
    'ns A 192.0.2.1',
    'www A 192.0.2.2',
    '*.wild A 192.0.2.3',
    'sub NS ns',
    ...['@ RRSIG SOA', '@ RRSIG NS', '@ RRSIG DNSKEY', 'ns RRSIG A', 'www RRSIG A'].map(
      (one) => `${one} 13 2 ${SIGNATURE}`,
    ),
    `*.wild RRSIG A 13 3 ${SIGNATURE}`,
  ];
  const chain =
    denial === 'nsec'
      ? ['s.test.', 'ns.s.test.', 'sub.s.test.', '*.wild.s.test.', 'www.s.test.'].map((owner) => ({
          owner,
          key: owner,
        }))
      : NAMES.map((owner) => ({ owner: `${hash(owner)}.s.test.`, key: hash(owner) })).sort((a, b) =>
          a.key < b.key ? -1 : 1,
        );
  if (denial === 'nsec3') lines.push('@ NSEC3PARAM 1 0 0 -');
  chain.forEach(({ owner }, i) => {
    const next = chain[(i + 1) % chain.length].key;
    lines.push(`${owner} ${denial.toUpperCase()} ${denial === 'nsec' ? '' : '1 0 0 - '}${next} A`);
    lines.push(`${owner} RRSIG ${denial.toUpperCase()} 13 3 ${SIGNATURE}`);
  });
  return `${lines.join('\n')}\n`;
}

function hash(owner: string): string {
  const bits = [...createHash('sha1').update(name(owner)).digest()].map((octet) => octet.toString(2).padStart(8, '0'));
  return bits.join('').replace(/.{5}/g, (five) => Number.parseInt(five, 2).toString(32));
}

const servers = Object.fromEntries(
  (['nsec', 'nsec3'] as const).map((denial) => {
    const table = new ZoneTable();
    const version = zoneVersion('s.test.', signedZone(denial));
    table.add({ apex: name('s.test.'), version, acl: [], role: 'primary', handler: {} });
    return [denial, offline(table)];
  }),
);

describe.each(['nsec', 'nsec3'] as const)('a zone signed with %s', (denial) => {
  const { ask, pipeline, counters } = servers[denial];
  const answer = (owner: string, type: string, more = {}): Message =>
    decode(ask(query(`${owner}s.test.`, type, { edns: edns({ dnssecOk: true }), ...more })) as Uint8Array);
  const types = (message: Message) => message.authority.map((record) => record.type);
  const proof = denial === 'nsec' ? TYPE.NSEC : TYPE.NSEC3;

  it.each([
    ['nothing.', 'A', 'NXDOMAIN'],
    ['www.', 'TXT', 'NOERROR'],
    ['x.wild.', 'A', 'NOERROR'],
    ['x.wild.', 'TXT', 'NOERROR'],
    ['www.sub.', 'A', 'NOERROR'],
  ])(
    '%ss.test. %s: the proof is in the message, its owners readable, and nothing is counted as missing (RFC 4035 3.1.3)',
    (owner, type, rcode) => {
      const message = answer(owner, type);
      expect(rcodeText(message)).toBe(rcode);
      expect(types(message)).toContain(proof);
      const proofs = message.authority.filter((record) => record.type === proof);
      const signatures = message.authority.filter(
        (record) => record.type === TYPE.RRSIG && ((record.rdata[0] << 8) | record.rdata[1]) === proof,
      );
      expect(signatures.map((record) => record.name)).toEqual(proofs.map((record) => record.name));
      expect(counters).toMatchObject({ denialMissing: 0, denialCostly: 0 });
    },
  );

  it('without DO there is neither proof nor signature (RFC 3225 3, RFC 4035 3.1)', () => {
    expect(types(answer('nothing.', 'A', { edns: edns() }))).toEqual([TYPE.SOA]);
    expect(types(answer('nothing.', 'A', { edns: undefined }))).toEqual([TYPE.SOA]);
  });

  it('AD and CD are clear in answers, DO is as it was asked (RFC 4035 3.1.6, RFC 3225 3)', () => {
    expect(answer('nothing.', 'A', { ad: true, cd: true })).toMatchObject({
      ad: false,
      cd: false,
      edns: { dnssecOk: true },
    });
    expect(answer('www.', 'A', { cd: true })).toMatchObject({ ad: false, cd: false });
  });

  it('a proof that does not fit is no reason to leave it out silently: TC (RFC 4035 3.1)', () => {
    const long = answer(`${'x'.repeat(63)}.${'y'.repeat(63)}.${'z'.repeat(63)}.nothing.`, 'A', {
      edns: edns({ dnssecOk: true, udpSize: 512 }),
    });
    expect(long.tc).toBe(denial === 'nsec3');
  });

  it('a query with DO allocates nothing', () => {
    for (const [owner, type] of [
      ['nothing.', 'A'],
      ['a.nothing.', 'A'],
      ['www.', 'A'],
      ['www.', 'TXT'],
      ['x.wild.', 'A'],
      ['x.wild.', 'TXT'],
      ['a.sub.', 'A'],
      ['sub.', 'DS'],
    ])
      expect(
        octetsPerQuery(pipeline, query(`${owner}s.test.`, type, { edns: edns({ dnssecOk: true }) })),
        `${owner} ${type}`,
      ).toBeLessThan(NOTHING);
  }, 120_000);
});
