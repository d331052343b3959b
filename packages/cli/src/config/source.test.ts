import { expect, test } from 'vitest';
import { readSource } from './source.ts';

test.each([
  ['maps, lists, scalars', '{"a": {"b": [1, -2.5e3, true, null, "x"]}, "c": []}'],
  ['colons, braces and quotes in strings', '{"a:\\"b": "c: {\\"d\\": 1}", "e\\\\": "\\\\", "f": "\\u003a:"}'],
  ['lines', '\n{\n  "a":\n    1\n}\n'],
])('JSON is what YAML would make of it: %s', (_, text) => {
  const source = readSource(text, 'a.json');
  expect(source.problems).toEqual([]);
  expect(source.value).toEqual(readSource(`# so that it is YAML\n${text}`, 'a.yaml').value);
});

test('places in a JSON text are found', () => {
  const source = readSource('{\n  "zones": [\n    {"domain": "a."}\n  ]\n}', 'a.json');
  expect(source.at(['zones', 0, 'domain'], 'x')).toEqual({ file: 'a.json', line: 3, column: 16, message: 'x' });
  expect(source.atKey(['zones', 0], 'domain', 'x')).toMatchObject({ line: 3, column: 6 });
});

test('a key that stands twice in a JSON text is refused as in any other', () => {
  const source = readSource('{"a": 1,\n "b": {"c": 1, "c": 1}}', 'a.json');
  expect(source.problems).toEqual([
    expect.objectContaining({ line: 2, message: expect.stringContaining('this key stands twice') }),
  ]);
});

test('what begins like JSON and is YAML, or nothing', () => {
  expect(readSource('{a: 1, "b": [c, d]}', 'a').value).toEqual({ a: 1, b: ['c', 'd'] });
  expect(readSource('{"a": 1', 'a').problems).toHaveLength(1);
});

test('10,000 zones in JSON: not read as YAML, which takes a second', () => {
  const zones = Array.from({ length: 10_000 }, (_, i) => ({
    domain: `z${i}.test.`,
    file: `z${i}.zone`,
    notify: ['a'],
  }));
  const text = JSON.stringify({ zones });
  const used = (from: string) => {
    const before = process.cpuUsage();
    expect(readSource(from, 'a').value).toEqual({ zones });
    return process.cpuUsage(before).user;
  };
  used('{"zones": []}'.replace('[]', JSON.stringify(zones)));
  expect(used(text)).toBeLessThan(used(`# YAML\n${text}`) / 2);
});
