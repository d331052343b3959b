import { IMPORTANT, TITLES } from './important.ts';
import type { Reference } from './references.ts';

/** docs/rfc.md: a table of all RFCs, then one a RFC with a row for each test and each section without one. */
export function page(references: readonly Reference[]): string {
  const byRfc = Map.groupBy(references, (one) => one.rfc);
  const numbers = [...new Set([...Object.keys(IMPORTANT).map(Number), ...byRfc.keys()])].sort((a, b) => a - b);
  const parts = [
    '# RFCs, and the tests that hold us to them',
    '',
    'Written by `node scripts/rfc-coverage.ts` from the names of the tests; do not edit. `npm test` fails when it is not current.',
    'A section is tested when the name of a test says it, or one of its subsections. Of the RFCs in **bold** the sections that make rules for a',
    'primary or secondary are listed (`scripts/rfc/important.ts`), tested or not; of others what tests name.',
    '',
    '| RFC | Title | Tests | Sections without one |',
    '| --- | --- | --- | --- |',
    ...numbers.map((rfc) => overview(rfc, byRfc.get(rfc) ?? [])),
  ];
  for (const rfc of numbers) parts.push('', ...chapter(rfc, byRfc.get(rfc) ?? []));
  return `${parts.join('\n')}\n`;
}

function title(rfc: number): string {
  return IMPORTANT[rfc]?.title ?? TITLES[rfc] ?? '';
}

function overview(rfc: number, references: readonly Reference[]): string {
  const left = (IMPORTANT[rfc]?.sections ?? []).filter(({ section }) => !isTested(section, references));
  const missing = left.map((one) => `${one.section}${one.notImplemented ? ' (not implemented)' : ''}`).join(', ');
  const number = `[${rfc}](#rfc-${rfc})`;
  return `| ${IMPORTANT[rfc] ? `**${number}**` : number} | ${cell(title(rfc))} | ${references.length} | ${missing} |`;
}

function chapter(rfc: number, references: readonly Reference[]): string[] {
  const important = IMPORTANT[rfc]?.sections ?? [];
  const rows = references.map(({ section, test, file }) => ({
    section,
    row: `| ${section} | tested | ${cell(test)} | \`${file}\` |`,
  }));
  for (const { section, about, notImplemented } of important) {
    if (isTested(section, references)) continue;
    const status = notImplemented ? `not implemented: ${notImplemented}` : 'not tested';
    rows.push({ section, row: `| ${section} | ${cell(status)} | ${cell(about)} | |` });
  }
  rows.sort((a, b) => a.section.localeCompare(b.section, 'en', { numeric: true }) || (a.row < b.row ? -1 : 1));
  const heading = title(rfc);
  return [
    `## RFC ${rfc}`,
    '',
    ...(heading === '' ? [] : [heading, '']),
    '| Section | Status | Test | File |',
    '| --- | --- | --- | --- |',
    ...rows.map(({ row }) => row),
  ];
}

function isTested(section: string, references: readonly Reference[]): boolean {
  return references.some(
    (one) => one.section === section || one.section.startsWith(`${section}.`) || one.section.startsWith(`${section} `),
  );
}

function cell(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('*', '\\*');
}
