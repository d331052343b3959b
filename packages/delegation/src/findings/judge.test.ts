import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { at, facts, first, keySet, parent, second, server } from '../fixtures/facts.ts';
import type { DelegationFacts } from '../model.ts';
import { delegationDocument } from './document.ts';
import { judge, REPORT_BOUNDS } from './judge.ts';
import { networkOf } from './networks.ts';
import { DELEGATION_FINDINGS, type FindingName } from './registry.ts';

const NS1 = 'ns1.example.test.';
const NS2 = 'ns2.elsewhere.test.';
const silent = { kind: 'silent', why: 'no answer within 3 s' } as const;
const ns1Glue = (...addresses: string[]) => addresses.map((address) => ({ name: NS1, address }));
const hosts = (...ns1: string[]) => [
  { name: NS1, addresses: ns1 },
  { name: NS2, addresses: ['198.51.100.2'] },
];
const signed = keySet();
const other = keySet();
const unsigned = keySet({ signed: false });
const expired = keySet({ expires: Date.UTC(2025, 0, 1) });
const with2 = (more: Partial<DelegationFacts>, ds: readonly Uint8Array[], keys = signed) =>
  facts({
    parents: [parent({ ds: [...ds] })],
    servers: [
      { ...first, keys },
      { ...second, keys },
    ],
    ...more,
  });
const unknownDigest = Uint8Array.from([0, 1, 13, 200, ...new Uint8Array(32)]);

/** A delegation that is right but for one thing, and what it is about; as nearly the same, one that is right. */
const EXAMPLES: Readonly<
  Record<FindingName, readonly [bad: DelegationFacts, subject: string, good?: DelegationFacts]>
