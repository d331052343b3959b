import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeMessage } from '../message/decode.ts';
import { FLAG } from '../message/header.ts';
import { name } from '../name/name.ts';
import type { ResourceRecord } from '../record/record.ts';
import { a, ID, interpret, record, soa, ZONE } from './fixtures/answers.ts';
import { TRANSFER_MESSAGE_SIZE, TransferWriter, type TransferWriterOptions } from './writer.ts';

function pack(
  records: readonly ResourceRecord[],
  options: Partial<TransferWriterOptions> = {},
): { messages: Uint8Array[]; writer: TransferWriter } {
  const messages: Uint8Array[] = [];
  const writer = new TransferWriter({
    id: ID,
    question: { name: ZONE, type: 252, class: 1 },
    flags: FLAG.QR | FLAG.AA,
    onMessage: (message) => messages.push(message),
    ...options,
  });
  for (const { name: owner, type, ttl, rdata } of records)
    writer.add(owner, 0, owner.length, type, ttl, rdata, 0, rdata.length);
  writer.end();
  return { messages, writer };
}

function unpack(messages: readonly Uint8Array[]): ResourceRecord[] {
  return messages.flatMap((message) => {
    const decoded = decodeMessage(message);
    if (!decoded.ok) throw new Error(decoded.error.message);
    return decoded.value.answer;
  });
}

const hosts = Array.from({ length: 5_000 }, (_, i) => a(`host${i}.example.test.`, i & 255));
const zone = [soa(5), ...hosts, soa(5)];

test('RFC 5936 2.2: many answers a message, none larger than allowed, all of them in order', () => {
  for (const maxMessageSize of [300, 512, 4096, undefined, 65_535, 1e9]) {
    const { messages, writer } = pack(zone, { maxMessageSize });
    expect(unpack(messages)).toEqual(zone);
    const size = Math.min(maxMessageSize ?? TRANSFER_MESSAGE_SIZE, 65_535);
    for (const message of messages) expect(message.length).toBeLessThanOrEqual(size);
    // Full messages: all but the last have no room for one more record.
    for (const message of messages.slice(0, -1)) expect(message.length).toBeGreaterThan(size - 60);
    expect(writer).toMatchObject({
      messages: messages.length,
      records: zone.length,
      bytes: messages.reduce((sum, one) => sum + one.length, 0),
    });
    expect(interpret(messages, { limits: { maxBytes: 1e9, maxRecords: 1e9, maxMessages: 1e9 } }).code).toBe('zone');
  }
});

test('RFC 5936 2.2.1, 2.2.5: question and OPT are in the first message only', () => {
  const edns = {
    udpSize: 1232,
    version: 0,
    dnssecOk: false,
    extendedRcode: 0,
    options: [{ code: 9, data: new Uint8Array(4) }],
  };
  const { messages } = pack(zone, { maxMessageSize: 512, edns });
  const decoded = messages.map((message) => decodeMessage(message)).map((d) => (d.ok ? d.value : undefined)!);
  expect(decoded.map((m) => m.question.length)).toEqual([1, ...decoded.slice(1).map(() => 0)]);
  expect(decoded[0].edns).toEqual(edns);
  expect(decoded.slice(1).every((m) => m.edns === undefined)).toBe(true);
  expect(decoded.every((m) => m.id === ID && m.qr && m.aa && m.rcode === 0)).toBe(true);
  for (const message of messages) expect(message.length).toBeLessThanOrEqual(512);
});

test('room for a TSIG is left free in every message, also in one with a large record', () => {
  const large = record('large.example.test.', 16, new Uint8Array(60_000));
  const { messages } = pack([soa(5), ...hosts, large, soa(5)], { maxMessageSize: 1000, reserve: 120 });
  expect(messages.filter((message) => message.length > 880).map((message) => message.length)).toHaveLength(1);
  expect(unpack(messages)).toEqual([soa(5), ...hosts, large, soa(5)]);
});

describe('records larger than a message', () => {
  test('get a larger message of their own', () => {
    const large = record('large.example.test.', 16, new Uint8Array(40_000));
    const { messages } = pack([soa(5), large, a('b.example.test.'), soa(5)]);
    expect(unpack(messages)).toEqual([soa(5), large, a('b.example.test.'), soa(5)]);
    expect(messages.map((message) => message.length > TRANSFER_MESSAGE_SIZE)).toEqual([false, true, false]);
  });
  test('a first record too', () => {
    const large = record('large.example.test.', 16, new Uint8Array(40_000));
    expect(unpack(pack([large]).messages)).toEqual([large]);
  });
  test('larger than any DNS message: an error that names it', () => {
    const tooLarge = record('large.example.test.', 16, new Uint8Array(65_520));
    expect(() => pack([soa(5), tooLarge])).toThrow('large.example.test. (type 16)');
  });
});

test('RFC 5936 3.4: the case of the zone’s names is kept, whatever the case of the question', () => {
  const records = [
    soa(5, { owner: 'Example.TEST.' }),
    a('WWW.Example.TEST.'),
    a('www.Example.TEST.'),
    a('www.example.test.'),
  ];
  const question = { name: name('eXAMPLE.test.'), type: 252, class: 1 };
  expect(unpack(pack(records, { question }).messages)).toEqual(records);
});

test('RFC 1035 4.1.4: several records of an owner point at its name, not at a pointer, and not beyond 16 KiB', () => {
  const apex = [soa(5), a('example.test.'), a('example.test.', 2)];
  const [message] = pack(apex).messages;
  // The apex stands in the question, at 12; its last two records end the message with owner, fixed part and address.
  expect([...message.subarray(-16, -14), ...message.subarray(-32, -30)]).toEqual([0xc0, 12, 0xc0, 12]);
  const twice = [soa(5), ...hosts.flatMap((host) => [host, host]), soa(5)];
  expect(unpack(pack(twice, { maxMessageSize: 65_535 }).messages)).toEqual(twice);
});

test('nothing added, nothing sent', () => {
  expect(pack([]).messages).toEqual([]);
});

test('any records through any message size and back, by the interpreter too', () => {
  const label = fc.constantFrom('a', 'b', 'B', 'www', 'x1', '\\000\\255');
  const owner = fc
    .array(label, { maxLength: 5 })
    .map((labels) => `${labels.map((l) => `${l}.`).join('')}example.test.`);
  const any = fc.oneof(
    fc.tuple(owner, fc.nat(255)).map(([o, n]) => a(o, n)),
    fc.tuple(owner, fc.constantFrom(2, 12, 39), owner).map(([o, type, t]) => record(o, type, name(t))),
    fc.tuple(owner, owner).map(([o, t]) => record(o, 15, Uint8Array.of(0, 1, ...name(t)))),
    fc.tuple(owner, fc.uint8Array({ maxLength: 700 })).map(([o, t]) => record(o, 16, t)),
  );
  fc.assert(
    fc.property(fc.array(any, { maxLength: 60 }), fc.integer({ min: 120, max: 3_000 }), (records, maxMessageSize) => {
      const all = [soa(5), ...records, soa(5)];
      const { messages } = pack(all, { maxMessageSize });
      expect(unpack(messages)).toEqual(all);
      const { code, seen } = interpret(messages);
      expect([code, seen.length]).toEqual(['zone', records.length + 2]);
    }),
    { numRuns: 300 },
  );
});
