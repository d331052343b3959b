// Writes docs/rfc.md: which RFC, which section, which test. `--check` compares instead and fails when the committed page is not current.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { page } from './rfc/page.ts';
import { referencesOf } from './rfc/references.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'docs/rfc.md');

/** Where tests have their names: test files, suites run against several implementations, tables. */
const PATTERNS = [
  'packages/*/src/**/*.test.ts',
  'packages/*/src/**/*-suite.ts',
  'packages/nameserver/src/conformance/corners/*.ts',
  'test/**/*.test.ts',
];

const files = globSync(PATTERNS, { cwd: root, exclude: ['**/node_modules/**'] }).sort();
const text = page(files.flatMap((file) => referencesOf(file, readFileSync(join(root, file), 'utf8'))));

if (process.argv.includes('--check')) {
  let committed = '';
  try {
    committed = readFileSync(out, 'utf8');
  } catch {
    // It is not there: not current.
  }
  if (committed !== text) {
    console.error('docs/rfc.md does not tell what the tests say now; run: node scripts/rfc-coverage.ts');
    process.exit(1);
  }
} else {
  writeFileSync(out, text);
}