> = {
  'parent-not-found': [facts({ parents: [], parent: undefined, parentProblem: 'resolver: timeout' }), 'example.test.'],
  'parent-unreachable': [facts({ parents: [parent(), parent(silent, '203.0.113.2')] }), '203.0.113.2'],
  'parent-lame': [
    facts({ parents: [parent(), parent({ kind: 'lame', why: 'REFUSED' }, '203.0.113.2')] }),
    '203.0.113.2',
  ],
  'parent-holds-zone': [
    facts({ parents: [parent({ holdsZone: true, glue: [] })] }),
    '203.0.113.1',
    facts({ parents: [parent()] }),
  ],
  'not-delegated': [facts({ parents: [parent({ kind: 'no-delegation', why: 'NXDOMAIN' })] }), 'example.test.'],
  'ns-missing-at-parent': [
    facts({
      servers: [server({ ns: [NS1, NS2, 'ns3.other.test.'] }), { ...second, ns: [NS1, NS2, 'ns3.other.test.'] }],
    }),
    'ns3.other.test.',
  ],
  'ns-extra-at-parent': [facts({ servers: [server({ ns: [NS1] }), { ...second, ns: [NS1] }] }), NS2],
  'ns-differs-between-parents': [
    facts({
      parents: [parent(), parent({ ns: [NS1] }, '203.0.113.2')],
      servers: [
        { ...first, ns: undefined },
        { ...second, ns: undefined },
      ] as never,
    }),
    'example.test.',
  ],
  'ns-differs-between-servers': [facts({ servers: [first, { ...second, ns: [NS1] }] }), 'example.test.'],
  lame: [
    facts({
      servers: [
        first,
        {
          ...second,
          ns: undefined,
          ...at(7),
          udp: { ...first.udp, authoritative: false } as never,
          tcp: { ...first.tcp, authoritative: false } as never,
        },
      ] as never,
    }),
    `${NS2} 198.51.100.2`,
  ],
  'unreachable-udp': [facts({ servers: [first, { ...second, udp: silent }] }), `${NS2} 198.51.100.2`],
  'unreachable-tcp': [facts({ servers: [first, { ...second, tcp: silent }] }), `${NS2} 198.51.100.2`],
  'ns-is-cname': [
    facts({
      hosts: [
        { name: NS1, addresses: ['192.0.2.1'] },
        { name: NS2, addresses: ['198.51.100.2'], alias: 'real.elsewhere.test.' },
      ],
    }),
    NS2,
  ],
  'ns-has-no-address': [
    facts({
      hosts: [
        { name: NS1, addresses: ['192.0.2.1'] },
        { name: NS2, addresses: [] },
      ],
      parents: [parent({ glue: [...ns1Glue('192.0.2.1'), { name: NS2, address: '198.51.100.2' }] })],
    }),
    NS2,
  ],
  'address-unknown': [
    facts({
      hosts: [
        { name: NS1, addresses: ['192.0.2.1'] },
        { name: NS2, addresses: undefined },
      ],
    }),
    NS2,
  ],
  'glue-missing': [facts({ parents: [parent({ glue: [] })] }), NS1],
  'glue-wrong': [facts({ parents: [parent({ glue: ns1Glue('192.0.2.9') })] }), `${NS1} A`],
  'glue-incomplete': [
    facts({ hosts: hosts('192.0.2.1', '2001:db8::1') }),
    `${NS1} AAAA`,
    facts({
      hosts: hosts('192.0.2.1', '2001:db8::1'),
      parents: [parent({ glue: ns1Glue('192.0.2.1', '2001:db8::1') })],
    }),
  ],
  'glue-extra': [facts({ parents: [parent({ glue: ns1Glue('192.0.2.1', '2001:db8::1') })] }), `${NS1} AAAA`],
  'glue-differs-between-parents': [
    facts({
      parents: [
        parent({ glue: ns1Glue('192.0.2.1', '192.0.2.3') }),
        parent({ glue: ns1Glue('192.0.2.3') }, '203.0.113.2'),
      ],
      hosts: hosts('192.0.2.1', '192.0.2.3'),
    }),
    NS1,
  ],
  'serial-differs': [
    facts({ servers: [first, { ...second, ...at(6) }] }),
    `${NS2} 198.51.100.2`,
    facts({
      servers: [
        { ...first, ...at(0) },
        { ...second, ...at(0) },
      ],
    }),
  ],
  'fewer-than-two': [
    facts({
      parents: [parent({ ns: [NS1] })],
      hosts: [{ name: NS1, addresses: ['192.0.2.1'] }],
      servers: [server({ ns: [NS1] })],
    }),
    'example.test.',
  ],
  'one-network': [
    facts({
      hosts: [
        { name: NS1, addresses: ['192.0.2.1'] },
        { name: NS2, addresses: ['192.0.2.200'] },
      ],
    }),
    'example.test.',
    facts({
      hosts: [
        { name: NS1, addresses: ['192.0.2.1'] },
        { name: NS2, addresses: ['192.0.3.1'] },
      ],
    }),
  ],
  'secondary-not-delegated': [
    facts({
      secondaries: [
        { id: 'fra', addresses: ['192.0.2.1'] },
        { id: 'sin', addresses: ['198.51.100.2'] },
        { id: 'hidden', addresses: ['10.0.0.1'] },
      ],
    }),
    'hidden',
    facts({
      secondaries: [
        { id: 'fra', addresses: ['10.0.0.1', '192.0.2.1'] },
        { id: 'sin', addresses: ['198.51.100.2'] },
      ],
    }),
  ],
  'delegated-not-configured': [
    facts({ secondaries: [{ id: 'fra', addresses: ['192.0.2.1'] }] }),
    `${NS2} 198.51.100.2`,
    facts({ secondaries: [{ id: 'fra', addresses: ['192.0.2.1'] }], own: ['198.51.100.2'] }),
  ],
  'ds-missing': [with2({}, []), 'example.test.', with2({}, [signed.ds])],
  'ds-mismatch': [
    with2({ servers: [{ ...first, keys: signed }] }, [other.ds]),
    `${NS1} 192.0.2.1`,
    with2({ servers: [{ ...first, keys: signed }] }, [signed.ds]),
  ],
  'ds-without-key': [with2({}, [signed.ds, other.ds]), ''],
  'ds-unsupported': [with2({}, [unknownDigest]), 'example.test.'],
  'ds-differs-between-parents': [
    with2({ parents: [parent({ ds: [signed.ds] }), parent({ ds: [] }, '203.0.113.2')] }, []),
    'example.test.',
  ],
  'dnskey-missing': [with2({ servers: [{ ...first, keys: signed }, second] }, [signed.ds]), `${NS2} 198.51.100.2`],
  'dnskey-not-signed': [
    with2({ servers: [{ ...first, keys: unsigned }] }, [unsigned.ds], unsigned),
    `${NS1} 192.0.2.1`,
  ],
  'dnskey-differs': [
    with2(
      {
        servers: [
          { ...first, keys: signed },
          { ...second, keys: { ...signed, keys: [...signed.keys, other.keys[0]], signatures: signed.signatures } },
        ],
      },
      [],
    ),
    'example.test.',
  ],
  'check-incomplete': [facts({ cut: [{ limit: 'time', message: 'the check ended after 60 s' }] }), 'time'],
};

/** What cannot come alone. */
const BESIDE: Partial<Record<FindingName, readonly FindingName[]>> = {
  'not-delegated': [],
  'dnskey-differs': ['ds-missing'],
};

const codes = (of: DelegationFacts) => [...new Set(judge(of).findings.map(({ code }) => code))];

