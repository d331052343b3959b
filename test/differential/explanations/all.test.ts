import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { EXPLANATIONS } from './all.ts';

const DOCUMENT = readFileSync(new URL('../../../docs/differences.md', import.meta.url), 'utf8');

it('every explanation is a section of docs/differences.md that names an RFC, and the other way round', () => {
  const ours = DOCUMENT.slice(DOCUMENT.indexOf('## Differential test'));
  const sections = [...DOCUMENT.matchAll(/^### (.*)\n\n((?:.+\n)+)/gm)];
  for (const { name } of EXPLANATIONS) {
    const [section, ...others] = sections.filter(([, heading]) => heading === name);
    expect(others, name).toEqual([]);
    expect(section?.[2], name).toMatch(/RFC \d+ \d/);
  }
  const headings = [...ours.matchAll(/^### (.*)$/gm)].map(([, heading]) => heading);
  expect(headings.filter((heading) => !EXPLANATIONS.some(({ name }) => name === heading))).toEqual([]);
});
