import { describe, expect, test } from 'vitest';
import { name, nameToText } from '../name/name.ts';
import { RecordCursor } from './cursor.ts';

const cursor = new RecordCursor();

function header(qd: number, an: number, ns = 0, ar = 0): number[] {
  return [0, 1, 0x84, 0, qd >> 8, qd & 255, an >> 8, an & 255, ns >> 8, ns & 255, ar >> 8, ar & 255];
}

function a(owner: number[], ttl = [0, 0, 0, 9]): number[] {
  return [...owner, 0, 1, 0, 1, ...ttl, 0, 4, 1, 2, 3, 4];
}

function owners(bytes: number[]): string[] {
  const seen: string[] = [];
  expect(cursor.start(Uint8Array.from(bytes))).toBe(true);
  while (cursor.next()) seen.push(nameToText(cursor.owner.toName()));
  return seen;
}

const apex = [...name('example.test.')];
const question = [...apex, 0, 6, 0, 1];

test('walks questions and the records of all sections', () => {
  const bytes = Uint8Array.from([
    ...header(1, 1, 1, 1),
    ...question,
    ...a([0xc0, 12]),
    ...[1, 0x62, 0xc0, 12, 0, 2, 0, 1, 0, 0, 0, 1, 0, 4, 1, 0x6e, 0xc0, 12],
    ...[0, 0, 41, 4, 208, 0xff, 0, 0x80, 0, 0, 0],
  ]);
  expect(cursor.start(bytes)).toBe(true);
  expect(cursor.nextQuestion()).toBe(true);
  expect([nameToText(cursor.owner.toName()), cursor.type, cursor.class]).toEqual(['example.test.', 6, 1]);
  expect(cursor.nextQuestion()).toBe(false);
  expect(cursor.next()).toBe(true);
  expect([cursor.section, cursor.ownerOffset, cursor.type, cursor.class, cursor.ttl]).toEqual([1, 12, 1, 1, 9]);
  expect(cursor.rdata.slice(cursor.rdataStart, cursor.rdataEnd)).toEqual(Uint8Array.of(1, 2, 3, 4));
  expect(cursor.next()).toBe(true);
  expect([cursor.section, cursor.type, nameToText(cursor.owner.toName())]).toEqual([2, 2, 'b.example.test.']);
  expect(nameToText(cursor.rdata.slice(cursor.rdataStart, cursor.rdataEnd))).toBe('n.example.test.');
  expect(cursor.next()).toBe(true);
  // The TTL of OPT is not a TTL.
  expect([cursor.section, cursor.type, cursor.class, cursor.ttl]).toEqual([3, 41, 1232, 0xff00_8000]);
  expect(cursor.next()).toBe(false);
  expect(cursor.error).toBeUndefined();
  expect(cursor.next()).toBe(false);
  expect(cursor.offset).toBe(bytes.length);
});

test('questions not asked for are stepped over, and checked', () => {
  expect(owners([...header(2, 1), ...question, ...question, ...a([0xc0, 12])])).toEqual(['example.test.']);
  expect(owners([...header(2, 1), ...question, 0x41])).toEqual([]);
  expect(cursor.error?.code).toBe('name-bad-label');
});

describe('owners: every short cut gives the same name as reading it in full', () => {
  test('same owner by pointer, to a question, to a literal name, to a name with a pointer inside', () => {
    const www = 12 + question.length;
    expect(
      owners([
        ...header(1, 5),
        ...question,
        ...a([3, 0x77, 0x77, 0x77, 0xc0, 12]),
        ...a([0xc0, www]),
        ...a([0xc0, www]),
        ...a([0xc0, 12]),
        ...a([0xc0, www]),
      ]),
    ).toEqual(['www.example.test.', 'www.example.test.', 'www.example.test.', 'example.test.', 'www.example.test.']);
  });
  test('labels before the same pointer: of equal, smaller and greater length, and a different pointer', () => {
    const test12 = 12 + 8; // `test.` inside the question
    expect(
      owners([
        ...header(1, 9),
        ...question,
        ...a([1, 0x61, 0xc0, 12]),
        ...a([1, 0x62, 0xc0, 12]),
        ...a([2, 0x62, 0x63, 0xc0, 12]),
        ...a([2, 0x62, 0x64, 0xc0, 12]),
        ...a([1, 0x63, 0xc0, 12]),
        ...a([1, 0x64, 0xc0, test12]),
        ...a([1, 0x65, 0xc0, 12]),
        ...a([1, 0x66, 2, 0x66, 0x66, 0xc0, 12]),
        ...a([1, 0x67, 2, 0x67, 0x67, 0xc0, 12]),
      ]),
    ).toEqual([
      'a.example.test.',
      'b.example.test.',
      'bc.example.test.',
      'bd.example.test.',
      'c.example.test.',
      'd.test.',
      'e.example.test.',
      'f.ff.example.test.',
      'g.gg.example.test.',
    ]);
  });
  test('a literal name in between does not leave a stale suffix', () => {
    expect(
      owners([
        ...header(1, 4),
        ...question,
        ...a([1, 0x61, 0xc0, 12]),
        ...a([1, 0x62, 1, 0x78, 1, 0x79, 1, 0x7a, 1, 0x7a, 0]),
        ...a([1, 0x63, 0xc0, 12]),
        ...a([0]),
      ]),
    ).toEqual(['a.example.test.', 'b.x.y.z.z.', 'c.example.test.', '.']);
  });
  test('nothing is remembered from one message to the next', () => {
    owners([...header(1, 1), ...question, ...a([1, 0x61, 0xc0, 12])]);
    // Here the pointer goes to the very name it ends.
    expect(owners([...header(0, 1), ...a([1, 0x61, 0xc0, 12])])).toEqual([]);
    expect(cursor.error?.code).toBe('name-bad-pointer');
    const other = [...name('other.example.'), 0, 6, 0, 1];
    expect(owners([...header(1, 2), ...other, ...a([1, 0x61, 0xc0, 12]), ...a([0xc0, 12])])).toEqual([
      'a.other.example.',
      'other.example.',
    ]);
    expect(owners([...header(0, 1), ...a([0xc0, 12])])).toEqual([]);
    expect(cursor.error?.code).toBe('name-bad-pointer');
  });
});

