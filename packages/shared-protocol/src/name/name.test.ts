import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareNames,
  isName,
  isSubdomain,
  labelCount,
  lowercaseName,
  MAX_NAME,
  NAME_BAD_LABEL,
  NAME_BAD_POINTER,
  NAME_TOO_LONG,
  NAME_TRUNCATED,
  type Name,
  NameBuffer,
  name,
  nameFromText,
  nameKey,
  namesEqual,
  nameToText,
  parentName,
  ROOT,
  readName,
} from './name.ts';

const label = fc.uint8Array({ minLength: 1, maxLength: 63 });
const anyName = fc
  .array(label, { maxLength: 6 })
  .map((labels) => Uint8Array.from([...labels.flatMap((bytes) => [bytes.length, ...bytes]), 0]))
  .filter((bytes) => bytes.length <= MAX_NAME);

function refusal(text: string, origin?: Name): string {
  const result = nameFromText(text, origin);
  return result.ok ? 'accepted' : result.error.code;
}

describe('names as text (RFC 1035 5.1)', () => {
  it.each([
    ['.', '00'],
    ['example.', '076578616d706c6500'],
    ['a.b.', '0161016200'],
    ['a\\.b.', '03612e6200'],
    ['\\000\\255.', '0200ff00'],
    ['\\@.', '014000'],
    ['WwW.', '0357775700'],
  ])('%s', (text, hex) => {
    expect(Buffer.from(name(text)).toString('hex')).toBe(hex);
  });

  it('a name without a final dot is relative to the origin, @ is the origin', () => {
    expect(nameToText(name('www', name('example.')))).toBe('www.example.');
    expect(name('@', name('example.'))).toEqual(name('example.'));
    expect(nameToText(name('www'))).toBe('www.');
    // Octets that are no name (cut, without the root label) end where the array does.
    expect(nameToText(Uint8Array.of(3, 97, 98))).toBe('ab.');
    expect(nameToText(Uint8Array.of(1, 97))).toBe('a.');
    expect(nameToText(new Uint8Array(0))).toBe('');
  });

  it.each([
    ['', 'name-empty'],
    ['a..b.', 'name-empty-label'],
    ['.a.', 'name-empty-label'],
    ['\\256.', 'name-bad-escape'],
    ['a\\', 'name-bad-escape'],
    ['a\\1', 'name-bad-escape'],
    ['a\\12x', 'name-bad-escape'],
    ['münchen€.', 'name-not-ascii'],
    [`${'a'.repeat(64)}.`, 'name-label-too-long'],
    [`${`${'a'.repeat(63)}.`.repeat(4)}`, 'name-too-long'],
  ])('refuses %j: %s', (text, code) => {
    expect(refusal(text)).toBe(code);
  });

  it('RFC 1035 2.3.4: 255 octets are allowed, 256 are not', () => {
    const longest = `${`${'a'.repeat(63)}.`.repeat(3)}${'b'.repeat(61)}.`;
    expect(name(longest).length).toBe(255);
    expect(refusal(`${`${'a'.repeat(63)}.`.repeat(3)}${'b'.repeat(62)}.`)).toBe('name-too-long');
    expect(refusal('ab', name(longest.slice(2)))).toBe('name-too-long');
    expect(refusal('a', name(longest.slice(2)))).toBe('accepted');
  });

  it('any octets survive text and back', () => {
    fc.assert(
      fc.property(anyName, (bytes) => {
        expect(name(nameToText(bytes))).toEqual(bytes);
        expect(isName(bytes)).toBe(true);
      }),
    );
  });

  it('arbitrary text never throws, and what is accepted is well-formed', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        const result = nameFromText(text);
        expect(result.ok ? isName(result.value) : result.error.code.startsWith('name-')).toBe(true);
      }),
    );
  });
});

