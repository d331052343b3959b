// `npm run build`: the `zonewire` command and its threads as plain JavaScript in dist/, for images (deploy/Dockerfile). Development
// and tests run the sources as they are. Prints the files and their sizes.
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

rmSync(dist, { recursive: true, force: true });
const bundle = await rolldown({
  input: {
    main: join(root, 'packages/cli/src/main.ts'),
    ...Object.fromEntries(threads.map((file) => [basename(file, '.ts'), join(root, file)])),
  },
  platform: 'node',
  plugins: [threadUrls],
});
const { output } = await bundle.write({
  dir: join(dist, 'lib'),
  format: 'esm',
  entryFileNames: '[name].mjs',
  chunkFileNames: '[name]-[hash].mjs',
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
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { keepHeapSmall } from './small-heap.mjs';
// A node changes seldom: what it once compiled it keeps, however long ago that was.
setFlagsFromString('--no-flush-bytecode');
// What the build has compiled (scripts/build.ts). Of another Node, or not there: compiled anew.
enableCompileCache({ directory: fileURLToPath(new URL('./compiled', import.meta.url)), portable: true });
const { main, silenceExperiments } = await import('./lib/main.mjs');
silenceExperiments();
// Most of what a change runs through is run too seldom to be optimised: compiled simply, at once, it takes less time.
// A start is over by then; what runs in it once is better not compiled at all, and its garbage better not looked for.
setTimeout(() => {
  setFlagsFromString('--always-sparkplug');
  keepHeapSmall();
}, 500).unref();
process.exitCode = await main(process.argv.slice(2));
`,
  { mode: 0o755 },
);
// As zonewire.mjs runs it: V8 takes compiled code only under the flags that it was made with.
const compile = `
import { enableCompileCache, flushCompileCache } from 'node:module';
import { setFlagsFromString } from 'node:v8';
setFlagsFromString('--no-flush-bytecode');
enableCompileCache({ directory: ${JSON.stringify(join(dist, 'compiled'))}, portable: true });
for (const file of ${JSON.stringify(output.map(({ fileName }) => fileName).filter((name) => !name.includes('-thread')))})
  await import(${JSON.stringify(pathToFileURL(join(dist, 'lib')).href)} + '/' + file);
flushCompileCache();
process.exit(0);
`;
execFileSync(process.execPath, ['--input-type=module', '--eval', compile], { stdio: ['ignore', 'ignore', 'inherit'] });
for (const chunk of output) {
  if (chunk.type === 'chunk') console.log(`dist/lib/${chunk.fileName}  ${Math.ceil(chunk.code.length / 1024)} KiB`);
}
