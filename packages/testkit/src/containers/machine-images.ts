import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../dig.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
/** Our Node: what the image of a registry would have. */
const NODE = join(ROOT, 'node_modules/node/bin/node');

/** A base image made of this machine's own files, for where no registry is reachable. */
export interface MachineImage {
  readonly name: string;
  /** Programs by their place in the image. */
  readonly programs: Readonly<Record<string, string>>;
  /** Files and folders taken as they are, by their place in the image. */
  readonly files?: Readonly<Record<string, string>>;
  /** Links by their place in the image. */
  readonly links?: Readonly<Record<string, string>>;
  /** Libraries that are loaded by name at run time, so that ldd does not tell them. */
  readonly libraries?: readonly string[];
}

/** Node and nothing else but a shell: what `RUN_IMAGE` of deploy/Dockerfile needs, and less. */
export const NODE_IMAGE: MachineImage = {
  name: 'zonewire-test/node',
  programs: { '/usr/local/bin/node': NODE, '/bin/sh': '/bin/dash' },
};

/** Node, npm and the way to its registry: `BUILD_IMAGE` of deploy/Dockerfile. */
export function buildImage(): MachineImage {
  const npm = npmFolder();
  const certificates = '/etc/ssl/certs/ca-certificates.crt';
  const settings = [join(homedir(), '.npmrc'), '/etc/npmrc'].filter(existsSync).slice(0, 1);
  const library = (name: string) => `/lib/x86_64-linux-gnu/${name}`;
  return {
    name: 'zonewire-test/build',
    programs: { ...NODE_IMAGE.programs, '/usr/bin/env': '/usr/bin/env' },
    files: {
      '/usr/lib/node_modules/npm': npm,
      ...(existsSync(certificates) ? { [certificates]: certificates } : {}),
      '/etc/nsswitch.conf': '/etc/nsswitch.conf',
      ...Object.fromEntries(settings.map((file) => ['/root/.npmrc', file])),
    },
    links: { '/usr/local/bin/npm': '/usr/lib/node_modules/npm/bin/npm-cli.js' },
    // Name resolution, and what native npm packages are linked with.
    libraries: ['libnss_dns.so.2', 'libnss_files.so.2', 'libresolv.so.2', 'librt.so.1', 'libgcc_s.so.1'].map(library),
  };
}

/** Makes the image unless it is there; its tag is a digest of what is in it. @returns name:tag */
export async function ensureMachineImage(image: MachineImage): Promise<string> {
  const { programs, files = {}, links = {}, libraries = [] } = image;
  const needed = new Set(libraries);
  for (const program of Object.values(programs)) for (const library of await librariesOf(program)) needed.add(library);
  const places: [string, string][] = [
    ...Object.entries(programs),
    ...Object.entries(files),
    ...[...needed].map((library): [string, string] => [library, library]),
  ];
  const digest = createHash('sha256').update(JSON.stringify([places, links]));
  for (const program of Object.values(programs)) digest.update(readFileSync(program));
  const name = `${image.name}:${digest.digest('hex').slice(0, 12)}`;
  if ((await run('docker', ['image', 'inspect', name], true)).code === 0) return name;

  const folder = mkdtempSync(join(tmpdir(), 'zonewire-image-'));
  try {
    for (const [place, source] of places) {
      mkdirSync(dirname(join(folder, place)), { recursive: true });
      cpSync(source, join(folder, place), { recursive: true, dereference: true });
    }
    for (const [place, target] of Object.entries(links)) symlinkSync(target, join(folder, place));
    mkdirSync(join(folder, 'tmp'), { mode: 0o1777 });
    mkdirSync(join(folder, 'root'), { recursive: true });
    const archive = `${folder}.tar`;
    await run('tar', ['-C', folder, '-cf', archive, '.']);
    const variables = ['PATH=/usr/local/bin:/usr/bin:/bin', 'HOME=/root'];
    if (existsSync(join(folder, 'etc/ssl/certs/ca-certificates.crt')))
      variables.push('NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt');
    await run('docker', ['import', ...variables.flatMap((value) => ['-c', `ENV ${value}`]), archive, name]);
    rmSync(archive);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return name;
}

async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await run('ldd', [program], true);
  return [...stdout.matchAll(/(\/[^\s()]+)/g)].map(([, path]) => path);
}

function npmFolder(): string {
  const places = [
    '/usr/lib/node_modules/npm',
    '/usr/local/lib/node_modules/npm',
    dirname(dirname(process.env.npm_execpath ?? '')),
  ];
  const found = places.find((place) => existsSync(join(place, 'bin/npm-cli.js')));
  if (found === undefined) throw new Error(`npm is in none of ${places.join(', ')}: the test image cannot be built`);
  return found;
}

/** Builds deploy/Dockerfile upon images of this machine. @returns the image's name */
export async function buildZonewireImage(): Promise<string> {
  const name = 'zonewire-test/zonewire:latest';
  const args = {
    BUILD_IMAGE: await ensureMachineImage(buildImage()),
    RUN_IMAGE: await ensureMachineImage(NODE_IMAGE),
  };
  const build = [
    'build',
    // The npm registry as this machine reaches it.
    '--network=host',
    '--quiet',
    ...Object.entries(args).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]),
    ...['--file', join(ROOT, 'deploy/Dockerfile'), '--tag', name, ROOT],
  ];
  await run('docker', build, false, 600_000);
  return name;
}