describe('comparing names', () => {
  it('RFC 4343: ASCII case is ignored, other octets are not touched', () => {
    expect(namesEqual(name('ExAmPlE.'), name('example.'))).toBe(true);
    expect(nameKey(name('ExAmPlE.'))).toBe(nameKey(name('eXaMpLe.')));
    expect(namesEqual(name('\\196.'), name('\\228.'))).toBe(false);
    expect(nameToText(lowercaseName(name('ExA\\196.')))).toBe('exa\\196.');
  });

  it('RFC 4034 6.1: canonical order, its own example', () => {
    const sorted = [
      'example.',
      'a.example.',
      'yljkjljk.a.example.',
      'Z.a.example.',
      'zABC.a.EXAMPLE.',
      'z.example.',
      '\\001.z.example.',
      '*.z.example.',
      '\\200.z.example.',
    ].map((text) => name(text));
    const shuffled = [...sorted].reverse();
    expect(shuffled.sort(compareNames)).toEqual(sorted);
  });

  it('subdomains are counted by labels, not by suffix text', () => {
    expect(isSubdomain(name('a.example.'), name('EXAMPLE.'))).toBe(true);
    expect(isSubdomain(name('example.'), name('example.'))).toBe(true);
    expect(isSubdomain(name('badexample.'), name('example.'))).toBe(false);
    expect(isSubdomain(name('x\\007example.'), name('example.'))).toBe(false);
    expect(isSubdomain(name('example.'), ROOT)).toBe(true);
    expect(isSubdomain(ROOT, name('example.'))).toBe(false);
  });

  it('labels and parents', () => {
    expect(labelCount(ROOT)).toBe(0);
    expect(labelCount(name('a.b.c.'))).toBe(3);
    expect(nameToText(parentName(name('a.b.')))).toBe('b.');
    expect(parentName(ROOT)).toBe(ROOT);
  });

  it.each([[[]], [[3, 1, 2]], [[1, 97]], [[255, 0]], [[64]]])(
    'octets that are no name (%j) come to an end',
    (octets) => {
      const bytes = Uint8Array.from(octets);
      expect(labelCount(bytes)).toBe(octets.length === 0 ? 0 : 1);
      expect(compareNames(bytes, bytes)).toBe(0);
      expect(typeof compareNames(bytes, name('a.b.'))).toBe('number');
    },
  );
});

describe('names in messages (RFC 1035 4.1.4)', () => {
  const out = new NameBuffer();
  const read = (hex: string, offset = 0) => readName(Buffer.from(hex.replaceAll(' ', ''), 'hex'), offset, out);

  it('follows pointers and returns the offset behind the first', () => {
    expect(read('03777777 00 0161 c000 ff', 5)).toBe(9);
    expect(nameToText(out.toName())).toBe('a.www.');
  });

  it.each([
    ['', 0, NAME_TRUNCATED],
    ['0361', 0, NAME_TRUNCATED],
    ['0161', 0, NAME_TRUNCATED],
    ['c0', 0, NAME_TRUNCATED],
    ['4061', 0, NAME_BAD_LABEL],
    ['8061', 0, NAME_BAD_LABEL],
    ['c000', 0, NAME_BAD_POINTER],
    ['c002 00', 0, NAME_BAD_POINTER],
    ['0161c000', 0, NAME_BAD_POINTER],
    ['c002c000', 2, NAME_BAD_POINTER],
  ])('refuses %s at %i', (hex, offset, code) => {
    expect(read(hex, offset)).toBe(code);
  });

  it('refuses a name that becomes longer than 255 octets through pointers', () => {
    const part = `3f${'61'.repeat(63)}`;
    expect(read(`${part.repeat(3)}3d${'61'.repeat(61)}00`)).toBe(255);
    expect(read(`${part.repeat(3)}3e${'61'.repeat(62)}00`)).toBe(NAME_TOO_LONG);
  });

  it('random octets never make it loop or read outside', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 600 }), fc.nat(600), (bytes, offset) => {
        const next = readName(bytes, offset, out);
        if (next >= 0) {
          expect(next).toBeLessThanOrEqual(bytes.length);
          expect(isName(out.toName())).toBe(true);
        }
      }),
    );
  });
});
