import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

/** One file of the console. */
export interface ConsoleFile {
  readonly mediaType: string;
  readonly body: Buffer;
  readonly gzipped: Buffer;
  /** In quotes, as it stands in the ETag header. */
  readonly etag: string;
  /** Its name changes with its content: it may be kept for ever. */
  readonly immutable: boolean;
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Where the built page lies: `web/` of this package, or of the bundle that `npm run build` makes. */
const WEB = fileURLToPath(new URL('../web', import.meta.url));
/** Only beside the sources. */
const BUILDER = fileURLToPath(new URL('../build.ts', import.meta.url));

let loading: Promise<ReadonlyMap<string, ConsoleFile>> | undefined;

/**
 * The console's files by their path in URLs: `/`, `/console/app-1a2b.js`. They are read once; beside the sources they are built first,
 * in a process of their own, unless the built ones are those of the sources.
 * @throws Error when they are not there and cannot be built; the next call tries again
 */
export function loadConsole(): Promise<ReadonlyMap<string, ConsoleFile>> {
  loading ??= load().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<ReadonlyMap<string, ConsoleFile>> {
  if (existsSync(BUILDER)) await promisify(execFile)(process.execPath, [BUILDER]);
  const files = new Map<string, ConsoleFile>();
  for (const name of readdirSync(join(WEB, 'console')))
    files.set(`/console/${name}`, consoleFile(join(WEB, 'console', name), true));
  files.set('/', consoleFile(join(WEB, 'index.html'), false));
  return files;
}

function consoleFile(path: string, immutable: boolean): ConsoleFile {
  const body = readFileSync(path);
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { mediaType: MEDIA_TYPES[extname(path)], body, gzipped: gzipSync(body, { level: 9 }), etag, immutable };
}
