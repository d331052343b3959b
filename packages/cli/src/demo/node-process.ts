import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { DemoNode } from './layout.ts';

const COMMAND = fileURLToPath(new URL('../../bin/zonewire.mjs', import.meta.url));

/** How a node's process ended, in words. */
export interface NodeEnd {
  readonly words: string;
  /** By a signal that nobody here sent: somebody tries what happens. */
  readonly killed: boolean;
}

export interface NodeProcessOptions {
  /** Each line the node prints. */
  readonly onLine: (line: string) => void;
  /** It ended without being asked to. */
  readonly onEnd: (end: NodeEnd) => void;
}

/** One node of the demo: a real `zonewire run` process, so that `kill -9` does what it does to a server. */
export class NodeProcess {
  readonly node: DemoNode;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #stopping = false;

  constructor(node: DemoNode, { onLine, onEnd }: NodeProcessOptions) {
    this.node = node;
    const args = [COMMAND, 'run', '-c', node.config, '--log-format', 'text'];
    // The ipc channel ties the node's life to ours: it stops by itself when we are gone.
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) createInterface(stream).on('line', onLine);
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        onEnd({ words: `could not be started: ${error.message}`, killed: false });
        resolve();
      });
      this.#child.once('close', (code, signal) => {
        const words = signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
        if (!this.#stopping) onEnd({ words, killed: signal !== null });
        resolve();
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Asks it to stop, then waits for its end; one that hangs is killed. */
  async stop(graceMs = 10_000): Promise<void> {
    this.#stopping = true;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), graceMs);
    await this.#ended;
    clearTimeout(timer);
  }
}
