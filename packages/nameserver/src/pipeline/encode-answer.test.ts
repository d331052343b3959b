import { decodeMessage, MessageWriter, type Name, name, nameToText, TYPE, unwrap } from '@zonewire/shared-protocol';
import { LookupResult, type RRsetList } from '@zonewire/zone';
import { describe, expect, it } from 'vitest';
import { encodeAnswer } from './encode-answer.ts';

const QNAME = name('WWW.Example.TEST.');

interface Shape {
  readonly type: number;
  readonly rdatas: readonly Uint8Array[];
  readonly ttl?: number;
  /** A suffix of the query name by offset, or a name of its own. */
  readonly owner: number | Name;
}

function put(list: RRsetList, { type, rdatas, ttl, owner }: Shape): void {
  const ref = list.take()!;
  const bytes: number[] = [99, 99];
  for (const rdata of rdatas) bytes.push(rdata.length >> 8, rdata.length & 255, ...rdata);
  ref.type = type;
  ref.ttl = ttl ?? 60;
  ref.count = rdatas.length;
  ref.bytes = Uint8Array.from(bytes);
  ref.start = 2;
  ref.end = bytes.length;
  ref.ownerInQname = typeof owner === 'number' ? owner : -1;
  if (typeof owner !== 'number') {
    ref.owner = Uint8Array.from([7, ...owner]);
    ref.ownerStart = 1;
    ref.ownerEnd = owner.length + 1;
  }
}

function encode(result: LookupResult, limit: number) {
  const writer = new MessageWriter(new Uint8Array(4096));
  writer.begin(1, 0x8000);
  writer.limit = limit;
  writer.question(QNAME, TYPE.A, 1);
  const complete = encodeAnswer(writer, result);
  const length = writer.finish();
  expect(length).toBeLessThanOrEqual(limit);
  return { complete, length, message: unwrap(decodeMessage(writer.buffer.subarray(0, length))), bytes: writer.buffer };
}

const a = (i: number) => Uint8Array.of(192, 0, 2, i);

describe('encodeAnswer', () => {
  it('writes sections in order, owners as pointers into the question with the case the client used', () => {
    const result = new LookupResult();
    put(result.answer, { type: TYPE.A, rdatas: [a(1), a(2)], owner: 0 });
    put(result.authority, { type: TYPE.NS, rdatas: [name('ns1.example.test.')], owner: 4 });
    put(result.additional, { type: TYPE.A, rdatas: [a(3)], owner: name('ns1.example.test.') });
    const { complete, length, message, bytes } = encode(result, 512);
    expect(complete).toBe(true);
    expect(message.answer.map((r) => nameToText(r.name))).toEqual(['WWW.Example.TEST.', 'WWW.Example.TEST.']);
    expect(nameToText(message.authority[0].name)).toBe('Example.TEST.');
    // The name server's name is compressed against the question, whatever its case (RFC 1035 4.1.4).
    expect(nameToText(message.authority[0].rdata).toLowerCase()).toBe('ns1.example.test.');
    expect(nameToText(message.additional[0].name).toLowerCase()).toBe('ns1.example.test.');
    expect([...bytes.subarray(34, 36)]).toEqual([0xc0, 12]);
    expect(length).toBe(12 + 22 + 16 + 16 + (12 + 6) + 16);
  });

  it('the root as owner is written out', () => {
    const result = new LookupResult();
    put(result.authority, { type: TYPE.NS, rdatas: [name('a.')], owner: QNAME.length - 1 });
    const { message, length } = encode(result, 512);
    expect(nameToText(message.authority[0].name)).toBe('.');
    expect(length).toBe(34 + 11 + 3);
  });

  it('an RRset goes in whole or not at all, and TC is asked for (RFC 2181 9)', () => {
    const whole = 34 + 5 * 16;
    for (let limit = 34; limit <= whole + 20; limit++) {
      const result = new LookupResult();
      put(result.answer, { type: TYPE.A, rdatas: [1, 2, 3, 4, 5].map(a), owner: 0 });
      const { complete, message } = encode(result, limit);
      expect(complete).toBe(limit >= whole);
      expect(message.answer.length).toBe(limit >= whole ? 5 : 0);
    }
  });

  it('nothing follows an RRset that did not fit', () => {
    const result = new LookupResult();
    put(result.answer, { type: TYPE.CNAME, rdatas: [name('x.')], owner: 0 });
    put(result.answer, { type: TYPE.TXT, rdatas: [new Uint8Array(200).fill(1)], owner: name('x.') });
    put(result.authority, { type: TYPE.NS, rdatas: [name('a.')], owner: 4 });
    const { complete, message } = encode(result, 150);
    expect(complete).toBe(false);
    expect([message.answer.length, message.authority.length]).toEqual([1, 0]);
  });

  it('required glue that does not fit asks for TC, what fits of it stays (RFC 9471 3)', () => {
    const result = new LookupResult();
    put(result.authority, {
      type: TYPE.NS,
      rdatas: [name('ns1.sub.test.'), name('ns2.sub.test.')],
      owner: name('sub.test.'),
    });
    put(result.additional, { type: TYPE.TXT, rdatas: [new Uint8Array(300).fill(1)], owner: name('ns1.sub.test.') });
    put(result.additional, { type: TYPE.A, rdatas: [a(1)], owner: name('ns2.sub.test.') });
    result.requiredGlue = 2;
    const { complete, message } = encode(result, 300);
    expect(complete).toBe(false);
    expect(message.additional.map((r) => r.type)).toEqual([TYPE.A]);
  });

  it('other additional data is left out silently (RFC 2181 9)', () => {
    const result = new LookupResult();
    put(result.answer, { type: TYPE.MX, rdatas: [Uint8Array.of(0, 1, ...name('mail.test.'))], owner: 0 });
    put(result.additional, { type: TYPE.TXT, rdatas: [new Uint8Array(300).fill(1)], owner: name('mail.test.') });
    put(result.additional, { type: TYPE.A, rdatas: [a(1)], owner: name('mail.test.') });
    const { complete, message } = encode(result, 300);
    expect(complete).toBe(true);
    expect(message.additional.map((r) => r.type)).toEqual([TYPE.A]);
  });

  it('RRSIGs in the additional section do not go without what they sign (RFC 4035 3.1.1)', () => {
    const result = new LookupResult();
    const owner = name('mail.test.');
    const rrsig = new Uint8Array(40).fill(1);
    put(result.additional, { type: TYPE.A, rdatas: Array.from({ length: 20 }, (_, i) => a(i)), owner });
    put(result.additional, { type: TYPE.RRSIG, rdatas: [rrsig], owner });
    put(result.additional, { type: TYPE.AAAA, rdatas: [new Uint8Array(16)], owner });
    put(result.additional, { type: TYPE.RRSIG, rdatas: [rrsig], owner });
    const { complete, message } = encode(result, 200);
    expect(complete).toBe(true);
    expect(message.additional.map((r) => r.type)).toEqual([TYPE.AAAA, TYPE.RRSIG]);
  });

  it('an empty result is an empty answer', () => {
    expect(encode(new LookupResult(), 34).complete).toBe(true);
  });
});
