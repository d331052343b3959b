// Enforces the "may import" column of ARCHITECTURE.md's package table. Prints every arrow that goes the wrong way.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Package -> our packages it may import. Transitive closure written out, so that the table is the whole rule. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  'shared-protocol': [],
  zone: ['shared-protocol'],
  'zone-store': ['shared-protocol', 'zone'],
  nameserver: ['shared-protocol', 'zone'],
  primary: ['shared-protocol', 'zone', 'zone-store', 'nameserver'],
  secondary: ['shared-protocol', 'zone', 'zone-store', 'nameserver'],
  cluster: ['shared-protocol', 'zone', 'zone-store', 'nameserver', 'secondary'],
  replicas: ['shared-protocol', 'nameserver'],
  delegation: ['shared-protocol', 'zone', 'nameserver'],
  console: [],
  cli: [
    'shared-protocol',
    'zone',
    'zone-store',
    'nameserver',
    'primary',
    'secondary',
    'cluster',
    'replicas',
    'delegation',
    'console',
  ],
  testkit: ['shared-protocol', 'zone', 'zone-store', 'nameserver', 'primary', 'secondary'],
};

/** Packages without sockets, files and clock: the only node: modules their sources may use. */
const PURE: Record<string, readonly string[]> = {
  'shared-protocol': ['node:crypto'],
  zone: ['node:crypto'],
};

/** npm packages that one package alone may import. */
const ONLY_IN: Record<string, string> = {
  ioredis: 'cluster',
  bullmq: 'cluster',
  fastify: 'cli',
  zod: 'cli',
  yaml: 'cli',
  preact: 'console',
  uplot: 'console',
  'd3-geo': 'console',
  'world-atlas': 'console',
  'topojson-client': 'console',
};

const IMPORT = /(?:^|\n)\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g;

const problems: string[] = [];
for (const name of readdirSync(join(root, 'packages'))) {
  const allowed = MAY_IMPORT[name];
  if (!allowed) {
    problems.push(`packages/${name}: not in the table of scripts/check-imports.ts`);
    continue;
  }
  const source = join(root, 'packages', name, 'src');
  for (const file of sources(source)) {
    const isTest = /\.test\.tsx?$|-suite\.ts$|\/fixtures?\//.test(file);
    for (const specifier of importsOf(file)) check(name, allowed, source, file, specifier, isTest);
  }
}

function check(
  name: string,
  allowed: readonly string[],
  source: string,
  file: string,
  specifier: string,
  isTest: boolean,
): void {
  const wrong = (why: string) => problems.push(`${relative(root, file)}: imports ${specifier}: ${why}`);
  if (specifier.startsWith('.')) {
    if (relative(source, resolve(dirname(file), specifier)).startsWith('..')) wrong('reaches out of its package');
  } else if (specifier.startsWith('@zonewire/')) {
    const target = specifier.slice('@zonewire/'.length);
    // The suite of a port, for the tests of an implementation that stands in another package.
    if (isTest && target.endsWith('-suite')) return;
    if (target.includes('/')) wrong('import the package itself (its mod.ts), not a file inside it');
    else if (!allowed.includes(target) && !(isTest && target === 'testkit'))
      wrong(`${name} may import: ${allowed.join(', ') || 'nothing of ours'}`);
  } else if (!isTest) {
    if (specifier.startsWith('node:') && PURE[name] && !PURE[name].includes(specifier)) wrong(`${name} is pure`);
    const owner = ONLY_IN[specifier.split('/')[0]];
    if (owner && owner !== name) wrong(`only ${owner} may import it`);
  }
}

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder)) {
    const path = join(folder, entry);
    if (statSync(path).isDirectory()) yield* sources(path);
    else if (/\.tsx?$/.test(path)) yield path;
  }
}

function* importsOf(file: string): Generator<string> {
  for (const match of readFileSync(file, 'utf8').matchAll(IMPORT)) yield match[1] ?? match[2];
}

if (problems.length > 0) {
  console.error(problems.join('\n'));
  console.error(`${problems.length} import(s) against the package table (ARCHITECTURE.md, "Packages")`);
  process.exit(1);
}
