import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { readPlainYaml } from './plain-yaml.ts';

/** What all of YAML makes of it; undefined: nothing. */
function readAll(text: string): unknown {
  const document = parseDocument(text, { version: '1.2', logLevel: 'error' });
  return document.errors.length > 0 ? undefined : { value: document.toJS() };
}

describe('plain YAML', () => {
  it.each([
    ['maps in lists in maps', 'zones:\n  - domain: a.test.\n    notify: [a, b]\n  - domain: b.test.\n'],
    ['a list as far to the left as its key', 'zones:\n- domain: a.\n  acl: []\n-   domain: b.\nacls:\n  - id: x\n'],
    [
      'maps on one line',
      'server: { listen: ["127.0.0.1:53", "[::1]:53"], place: {label: x, latitude: 5.10, longitude: -97.5} }\nkeys: {}',
    ],
    ['comments', '# first\na: 1 # one\n\n  # in between\nb: "x" # that\'s x\nc: [a, b]  # c\nd: # d\n  - 1\n'],
    [
      'scalars',
      'a: true\nb: false\nc: 0\nd: 300\ne: 5m\nf: 192.0.2.1:53\ng: ./zones/%s.zone\nh: \'single\'\ni: ""\nj:\nk: 64KiB',
    ],
    ['texts of several words', 'label: Frankfurt am Main\nanchor: [DS 12345 13 2 AABB, x]'],
    ['lists of lists', 'a:\n  - - 1\n    - 2\n  - - 3\n'],
  ])('%s: as all of YAML reads it', (_, text) => {
    expect(readPlainYaml(text)).toEqual((readAll(text) as { value: unknown }).value);
  });

  it.each([
    ['nothing', ''],
    ['an anchor', 'a: &x 1\nb: *x'],
    ['a tag', 'a: !!str 1'],
    ['a block scalar', 'a: |\n  text\n'],
    ['a text that goes on in the next line', 'a: one\n  two\n'],
    ['two documents', 'a: 1\n---\nb: 2\n'],
    ['a key twice', 'a: 1\nb: 2\na: 3\n'],
    ['a key twice on one line', 'x: {a: 1, a: 2}'],
    ['a tab', 'a:\t1'],
    ['a number with an exponent', 'a: 5e10'],
    ['an octal number', 'a: 0o17'],
    ['a number with a zero in front', 'a: 007'],
    ['null in words', 'a: null'],
    ['a truth in capitals', 'a: True'],
    ['an escape', 'a: "x\\n"'],
    ['a quote in quotes', "a: 'it''s'"],
    ['a colon at the end of a word', 'a: [b:]'],
    ['a map in a value', 'a: b: c'],
    ['indented too far', 'a: 1\n   b: 2\n'],
    ['indented between two maps', 'a:\n    b: 1\n  c: 2\n'],
    ['a flow list over several lines', 'a: [1,\n  2]\n'],
    ['a comma too many', 'a: [1,]'],
    ['a merge key', 'a: 1\n<<: {b: 2}'],
    ['a quoted key', '"a": 1'],
    ['a number sign in quotes', 'a: "b #c"'],
    ['too deep', `${'- '.repeat(30)}1`],
    ['too deep on one line', `a: ${'['.repeat(30)}${']'.repeat(30)}`],
  ])('%s: left to a parser of all of YAML', (_, text) => {
    expect(readPlainYaml(text)).toBeUndefined();
  });

  it('whatever it reads, all of YAML reads the same', () => {
    const word = fc.constantFrom(
      ...[
        'a',
        'b',
        'zones',
        '1',
        '0',
        '-1',
        '-0',
        '-0.0',
        '1.50',
        '01.5',
        '1.5',
        '1e3',
        '.5',
        '0x1f',
        'true',
        'null',
        '~',
        '5m',
        'a:b',
        'a:',
        ':a',
        '-',
        '- a',
      ],
      ...[
        '"x"',
        "'y'",
        '"x #y"',
        '"',
        "'",
        '#',
        '# c',
        'a#b',
        '[',
        ']',
        '{',
        '}',
        '[a, b]',
        '[]',
        '{}',
        '{a: 1}',
        '{a:1}',
        ',',
      ],
      ...[
        '::1',
        '192.0.2.1:53',
        'a b',
        '&x',
        '*x',
        '!t',
        '|',
        '>',
        '%s',
        '@a',
        'a@',
        '`',
        '---',
        '...',
        '?',
        '<<',
        '"k": 1',
        '.',
        '..',
        './a',
      ],
    );
    const key = fc.constantFrom(
      '',
      '',
      'a: ',
      'b: ',
      'c:',
      'zones: ',
      '- ',
      '- a: ',
      '-  b: ',
      '- - ',
      '-',
      '__proto__: ',
      'a : ',
      '? ',
    );
    const line = fc
      .tuple(
        fc.constantFrom('', '', ' ', '  ', '    '),
        key,
        fc.array(word, { maxLength: 2 }),
        fc.constantFrom(' ', ', ', ''),
      )
      .map(([indent, start, words, between]) => `${indent}${start}${words.join(between)}`);
    let read = 0;
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), (lines) => {
        const text = lines.join('\n');
        const value = readPlainYaml(text);
        if (value === undefined) return;
        read++;
        expect({ text, value }).toEqual({ text, ...(readAll(text) as object) });
      }),
      { numRuns: 10_000 },
    );
    expect(read).toBeGreaterThan(100);
  });
});
