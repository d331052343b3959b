import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { name, nameToText } from '../name/name.ts';
import { RecordCursor } from './cursor.ts';
import { FLAG, MAX_MESSAGE } from './header.ts';
import { MessageWriter } from './writer.ts';

const A = Uint8Array.of(192, 0, 2, 1);
const cursor = new RecordCursor();

function writerWith(size = 512): MessageWriter {
  const writer = new MessageWriter(new Uint8Array(size));
  writer.begin(1, FLAG.QR);
  return writer;
}

function put(writer: MessageWriter, owner: string, type: number, rdata: Uint8Array, section: 1 | 2 | 3 = 1): boolean {
  const bytes = name(owner);
  return writer.record(section, bytes, 0, bytes.length, type, 1, 60, rdata, 0, rdata.length);
}

/** `section owner type rdata` of everything written. */
function read(writer: MessageWriter): string[] {
  const seen: string[] = [];
  cursor.start(writer.buffer, writer.finish());
  while (cursor.next()) {
    const rdata = cursor.rdata.slice(cursor.rdataStart, cursor.rdataEnd);
    const text = [2, 5, 12].includes(cursor.type) ? nameToText(rdata) : rdata.toHex();
    seen.push(`${cursor.section} ${nameToText(cursor.owner.toName())} ${cursor.type} ${text}`);
  }
  expect(cursor.error).toBeUndefined();
  return seen;
}

describe('RFC 1035 4.1.4: compression', () => {
  test('owners and names in rdata point at earlier names, whole or from a label on', () => {
    const writer = writerWith();
    writer.question(name('www.example.test.'), 1, 1);
    put(writer, 'www.example.test.', 1, A);
    put(writer, 'example.test.', 2, name('ns1.example.test.'), 2);
    put(writer, 'ns1.example.test.', 1, A, 3);
    put(writer, '.', 2, name('test.'), 3);
    const length = writer.finish();
    // 12 header, 18 + 4 question, 2 + 14, 2 + 10 + 6, 2 + 14, 1 + 10 + 2.
    expect(length).toBe(12 + 22 + 16 + 18 + 16 + 13);
    expect(read(writer)).toEqual([
      '1 www.example.test. 1 c0000201',
      '2 example.test. 2 ns1.example.test.',
      '3 ns1.example.test. 1 c0000201',
      '3 . 2 test.',
    ]);
  });
  test('RFC 3597 4: names in rdata are left alone outside RFC 1035, and nothing points into them', () => {
    const srv = Uint8Array.of(0, 0, 0, 0, 0, 80, ...name('www.example.test.'));
    const writer = writerWith();
    writer.question(name('example.test.'), 33, 1);
    put(writer, 'example.test.', 33, srv);
    put(writer, 'www.example.test.', 1, A);
    expect(read(writer)).toEqual([`1 example.test. 33 ${srv.toHex()}`, '1 www.example.test. 1 c0000201']);
    expect(writer.length).toBe(12 + 18 + (12 + srv.length) + (6 + 14));
  });
  test('case is kept: a pointer goes to octet-identical labels only', () => {
    const writer = writerWith();
    put(writer, 'www.Example.test.', 1, A);
    put(writer, 'WWW.Example.test.', 1, A);
    put(writer, 'www.example.test.', 1, A);
    put(writer, 'WWW.Example.test.', 1, A);
    expect(read(writer).map((line) => line.split(' ')[1])).toEqual([
      'www.Example.test.',
      'WWW.Example.test.',
      'www.example.test.',
      'WWW.Example.test.',
    ]);
  });
  test('RFC 4343 4.1: the question may be pointed at in another case, unless its case is to be kept', () => {
    const writer = writerWith();
    writer.question(name('wWw.example.test.'), 1, 1);
    put(writer, 'www.EXAMPLE.test.', 1, A);
    expect(writer.finish()).toBe(12 + 22 + 16);
    expect(read(writer)).toEqual(['1 wWw.example.test. 1 c0000201']);
    writer.begin(1, 0);
    writer.question(name('wWw.example.test.'), 1, 1, true);
    put(writer, 'www.EXAMPLE.test.', 1, A);
    expect(read(writer)).toEqual(['1 www.EXAMPLE.test. 1 c0000201']);
  });
  test('nothing beyond offset 16,383 is pointed at', () => {
    const writer = writerWith(MAX_MESSAGE);
    const filler = new Uint8Array(16_000);
    put(writer, '.', 16, filler);
    for (let i = 0; i < 40; i++) put(writer, `label-${i}.example${i}.test.`, 1, A);
    for (let i = 0; i < 40; i++) put(writer, `label-${i}.example${i}.test.`, 1, A);
    const lines = read(writer).slice(1);
    expect(lines.slice(0, 40)).toEqual(lines.slice(40));
    expect(new Set(lines).size).toBe(40);
  });
  test('rdata that does not have the form of its type is copied as it is', () => {
    for (const rdata of [[], [1], [63, 0], [0xc0, 12], [1, 0x61, 0, 7], [1, 0x61, 0xff]]) {
      const writer = writerWith();
      expect(put(writer, 'example.test.', 14, Uint8Array.from(rdata))).toBe(true);
      put(writer, 'a.test.', 1, A);
      const length = writer.finish();
      expect([...writer.buffer.subarray(12 + 14 + 10, 12 + 14 + 10 + rdata.length)]).toEqual(rdata);
      expect(length).toBe(12 + 14 + 10 + rdata.length + 4 + 14);
    }
  });
  test('a name that is no name is not written', () => {
    const writer = writerWith();
    for (const owner of [[], [1], [1, 0x61], [64, 0], [0, 0], [0xc0, 12]])
      expect(writer.record(1, Uint8Array.from(owner), 0, owner.length, 1, 1, 0, A, 0, 4)).toBe(false);
    expect(writer.finish()).toBe(12);
  });
});

