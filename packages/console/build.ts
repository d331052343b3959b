// Builds the console's page into web/: node packages/console/build.ts [FOLDER]. Does nothing when what is there is of these sources.
// Whoever reads web/ meanwhile finds a whole one: it is made beside it and put in its place by one rename.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('.', import.meta.url));
const target = resolve(process.argv[2] ?? join(root, 'web'));
const sources = globSync(['build.ts', 'package.json', 'src/page/**/*'], { cwd: root })
  .filter((name) => /\.(tsx?|css|svg|json)$/.test(name) && !/\.test\./.test(name))
  .sort();
const stamp = digest(Buffer.concat(sources.map((name) => readFileSync(join(root, name)))));

if (stampOf(target) !== stamp) {
  const made = `${target}.${process.pid}`;
  try {
    await build(made);
    replace(made, target);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

async function build(folder: string): Promise<void> {
  const page = join(root, 'src/page');
  mkdirSync(join(folder, 'console'), { recursive: true });
  const bundle = await rolldown({
    input: { app: join(page, 'main.tsx') },
    platform: 'browser',
    tsconfig: join(root, 'tsconfig.json'),
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  });
  const { output } = await bundle.write({
    dir: join(folder, 'console'),
    format: 'esm',
    minify: true,
    entryFileNames: '[name]-[hash].js',
    chunkFileNames: '[name]-[hash].js',
  });
  await bundle.close();
  const script = output.find((chunk) => chunk.type === 'chunk' && chunk.isEntry)!.fileName;
  const css = [
    readFileSync(fileURLToPath(import.meta.resolve('uplot/dist/uPlot.min.css')), 'utf8'),
    ...globSync('style/*.css', { cwd: page })
      .sort()
      .map((name) => readFileSync(join(page, name), 'utf8')),
  ].join('\n');
  const style = write(folder, 'style', '.css', css);
  const icon = write(folder, 'icon', '.svg', readFileSync(join(page, 'icon.svg'), 'utf8'));
  writeFileSync(join(folder, 'index.html'), document({ script, style, icon }));
  writeFileSync(join(folder, 'stamp'), stamp);
}

function write(folder: string, name: string, extension: string, content: string): string {
  const file = `${name}-${digest(Buffer.from(content)).slice(0, 8)}${extension}`;
  writeFileSync(join(folder, 'console', file), content);
  return file;
}

function document({ script, style, icon }: { script: string; style: string; icon: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Zonewire</title>
<link rel="icon" type="image/svg+xml" href="/console/${icon}">
<link rel="stylesheet" href="/console/${style}">
<script type="module" src="/console/${script}"></script>
</head>
<body>
<div id="app"></div>
<noscript>The console needs JavaScript. Without it: npx zonewire lag</noscript>
</body>
</html>
`;
}

/** Two processes may have made it at once: the second finds the first one's in place, which is as good. */
function replace(made: string, place: string): void {
  const old = `${place}.${process.pid}.old`;
  if (existsSync(place)) {
    try {
      renameSync(place, old);
    } catch {
      // Another process has just moved it.
    }
  }
  try {
    renameSync(made, place);
  } catch (error) {
    if (stampOf(place) !== stamp) cpSync(made, place, { recursive: true });
    if (stampOf(place) !== stamp) throw error;
  }
  rmSync(old, { recursive: true, force: true });
}

function stampOf(folder: string): string | undefined {
  const path = join(folder, 'stamp');
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url').replace(/[-_]/g, 'x');
}
