import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';

/** Servers run on this core, the load on the other. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

/** Keeps a process, its threads, those below it, and what they start later on one core. */
export function pin(pid: number, core: number): void {
  if (cpus().length < 2) return;
  for (const one of family(pid))
    execFileSync('taskset', ['-a', '-p', '-c', String(core), String(one)], { stdio: 'ignore' });
}

/** Calls `start`, whose first act is to start a process, so that this one lives on `core` from its first instruction. */
export function bornOn<T>(core: number, start: () => T): T {
  if (cpus().length < 2) return start();
  const move = (to: number) =>
    execFileSync('taskset', ['-p', '-c', String(to), String(process.pid)], { stdio: 'ignore' });
  move(core);
  try {
    return start();
  } finally {
    move(LOAD_CORE);
  }
}

/** The process and everything below it. */
function family(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(family)];
}

/** A file of each of them. NSD replaces its children: what ended meanwhile is not counted, unless it is the process itself. */
function filesOf(pid: number, file: string): string[] {
  for (let tries = 0; ; tries++) {
    try {
      return family(pid).map((one) => readFileSync(`/proc/${one}/${file}`, 'utf8'));
    } catch (error) {
      if (!['ESRCH', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '') || tries === 10) throw error;
    }
  }
}

const TICK_MS = 1000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** CPU time of a process and its children since their start, user and kernel, ms. Steps of 10 ms. */
export function cpuMs(pid: number): number {
  let ticks = 0;
  for (const stat of filesOf(pid, 'stat')) {
    // The name in parentheses may hold anything.
    const fields = stat.replace(/^.*\) /s, '').split(' ');
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * TICK_MS;
}

/** Memory of a process and its children, shared pages counted once, MiB. */
export function pssMib(pid: number): number {
  let kib = 0;
  for (const rollup of filesOf(pid, 'smaps_rollup')) kib += Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
  return kib / 1024;
}

/** The most memory the process itself ever had resident, MiB. */
export function peakMib(pid: number): number {
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

/** What the process has caused to be written to disk so far, KiB. */
export function writtenKib(pid: number): number {
  return Number(/^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1] ?? 0) / 1024;
}

/** What lies in a folder, MiB. */
export function diskMib(folder: string): number {
  let octets = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) octets += statSync(join(entry.parentPath, entry.name)).size;
  return octets / 2 ** 20;
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function machine(): string {
  const [cpu] = cpus();
  return `${cpu.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.version}`;
}