test('recordAt: the owner is a suffix of the question', () => {
  const writer = writerWith();
  writer.question(name('www.example.test.'), 1, 1);
  expect(writer.recordAt(1, 12, 1, 1, 5, A, 0, 4)).toBe(true);
  expect(writer.recordAt(2, 16, 2, 1, 5, name('ns.example.test.'), 0, 17)).toBe(true);
  expect(read(writer)).toEqual(['1 www.example.test. 1 c0000201', '2 example.test. 2 ns.example.test.']);
});

describe('limit, mark and rollback', () => {
  test('what does not fit leaves no trace, whatever the limit', () => {
    const rdata = Uint8Array.of(0, 5, ...name('mail.example.test.'));
    for (let limit = 12; limit < 120; limit++) {
      const writer = writerWith();
      writer.question(name('example.test.'), 15, 1);
      put(writer, 'a.example.test.', 1, A);
      const before = writer.buffer.slice(0, writer.finish());
      writer.limit = limit;
      if (put(writer, 'b.example.test.', 15, rdata)) {
        expect(writer.length).toBeLessThanOrEqual(limit);
        continue;
      }
      expect(writer.buffer.slice(0, writer.finish())).toEqual(before);
      writer.limit = 512;
      // Nothing may point at what was taken back.
      put(writer, 'mail.example.test.', 1, A);
      expect(read(writer)).toEqual(['1 a.example.test. 1 c0000201', '1 mail.example.test. 1 c0000201']);
    }
  });
  test('an SOA keeps below the limit with all of its parts', () => {
    const soa = Uint8Array.of(...name('ns.example.test.'), ...name('host.example.test.'), ...new Uint8Array(20));
    for (let limit = 12; limit < 120; limit++) {
      const writer = writerWith();
      writer.question(name('example.test.'), 6, 1);
      writer.limit = limit;
      // Question 18, owner pointer 2, fixed 10, mname 3 + 2, rname 5 + 2, numbers 20.
      expect(put(writer, 'example.test.', 6, soa)).toBe(limit >= 12 + 18 + 12 + 5 + 7 + 20);
    }
  });
  test('a question that does not fit is not there', () => {
    const writer = writerWith();
    writer.limit = 12 + 14 + 3;
    expect(writer.question(name('example.test.'), 1, 1)).toBe(false);
    writer.limit++;
    expect(writer.question(name('example.test.'), 1, 1)).toBe(true);
  });
  test('RFC 2181 9: an RRset that does not fit is removed whole', () => {
    const writer = writerWith();
    writer.question(name('example.test.'), 2, 1);
    put(writer, 'example.test.', 2, name('ns1.example.test.'));
    const mark = writer.mark();
    put(writer, 'example.test.', 2, name('ns2.other.'), 1);
    put(writer, 'ns.deep.example.test.', 1, A, 2);
    put(writer, 'ns.deep.example.test.', 1, A, 3);
    writer.rollback(mark);
    expect([writer.count(1), writer.count(2), writer.count(3)]).toEqual([1, 0, 0]);
    writer.setFlags(writer.flags | FLAG.TC);
    put(writer, 'ns.deep.example.test.', 1, A, 3);
    put(writer, 'ns2.other.', 1, A, 3);
    expect(read(writer)).toEqual([
      '1 example.test. 2 ns1.example.test.',
      '3 ns.deep.example.test. 1 c0000201',
      '3 ns2.other. 1 c0000201',
    ]);
    expect(writer.buffer[2] & 0x02).toBe(0x02);
  });
  test('any sequence of records, marks and rollbacks leaves exactly the records that stayed', () => {
    const label = fc.constantFrom('a', 'b', 'B', 'cc', 'a1');
    const owner = fc.array(label, { maxLength: 4 }).map((labels) => labels.map((l) => `${l}.`).join('') || '.');
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ owner, target: owner, ns: fc.boolean() }) },
      { weight: 2, arbitrary: fc.constant('mark' as const) },
      { weight: 1, arbitrary: fc.constant('rollback' as const) },
      { weight: 1, arbitrary: fc.constant('begin' as const) },
    );
    const writer = writerWith(400);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        writer.begin(1, 0);
        let kept: string[] = [];
        let mark = writer.mark();
        let keptAtMark = 0;
        for (const what of steps) {
          if (what === 'mark') {
            mark = writer.mark();
            keptAtMark = kept.length;
          } else if (what === 'rollback') {
            writer.rollback(mark);
            kept.length = keptAtMark;
          } else if (what === 'begin') {
            writer.begin(1, 0);
            kept = [];
            mark = writer.mark();
            keptAtMark = 0;
          } else if (put(writer, what.owner, what.ns ? 2 : 1, what.ns ? name(what.target) : A)) {
            kept.push(`1 ${what.owner} ${what.ns ? `2 ${what.target}` : '1 c0000201'}`);
          }
        }
        expect(read(writer)).toEqual(kept);
      }),
      { numRuns: 500 },
    );
  });
});

