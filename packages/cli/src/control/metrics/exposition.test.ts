import { expect, it } from 'vitest';
import { columnSamples, escapeLabel, exposition, type MetricFamily } from './exposition.ts';

const family = (samples: MetricFamily['samples']): MetricFamily => ({
  name: 'm',
  help: 'A \\ b.',
  type: 'gauge',
  samples,
});
const text = (samples: MetricFamily['samples']) => [...exposition([family(samples)])].join('');
const HEAD = '# HELP m A \\\\ b.\n# TYPE m gauge\n';

it('what is special in a label is escaped, in whatever form it comes', () => {
  const zone = 'a\\"b\n.test.';
  const escaped = 'a\\\\\\"b\\n.test.';
  expect(escapeLabel(zone)).toBe(escaped);
  expect(escapeLabel('plain.test.')).toBe('plain.test.');
  const line = `m{zone="${escaped}"} 1\n`;
  const samples = [
    { labels: { zone }, value: 1 },
    { labels: `{zone="${escapeLabel(zone)}"}`, value: 1 },
  ];
  expect(text(samples)).toBe(HEAD + line + line);
  expect(text([{ value: 3 }, { labels: {}, value: 4 }])).toBe(`${HEAD}m 3\nm 4\n`);
});

it('thousands of samples come in blocks, all of them; a number that is not known has none', () => {
  const numbers = Array.from({ length: 1_000 }, (_, i) => (i % 10 === 9 ? Number.NaN : i / 8));
  const labels = numbers.map((_, i) => `{n="${i}"}`);
  const blocks = [...exposition([family(columnSamples(labels, numbers))])];
  const lines = numbers.flatMap((number, i) => (i % 10 === 9 ? [] : [`m{n="${i}"} ${number}\n`]));
  expect(blocks.join('')).toBe(HEAD + lines.join(''));
  expect(blocks.length).toBeGreaterThan(5);
  expect(blocks.length).toBeLessThan(20);
});
