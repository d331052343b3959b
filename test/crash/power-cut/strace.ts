import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { relative } from 'node:path';
import { createInterface } from 'node:readline';
import type { Recorder } from './recording.ts';

/** Everything that can change a file, or make it durable. */
const CALLS =
  'openat,open,creat,write,writev,pwrite64,pwritev,pwritev2,ftruncate,truncate,fallocate,fsync,fdatasync,sync_file_range,' +
  'rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,link,linkat,copy_file_range,sendfile';
/** Calls of these do what the recording knows no word for: better no result than a wrong one. */
const UNKNOWN =
  /^(creat|writev|pwritev2?|truncate|fallocate|sync_file_range|renameat2?|rmdir|mkdirat|linkat?|copy_file_range|sendfile)$/;

/** Runs node with `args` and writes its system calls, with all they write, into the file `trace`. Its standard output goes nowhere. */
export function startTraced(trace: string, args: readonly string[]): ChildProcess {
  const strace = [
    '-f',
    '--seccomp-bpf',
    '-y',
    '-xx',
    '-s',
    String(64 * 1024 * 1024),
    '-o',
    trace,
    '-e',
    `trace=${CALLS}`,
  ];
  return spawn('strace', [...strace, process.execPath, '--disable-warning=ExperimentalWarning', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // What goes through a ring in memory, strace does not see.
    env: { ...process.env, UV_USE_IO_URING: '0' },
  });
}

export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
}

/** Adds what `trace` tells of the files below `root`, and of what was said on standard output, to `recorder`. */
export async function readTrace(trace: string, root: string, recorder: Recorder): Promise<void> {
  const unfinished = new Map<string, { readonly text: string; readonly at: number }>();
  const below = (path: string) => {
    const from = relative(root, path);
    return from.startsWith('..') ? undefined : from;
  };
  for await (const line of createInterface({
    input: createReadStream(trace, 'latin1'),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    const [, thread, rest] = /^(\d+) +(.*)$/s.exec(line) ?? [];
    if (thread === undefined || /^(---|\+\+\+)/.test(rest)) continue;
    if (rest.endsWith('<unfinished ...>')) {
      unfinished.set(thread, { text: rest.slice(0, -'<unfinished ...>'.length).trimEnd(), at: recorder.now });
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/s.exec(rest);
    const began = resumed === null ? undefined : unfinished.get(thread);
    take(recorder, resumed === null ? rest : `${began?.text}${resumed[1]}`, began?.at ?? recorder.now, below);
  }
}

function take(recorder: Recorder, call: string, begun: number, below: (path: string) => string | undefined): void {
  const name = call.slice(0, call.indexOf('('));
  const result = /= (-?\d+)[^=]*$/.exec(call.slice(-2_000));
  if (result === null || result[1].startsWith('-')) return;
  const strings = Array.from(call.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g), ([, hex]) => octets(hex));
  // Only an open has another one in its result.
  const descriptor = /^\w+\((\d+)<([^>]*)>/.exec(call);
  const numbers = /, (\d+)(?:, (\d+))?\) += /.exec(call.slice(-2_000));
  const path = (text: Uint8Array) => below(Buffer.from(text).toString());
  const of = descriptor === null ? undefined : path(octets(descriptor[2].replace('(deleted)', '')));
  if (name === 'write' && descriptor?.[1] === '1') {
    recorder.said(Buffer.from(strings[0]).toString());
    return;
  }
  if (UNKNOWN.test(name)) {
    if ([of, ...strings.map(path)].some((one) => one !== undefined))
      throw new Error(`unexpected call: ${call.slice(0, 200)}`);
    return;
  }
  if (name === 'openat' || name === 'open') {
    const opened = path(strings[0]);
    if (opened !== undefined) recorder.opened(opened, /, (O_[A-Z_|]+)/.exec(call)?.[1] ?? '');
  } else if (name === 'mkdir') {
    const made = path(strings[0]);
    if (made !== undefined && made !== '') recorder.made(made, true);
  } else if (name === 'unlink' || name === 'unlinkat') {
    const removed = path(strings[0]);
    if (removed !== undefined) recorder.removed(removed);
  } else if (name === 'rename') {
    const [from, to] = strings.map(path);
    if (from !== undefined && to !== undefined) recorder.renamed(from, to);
  } else if (of === undefined) return;
  else if (name === 'fsync' || name === 'fdatasync') recorder.synced(of, begun);
  else if (name === 'ftruncate') recorder.truncated(of, Number(/, (\d+)\) += /.exec(call)?.[1]));
  else if (name === 'pwrite64') recorder.wrote(of, Number(numbers?.[2]), strings[0].subarray(0, Number(result[1])));
  else throw new Error(`unexpected call: ${call.slice(0, 200)}`);
}

/** Of `\x61\x62`. */
function octets(hex: string): Uint8Array {
  return Buffer.from(hex.replaceAll('\\x', ''), 'hex');
}
