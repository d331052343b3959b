import { describe, expect, it } from 'vitest';
import { page } from '../scripts/rfc/page.ts';
import { referencesOf } from '../scripts/rfc/references.ts';

/** Sections found in the source of a test file, as `1034 4.3.2: name`. */
function found(source: string): string[] {
  return referencesOf('a.test.ts', source).map(({ rfc, section, test }) => `${rfc} ${section}: ${test}`);
}

describe('docs/rfc.md', () => {
  it('is made of the names of tests, rows of tables and rules', () => {
    expect(
      found(`
        // it('in a comment (RFC 1 1)')
        it('one (RFC 1034 4.3.2 step 3a)', () => expect(/'/.test(x)).toBe('not a name (RFC 2 2)'));
        it.each([['row (RFC 1035 5.1)', 1]])('%s', () => {});
        const cases = [{ rule: \`template \${x ? 'a' : "b"} (RFC 4592 2.1.1)\` }];
      `),
    ).toEqual([
      '1034 4.3.2 step 3a: one (RFC 1034 4.3.2 step 3a)',
      '1035 5.1: row (RFC 1035 5.1)',
      '4592 2.1.1: template … (RFC 4592 2.1.1)',
    ]);
  });

  it('knows several sections, and those of the describe around', () => {
    expect(found(`it('x (RFC 4035 3.1 and 3.2, RFC 5155 7.2)')`).map((line) => line.split(':')[0])).toEqual([
      '4035 3.1',
      '4035 3.2',
      '5155 7.2',
    ]);
    expect(
      found(`describe('EDNS (RFC 6891)', () => { it('BADVERS (6.1.3)') }); describe('y', () => { it('z (1.2)') })`),
    ).toEqual(['6891 : EDNS (RFC 6891)', '6891 6.1.3: BADVERS (6.1.3)']);
  });

  it('shows the sections that matter and have no test', () => {
    const text = page([{ rfc: 8482, section: '4.1', test: 'one | RRset', file: 'a.test.ts' }]);
    expect(text).toContain('| 4.1 | tested | one \\| RRset | `a.test.ts` |');
    expect(text).toMatch(/\| 4\.2 \| not implemented: .* \|/);
    expect(text).toContain('| 4.2.2 | not tested | TCP | |');
  });
});
