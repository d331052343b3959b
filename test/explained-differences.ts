import { readFileSync } from 'node:fs';

/**
 * Headings of docs/differences.md: `### name-of-the-difference`. Where a test lets another server answer otherwise, it names the heading
 * under which it says why ours is right.
 */
export function explainedDifferences(): ReadonlySet<string> {
  const text = readFileSync(new URL('../docs/differences.md', import.meta.url), 'utf8');
  return new Set(Array.from(text.matchAll(/^### ([a-z0-9-]+)$/gm), ([, heading]) => heading));
}
