import type { DnsExchange, RemoteAddress } from '@zonewire/nameserver';
import {
  CLASS,
  fail,
  type MessageDraft,
  name,
  nameToText,
  type Question,
  RCODE,
  ROOT,
  TYPE,
} from '@zonewire/shared-protocol';
import { FakeClock } from '@zonewire/testkit';
import { describe, expect, it } from 'vitest';
import { checkDelegation } from '../check.ts';
import { type Answer, network, record, referral } from '../fixtures/network.ts';
import { DEFAULT_DELEGATION_LIMITS } from '../limits.ts';

/** What servers answer that mean ill; nothing of it may cost more than the limits or be believed beyond their zone. */

async function check(answer: Answer, limits = DEFAULT_DELEGATION_LIMITS) {
  const net = network(answer);
  const sources = {
    resolvers: [],
    parents: [{ zone: ROOT, addresses: [{ host: '192.0.2.53', port: 53 }] }],
    port: 53,
    settle: 0,
  };
  const ports = { client: net.client, clock: new FakeClock(), limits };
  const report = await checkDelegation(name('example.test.'), sources, ports);
  return { report, codes: new Set(report.findings.map(({ code }) => code)), ...net };
}

describe('referrals', () => {
  it('two zones whose servers are named in each other: an end, and few questions', async () => {
    const { codes, count } = await check(({ name: asked }) => {
      const text = nameToText(asked);
      if (text.endsWith('a.')) return referral('a.', ['ns.b.']);
      if (text.endsWith('b.')) return referral('b.', ['ns.a.']);
      return referral('test.', ['ns.a.', 'ns.b.']);
    });
    expect(codes).toContain('parent-not-found');
    expect(codes).toContain('check-incomplete');
    expect(count()).toBeLessThanOrEqual(DEFAULT_DELEGATION_LIMITS.questions);
  });

  it('a new name at every step: no more questions than the limit', async () => {
    let nth = 0;
    const limits = { ...DEFAULT_DELEGATION_LIMITS, questions: 50 };
    const { count } = await check(({ name: asked }) => {
      const owner = nameToText(asked);
      return referral(
        owner,
        [`n${nth++}.${owner}`, `n${nth++}.x${nth}.`].map((text) => text),
      );
    }, limits);
    expect(count()).toBeLessThanOrEqual(50);
  });

  it('upwards and sideways they are not followed', async () => {
    for (const zone of ['.', 'other.']) {
      const glue = [record('ns.evil.', TYPE.A, '192.0.2.66')];
      const { asked, codes } = await check(() => referral(zone, ['ns.evil.'], glue));
      expect([...asked]).toEqual(['192.0.2.53']);
      expect(codes).toContain('parent-not-found');
    }
  });

  it('glue is believed only within the zone of the server that gives it (RFC 2181 5.4.1)', async () => {
    const { asked } = await check(({ name: owner }, { host }) => {
      if (host === '192.0.2.53')
        return nameToText(owner) === 'test.'
          ? referral('test.', ['ns.test.'], [record('ns.test.', TYPE.A, '192.0.2.1')])
          : { rcode: RCODE.NXDOMAIN, aa: true };
      const glue = [record('ns.bank.', TYPE.A, '192.0.2.66'), record('ns.example.test.', TYPE.A, '192.0.2.2')];
      return referral('example.test.', ['ns.bank.', 'ns.example.test.'], glue);
    });
    expect(asked).toContain('192.0.2.2');
    expect(asked).not.toContain('192.0.2.66');
  });
});

const parentOf = (child: Partial<MessageDraft>) => (question: Question, to: RemoteAddress) => {
  if (to.host === '192.0.2.53') return referral('test.', ['ns.test.'], [record('ns.test.', TYPE.A, '192.0.2.1')]);
  return to.host === '192.0.2.1' && question.type !== TYPE.DS ? child : { rcode: RCODE.REFUSED };
};

describe('one answer', () => {
  it('with a thousand name servers and addresses: the limits, and a finding that says so', async () => {
    const names = Array.from({ length: 1000 }, (_, i) => `n${i}.example.test.`);
    const glue = names.slice(0, 300).map((server, i) => record(server, TYPE.A, `198.51.${i >> 8}.${i & 255}`));
    const { report, codes, asked } = await check(parentOf(referral('example.test.', names, glue)));
    expect(codes).toContain('check-incomplete');
    expect(report.servers.length).toBeLessThanOrEqual(DEFAULT_DELEGATION_LIMITS.addresses);
    expect(asked.size).toBeLessThanOrEqual(DEFAULT_DELEGATION_LIMITS.addresses + 2);
  });

  it('with terminal escapes in a name: told with the escapes of zone files', async () => {
    const evil = '\\027[2Jns.example.test.';
    const { report } = await check(parentOf(referral('example.test.', [evil])));
    const text = JSON.stringify(report);
    expect(text).toContain('027[2jns.example.test.');
    expect(text).not.toContain('u001b');
  });

  it('with records of another owner, class or length: as if they were not there', async () => {
    const wrong = [
      record('other.test.', TYPE.NS, 'ns.other.test.'),
      { ...record('example.test.', TYPE.NS, 'ns.evil.'), class: CLASS.CH },
    ];
    const { report } = await check(parentOf({ authority: wrong }));
    expect(report.registrar.ns).toEqual([]);
  });
});

it('a network in which every answer takes for ever: the check ends in its time', async () => {
  const clock = new FakeClock();
  const exchange: DnsExchange['exchange'] = (_, __, { timeout }) =>
    new Promise((resolve) => clock.setTimeout(() => resolve(fail('timeout', 'no reply')), timeout));
  const parents = [
    { zone: ROOT, addresses: Array.from({ length: 50 }, (_, i) => ({ host: `192.0.2.${i}`, port: 53 })) },
  ];
  const sources = { resolvers: [], parents, port: 53, settle: 0 };
  const begun = clock.now();
  const limits = { ...DEFAULT_DELEGATION_LIMITS, time: 5_000 };
  const report = checkDelegation(name('a.b.c.example.test.'), sources, { client: { exchange }, clock, limits });
  let isOver = false;
  void report.then(() => {
    isOver = true;
  });
  expect(await clock.advanceUntil(() => isOver, 60_000)).toBe(true);
  expect(clock.now() - begun).toBeLessThanOrEqual(5_001);
  expect((await report).findings.map(({ subject }) => subject)).toContain('time');
});
