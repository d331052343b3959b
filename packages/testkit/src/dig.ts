import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const exec = promisify(execFile);

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A TSIG key as BIND's tools take it. */
export interface PeerKey {
  readonly name: string;
  readonly algorithm: string;
  /** base64 */
  readonly secret: string;
}

export function digKey(key: PeerKey | undefined): string[] {
  return key ? ['-y', `${key.algorithm}:${key.name}:${key.secret}`] : [];
}

/** Runs dig against one server; `args` as on its command line. Gives its standard output; fails with what it printed. */
export async function dig(server: Address, ...args: string[]): Promise<string> {
  return (await run('dig', [`@${server.host}`, '-p', String(server.port), '+tries=1', '+time=4', ...args])).stdout;
}

/** The records of a whole zone as dig prints them, sorted, the closing SOA once: two of these equal = same zone. */
export async function digAxfr(server: Address, zone: string, key?: PeerKey): Promise<string[]> {
  const out = await dig(server, ...digKey(key), '+noall', '+answer', '+onesoa', '+nocomments', zone, 'AXFR');
  const lines = out.split('\n').filter((line) => line !== '' && !line.startsWith(';'));
  if (lines.length === 0)
    throw new Error(`AXFR of ${zone} from ${server.host}:${server.port} gave no records:\n${out}`);
  return lines
    .filter((line) => !/\sTSIG\s/.test(line))
    .map((line) => line.replace(/\s+/g, ' '))
    .sort();
}

/** The serial that a server answers for a zone, or undefined when it gives no SOA (not loaded, expired, down). */
export async function digSerial(server: Address, zone: string): Promise<number | undefined> {
  const { stdout } = await run(
    'dig',
    [`@${server.host}`, '-p', String(server.port), '+tries=1', '+time=1', '+short', '+norec', zone, 'SOA'],
    true,
  );
  const fields = stdout.trim().split(/\s+/);
  return fields.length === 7 ? Number(fields[2]) : undefined;
}

/** Runs a command to its end, `timeout` ms at most. Unless `tolerant`, a failing exit code throws with everything it printed. */
export async function run(
  command: string,
  args: readonly string[],
  tolerant = false,
  timeout = 60_000,
): Promise<{ stdout: string; stderr: string; code: number }> {
  try {
    const { stdout, stderr } = await exec(command, [...args], { maxBuffer: 512 * 1024 * 1024, timeout });
    return { stdout, stderr, code: 0 };
  } catch (error) {
    const failed = error as { code?: number | string; stdout?: string; stderr?: string; message: string };
    if (failed.code === 'ENOENT')
      throw new Error(`${command} is not installed; npm test installs it on Debian as root`);
    if (!tolerant) throw new Error(`${command} ${args.join(' ')}\n${failed.message}\n${failed.stdout ?? ''}`);
    return { stdout: failed.stdout ?? '', stderr: failed.stderr ?? '', code: Number(failed.code ?? -1) };
  }
}

/** Feeds a script to a command's standard input (nsupdate, knsupdate) and gives what it printed and its exit code. */
export async function feed(
  command: string,
  args: readonly string[],
  input: string,
): Promise<{ output: string; code: number }> {
  return new Promise((resolve, reject) => {
    const child = execFile(command, [...args], { timeout: 30_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ output: stdout + stderr, code });
    });
    child.once('error', reject);
    child.stdin?.end(input);
  });
}