test('RFC 1035 2.3.4: hostile names of 127 labels, thousands of them, stay right and quick', () => {
  const writer = new MessageWriter(new Uint8Array(MAX_MESSAGE));
  const owners = Array.from({ length: 200 }, (_, i) => `${'a.'.repeat(i % 125)}${String.fromCharCode(97 + (i % 26))}.`);
  const started = performance.now();
  for (let round = 0; round < 100; round++) {
    writer.begin(1, 0);
    for (const owner of owners) put(writer, owner, 1, A);
  }
  expect(read(writer).map((line) => line.split(' ')[1])).toEqual(owners);
  // 20,000 names; a quadratic table would need minutes.
  expect(performance.now() - started).toBeLessThan(5_000);
});

test('more than 65,536 messages with one writer: the table is never stale', () => {
  const writer = writerWith();
  const other = name('x.example.');
  writer.record(1, other, 0, other.length, 1, 1, 0, A, 0, 4);
  for (let i = 0; i < 0x1_0001; i++) {
    // Each count of generations comes round once with an empty message, once with one that must not find the old name.
    writer.begin(1, 0);
    if (i < 0xffff) continue;
    writer.record(1, other, 0, other.length, 1, 1, 0, A, 0, 4);
    if (writer.length !== 12 + other.length + 14) throw new Error(`message ${i} has ${writer.length} octets`);
  }
  expect(read(writer)).toEqual(['1 x.example. 1 c0000201']);
});

test('another buffer from message to message', () => {
  const writer = writerWith(100);
  const other = new Uint8Array(50);
  writer.begin(7, 0, other);
  expect(writer.limit).toBe(50);
  writer.question(name('a.test.'), 1, 1);
  expect([...other.subarray(0, writer.finish())]).toEqual([
    ...[0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0],
    ...name('a.test.'),
    ...[0, 1, 0, 1],
  ]);
});
