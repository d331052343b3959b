// `npm run build`: the `zonewire` command and its threads as plain JavaScript in dist/, for images (deploy/Dockerfile). Development
// and tests run the sources as they are. Prints the files and their sizes.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Plugin, rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
/** A file that runs on a thread of its own is named so, and started by `new Worker(new URL('./x-thread.ts', import.meta.url))`. */
const threads = globSync('packages/*/src/**/*-thread.ts', { cwd: root });

/** All chunks lie in one folder, threads under their own names: where sources say `./x-thread.ts`, the bundle says `./x-thread.mjs`. */
const threadUrls: Plugin = {
  name: 'thread-urls',
  transform(code) {
    const url = /new URL\((['"])(?:[./\w-]*\/)?([\w-]+-thread)\.ts\1, import\.meta\.url\)/g;
    return url.test(code) ? code.replace(url, `new URL('./$2.mjs', import.meta.url)`) : undefined;
  },
};

/** V8 keeps the text of what it runs: one octet a character, or two when a single one is not ASCII (an author's name will do). */
const asciiLicenses: Plugin = {
  name: 'ascii-licenses',
  generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue;
      chunk.code = chunk.code.replace(/\/\*!.*?\*\//gs, (text) => text.normalize('NFKD').replace(/\P{ASCII}/gu, ''));
    }
  },
};

rmSync(dist, { recursive: true, force: true });
const bundle = await rolldown({
  input: {
    main: join(root, 'packages/cli/src/main.ts'),
    // A thread begins with what finds its compiled code, see below.
    ...Object.fromEntries(threads.map((file) => [`${basename(file, '.ts')}-work`, join(root, file)])),
  },
  platform: 'node',
  plugins: [threadUrls, asciiLicenses],
});
const { output } = await bundle.write({
  dir: join(dist, 'lib'),
  format: 'esm',
  entryFileNames: '[name].mjs',
  chunkFileNames: '[name]-[hash].mjs',
  // Without comments; lines and names as they are, for stacks in logs.
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: false, asciiOnly: true } },
  comments: { annotation: false, jsdoc: false, legal: true },
});
execFileSync(process.execPath, [join(root, 'packages/console/build.ts'), join(dist, 'web')], { stdio: 'inherit' });
// What Bull Board's server reads beside the bundle.
for (const part of ['package.json', 'dist'])
  cpSync(join(root, 'node_modules/@bull-board/ui', part), join(dist, 'bull-board-ui', part), { recursive: true });
const { version } = JSON.parse(readFileSync(join(root, 'packages/cli/package.json'), 'utf8'));
// What main.ts reads beside its folder.
writeFileSync(
  join(dist, 'package.json'),
  `${JSON.stringify({ name: 'zonewire', version, type: 'module' }, null, 2)}\n`,
);
cpSync(join(root, 'packages/cli/bin/small-heap.mjs'), join(dist, 'small-heap.mjs'));
writeFileSync(
  join(dist, 'zonewire.mjs'),
  `#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { keepHeapSmall } from './small-heap.mjs';
// What the build has compiled (scripts/build.ts). Of another Node, or not there: compiled anew. No flag is set before a start is over: V8
// takes compiled code only under the flags that it was made with, also that of Node's own modules.
const compiled = fileURLToPath(new URL('./compiled', import.meta.url));
enableCompileCache({ directory: compiled, portable: true });
process.env.ZONEWIRE_COMPILED = compiled;
const { main, silenceExperiments } = await import('./lib/main.mjs');
silenceExperiments();
// Most of what a change runs through is run too seldom to be optimised: compiled simply, at once, it takes less time.
// A start is over by then; what runs in it once is better not compiled at all, and its garbage better not looked for.
// A node changes seldom: what it once compiled it keeps, however long ago that was.
// What the build has compiled is not of these flags: threads that start later do without it.
const started = () => {
  setFlagsFromString('--no-flush-bytecode');
  setFlagsFromString('--always-sparkplug');
  keepHeapSmall();
  delete process.env.ZONEWIRE_COMPILED;
};
process.exitCode = await main(process.argv.slice(2), { started });
`,
  { mode: 0o755 },
);
for (const file of threads) {
  const name = basename(file, '.ts');
  writeFileSync(
    join(dist, 'lib', `${name}.mjs`),
    `import { enableCompileCache } from 'node:module';
const { ZONEWIRE_COMPILED: directory } = process.env;
if (directory) enableCompileCache({ directory, portable: true });
await import('./${name}-work.mjs');
`,
  );
}
const compile = `
import { enableCompileCache, flushCompileCache } from 'node:module';
enableCompileCache({ directory: ${JSON.stringify(join(dist, 'compiled'))}, portable: true });
for (const file of ${JSON.stringify(output.map(({ fileName }) => fileName).filter((name) => !name.includes('-thread')))})
  await import(${JSON.stringify(pathToFileURL(join(dist, 'lib')).href)} + '/' + file);
flushCompileCache();
process.exit(0);
`;
execFileSync(process.execPath, ['--input-type=module', '--eval', compile], { stdio: ['ignore', 'ignore', 'inherit'] });
// Node writes them for its own user; an image runs as another one.
for (const file of globSync('compiled/**', { cwd: dist, withFileTypes: true }))
  chmodSync(join(file.parentPath, file.name), file.isDirectory() ? 0o755 : 0o644);
for (const chunk of output) {
  if (chunk.type === 'chunk') console.log(`dist/lib/${chunk.fileName}  ${Math.ceil(chunk.code.length / 1024)} KiB`);
}