describe('every finding', () => {
  it('there is none where all is well', () => {
    expect(judge(facts()).findings).toEqual([]);
    expect(judge(facts()).state).toBe('fine');
  });

  it.each(Object.entries(EXAMPLES))('%s is found, and it alone', (code, [bad, subject]) => {
    expect(codes(bad).sort()).toEqual([code, ...(BESIDE[code as FindingName] ?? [])].sort());
    const found = judge(bad).findings.find((one) => one.code === code)!;
    if (subject !== '') expect(found.subject).toBe(subject);
    expect(found.severity).toBe(DELEGATION_FINDINGS[code as FindingName].severity);
    expect(found.message.length).toBeGreaterThan(20);
    expect(found.advice.length).toBeGreaterThan(20);
  });

  const near = Object.entries(EXAMPLES).filter(([, [, , good]]) => good !== undefined);
  it.each(near)('%s does not cry wolf over what is nearly the same', (code, [, , good]) => {
    expect(codes(good!)).not.toContain(code);
  });
});

describe('what to enter at the registrar', () => {
  const enter = (of: DelegationFacts, code: FindingName) => judge(of).findings.find((one) => one.code === code)?.enter;

  it('names, addresses and DS lines, exactly', () => {
    expect(enter(EXAMPLES['ns-missing-at-parent'][0], 'ns-missing-at-parent')).toEqual(['NS ns3.other.test.']);
    expect(enter(EXAMPLES['glue-wrong'][0], 'glue-wrong')).toEqual(['glue ns1.example.test. A 192.0.2.1']);
    const [line] = enter(EXAMPLES['ds-missing'][0], 'ds-missing')!;
    const digest = Buffer.from(signed.ds.subarray(4)).toString('hex');
    expect(line.toLowerCase()).toBe(`ds ${signed.ds[0] * 256 + signed.ds[1]} 13 2 ${digest}`);
  });

  it('the whole of it, by what the zone says', () => {
    const { registrar } = judge(with2({ hosts: hosts('192.0.2.1', '2001:db8::1') }, [signed.ds]));
    expect(registrar.ns).toEqual([NS1, NS2]);
    expect(registrar.glue).toEqual(ns1Glue('192.0.2.1', '2001:db8::1'));
    expect(registrar.ds).toHaveLength(1);
  });
});

describe('what counts as the truth', () => {
  it('the primary, before any name server', () => {
    const primary = server({ name: 'primary', address: '10.0.0.1', ns: [NS1, NS2, 'ns3.other.test.'] });
    expect(codes(facts({ primary }))).toContain('ns-missing-at-parent');
  });

  it('else the newest serial (RFC 1982 3.2)', () => {
    const old = { ...first, ...at(0xffff_fff0), ns: [NS1] };
    const report = judge(facts({ servers: [old, { ...second, ...at(3) }] }));
    expect(report.findings.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
      `serial-differs ${NS1} 192.0.2.1`,
    ]);
    expect(report.findings[0].message).toContain('behind');
  });

  it('a server ahead of the primary is told as ahead (RFC 1982 3.2)', () => {
    const report = judge(facts({ primary: server({ name: 'primary', address: '10.0.0.1', ...at(6) }) }));
    expect(report.findings.map(({ message }) => message.includes('ahead of'))).toEqual([true, true]);
  });
});

describe('DNSKEY signatures (RFC 4035 5.3.1)', () => {
  it('an expired one vouches for nothing', () => {
    const found = judge(with2({}, [expired.ds], expired)).findings;
    expect(found.map(({ code }) => code)).toEqual(['dnskey-not-signed', 'dnskey-not-signed']);
    expect(found[0].message).toContain('expired at 2025-01-02');
  });
});

it('hostile answers make no report without end', () => {
  const long = `${'a'.repeat(63)}.`.repeat(3);
  const ns = Array.from({ length: 200 }, (_, i) => `n${i}.${long}`);
  const parents = Array.from({ length: 40 }, (_, i) => parent({ ns: ns.slice(i) }, `203.0.113.${i}`));
  const { findings } = judge(facts({ parents }));
  expect(findings).toHaveLength(REPORT_BOUNDS.findings);
  const longest = Math.max(...findings.flatMap(({ seen, message }) => [...seen, message].map(({ length }) => length)));
  expect(longest).toBe(REPORT_BOUNDS.octets + 1);
  expect(Math.max(...findings.map(({ seen }) => seen.length))).toBe(REPORT_BOUNDS.lines + 1);
});

it('a network is a /24 or a /48', () => {
  expect(networkOf('192.0.2.77')).toBe('192.0.2.0/24');
  expect(networkOf('2001:db8:7:1::9')).toBe('2001:db8:7::/48');
});

it('docs/delegation.md says what the registry says (write it: node packages/cli/src/write-generated.ts)', () => {
  const document = readFileSync(new URL('../../../../docs/delegation.md', import.meta.url), 'utf8');
  expect(document).toBe(delegationDocument());
  for (const { explanation } of Object.values(DELEGATION_FINDINGS)) expect(document).toContain(explanation);
});
