import { encodeMessage, type MessageDraft, name, parseRecords, TYPE } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { type Reply, readReply } from '../wire/read-reply.ts';
import type { Explanation } from './explanation.ts';
import { Judge, ownFault } from './judge.ts';
import { zoneFacts } from './zone-facts.ts';

const zone = zoneFacts('z.test.', 'z.test. 60 IN SOA ns.outside. h 1 2 3 4 5\nz.test. 60 IN NS ns.outside.\n');
const A = parseRecords('a.z.test. 60 IN A 192.0.2.1\na.z.test. 60 IN A 192.0.2.2');
const MORE = parseRecords('b.z.test. 60 IN A 192.0.2.3');

function reply(draft: Omit<MessageDraft, 'id'>): Reply {
  const question = [{ name: name('a.z.test.'), type: TYPE.A, class: 1 }];
  return readReply(encodeMessage({ id: 1, qr: true, aa: true, question, ...draft }));
}

function judged(ours: Reply, theirs: Reply | string, whole = ours, explanations: readonly Explanation[] = []) {
  const judge = new Judge(explanations);
  const facts = {
    peer: 'bind',
    qname: '',
    qtype: TYPE.A,
    transport: 'udp',
    dnssecOk: false,
    limit: 512,
    zone,
  } as const;
  const left = judge.judge({ ...facts, ours, whole, theirs });
  return { left: left.map((one) => ('side' in one ? `${one.what} ${one.side}` : one.what)), uses: judge.uses };
}

describe('what differs', () => {
  it('the order of records does not, their number does (RFC 2181 5)', () => {
    const ours = reply({ answer: A });
    expect(judged(ours, reply({ answer: [...A].reverse() })).left).toEqual([]);
    expect(judged(ours, reply({ answer: [...A, A[0]] })).left).toEqual(['answer theirs']);
    expect(judged(ours, reply({ answer: [A[0]] })).left).toEqual(['answer ours']);
  });

  it('TTL, section, RCODE, AA and EDNS do', () => {
    const ours = reply({ answer: A });
    const later = A.map((record) => ({ ...record, ttl: 61 }));
    expect(judged(ours, reply({ answer: later })).left).toHaveLength(4);
    expect(judged(ours, reply({ answer: [A[0]], authority: [A[1]] })).left).toEqual([
      'answer ours',
      'authority theirs',
    ]);
    const edns = { udpSize: 1232, version: 0, dnssecOk: false, extendedRcode: 0, options: [] };
    expect(judged(ours, reply({ answer: A, rcode: 3, aa: false, edns })).left).toEqual(['rcode', 'aa', 'opt']);
  });

  it('of a truncated answer the header only; ours is then held against theirs whole (RFC 2181 9)', () => {
    const cut = reply({ tc: true });
    expect(judged(reply({ answer: A }), cut).left).toEqual(['tc']);
    expect(judged(cut, reply({ answer: A }), reply({ answer: A })).left).toEqual(['tc']);
    expect(judged(cut, reply({ answer: MORE }), reply({ answer: A })).left).toHaveLength(4);
  });

  it('an answer that cannot be read is one difference', () => {
    expect(judged(reply({ answer: A }), 'the pointer at 12 does not point back').left).toEqual(['unreadable']);
  });

  it('an explanation lets its own record pass, and is counted once an answer', () => {
    const explanation: Explanation = {
      name: 'more',
      peers: ['bind'],
      explains: (difference) => difference.what === 'additional',
    };
    const { left, uses } = judged(
      reply({ answer: A }),
      reply({ answer: [A[0]], additional: [...MORE, ...MORE] }),
      undefined,
      [explanation],
    );
    expect(left).toEqual(['answer ours']);
    expect(uses.get('more')).toBe(1);
  });
});

describe('what no answer of ours may be (RFC 2181 9)', () => {
  const whole = reply({ answer: A, additional: MORE });

  it.each([
    ['cut without TC', reply({ answer: [A[0]] }), 512, /TC is not set/],
    ['TC without need', reply({ answer: A, tc: true }), 512, /would have fitted/],
    ['too long', whole, 40, /40 are allowed/],
    ['something of its own', reply({ answer: A, additional: A }), 512, /not there over TCP/],
    ['another RCODE', reply({ rcode: 3 }), 512, /over TCP/],
  ])('%s', (_what, ours, limit, fault) => {
    expect(ownFault(ours, whole, limit)).toMatch(fault);
  });

  it('additional data may be missing, and all where TC says so', () => {
    expect(ownFault(reply({ answer: A }), whole, 512)).toBeUndefined();
    expect(ownFault(reply({ tc: true }), whole, whole.bytes.length - 1)).toBeUndefined();
  });
});
