import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process that a test started: its output kept for failures, its end awaited, ended by its own pid only. */
export class RunningProcess {
  readonly name: string;
  readonly child: ChildProcess;
  /** Everything it printed, stdout and stderr in order of arrival; the last 4 MiB. */
  output = '';
  readonly exited: Promise<number | NodeJS.Signals>;

  private constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.child = child;
    const collect = (chunk: Buffer) => {
      this.output = (this.output + chunk.toString('utf8')).slice(-4 * 1024 * 1024);
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    this.exited = new Promise((resolve) => {
      child.once('close', (code, signal) => resolve(signal ?? code ?? -1));
    });
  }

  static async start(name: string, command: string, args: readonly string[], options: SpawnOptions = {}) {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    const started = Promise.race([once(child, 'spawn'), once(child, 'error').then(([error]) => Promise.reject(error))]);
    const running = new RunningProcess(name, child);
    await started;
    return running;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Waits until `condition` holds; fails with the process's output when it ends first or takes too long. */
  async until(what: string, condition: () => boolean | Promise<boolean>, timeoutMs = 60_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!(await condition())) {
      if (!this.isRunning) throw new Error(`${this.name} ended while waiting for ${what}:\n${this.output}`);
      if (Date.now() > deadline) throw new Error(`${this.name}: no ${what} within ${timeoutMs} ms:\n${this.output}`);
      await sleep(20);
    }
  }

  /** Ends it (SIGTERM, then SIGKILL after `graceMs`) and waits for its end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', graceMs = 8_000): Promise<number | NodeJS.Signals> {
    if (this.isRunning) {
      this.child.kill(signal);
      const timer = setTimeout(() => this.child.kill('SIGKILL'), graceMs);
      await this.exited;
      clearTimeout(timer);
    }
    return this.exited;
  }
}

/** Waits until `condition` gives a value other than undefined or false. */
export async function eventually<T>(
  what: string,
  condition: () => T | Promise<T>,
  timeoutMs = 20_000,
  everyMs = 25,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== undefined && value !== null && value !== false) return value as NonNullable<T>;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}; last seen: ${String(last)}`);
    await sleep(everyMs);
  }
}