test('RFC 2181 8: a TTL with the top bit set counts as 0', () => {
  owners([...header(0, 0, 0, 0)]);
  cursor.start(Uint8Array.from([...header(0, 2), ...a([0], [0x80, 0, 0, 1]), ...a([0], [0x7f, 0xff, 0xff, 0xff])]));
  cursor.next();
  expect(cursor.ttl).toBe(0);
  cursor.next();
  expect(cursor.ttl).toBe(0x7fff_ffff);
});

describe('hostile messages are refused with a code', () => {
  const whole = [...header(1, 1), ...question, ...a([0xc0, 12])];
  test('RFC 1035 4.1.1: shorter than a header', () => {
    for (let length = 0; length < 12; length++) {
      expect(cursor.start(new Uint8Array(length))).toBe(false);
      expect(cursor.error?.code).toBe('message-too-short');
      expect(cursor.next()).toBe(false);
      expect(cursor.nextQuestion()).toBe(false);
    }
  });
  test('cut anywhere', () => {
    for (let end = 12; end < whole.length; end++) {
      expect(cursor.start(Uint8Array.from(whole), end)).toBe(true);
      while (cursor.next());
      expect(cursor.error?.code, `cut at ${end}`).toBe('message-truncated');
    }
  });
  test('counts of 65,535 in a short message', () => {
    owners([...header(65535, 65535, 65535, 65535)]);
    expect(cursor.error?.code).toBe('message-truncated');
  });
  test('octets behind the last record', () => {
    owners([...whole, 0]);
    expect(cursor.error?.code).toBe('message-trailing-bytes');
    expect(cursor.next()).toBe(false);
  });
  test('RFC 1035 4.1.4: pointers to themselves, forwards and in circles', () => {
    for (const owner of [
      [0xc0, 12],
      [0xc0, 200],
      [1, 0x61, 0xc0, 12],
      [0xff, 0xff],
    ]) {
      owners([...header(0, 1), ...a(owner)]);
      expect(cursor.error?.code).toBe('name-bad-pointer');
    }
  });
  test('RFC 6891 5: label types 01 and 10', () => {
    for (const c of [0x40, 0x7f, 0x80, 0xbf]) {
      owners([...header(0, 1), ...a([c, 0])]);
      expect(cursor.error?.code).toBe('name-bad-label');
    }
  });
  test('names of 256 octets, also through pointers', () => {
    const label = [63, ...new Array(63).fill(0x61)];
    owners([...header(0, 1), ...a([...label, ...label, ...label, ...label, 0])]);
    expect(cursor.error?.code).toBe('name-too-long');
    const q = [...label, ...label, ...label, 0, 0, 1, 0, 1];
    expect(owners([...header(1, 1), ...q, ...a([61, ...new Array(61).fill(0x62), 0xc0, 12])])).toHaveLength(1);
    owners([...header(1, 1), ...q, ...a([62, ...new Array(62).fill(0x62), 0xc0, 12])]);
    expect(cursor.error?.code).toBe('name-too-long');
  });
  test('chains of pointers cost no more than 127 steps', () => {
    const chain = (length: number, tail = (pointer: number[]) => a(pointer)) => {
      // TXT rdata that begins with a root label, and then pointers, each to the one before.
      const pointers = [0];
      const base = 12 + 11;
      for (let i = 0; i < length; i++) {
        const to = i === 0 ? base : base + 1 + 2 * (i - 1);
        pointers.push(0xc0 | (to >> 8), to & 255);
      }
      const last = base + 1 + 2 * (length - 1);
      const txt = [0, 0, 16, 0, 1, 0, 0, 0, 0, pointers.length >> 8, pointers.length & 255, ...pointers];
      return [...header(0, 2), ...txt, ...tail([0xc0 | (last >> 8), last & 255])];
    };
    expect(owners(chain(126))).toHaveLength(2);
    expect(owners(chain(127))).toHaveLength(1);
    expect(cursor.error?.code).toBe('name-bad-pointer');
    const ns = (pointer: number[]) => [0, 0, 2, 0, 1, 0, 0, 0, 0, 0, 2, ...pointer];
    expect(owners(chain(126, ns))).toHaveLength(2);
    expect(owners(chain(127, ns))).toHaveLength(1);
    expect(cursor.error?.code).toBe('name-bad-pointer');
  });
  test('rdata that does not fit its type', () => {
    owners([...header(0, 1), 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 3, 1, 2, 3]);
    expect(cursor.error?.code).toBe('rdata-malformed');
    expect(cursor.error?.message).toContain('answer section at octet 12');
  });
});
