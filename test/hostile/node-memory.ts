import { setTimeout as sleep } from 'node:timers/promises';
import type { ZonewireNode } from '@zonewire/testkit';
import { pssMib } from '../bench/measure.ts';

export interface NodeMemory {
  /** What the main thread's heap holds after a collection. */
  readonly heapMib: number;
  /** The whole process, shared pages counted once. */
  readonly pssMib: number;
}

/** Start a node with these to have {@link memoryOf} it. */
export const MEMORY_ARGS = ['--inspect=127.0.0.1:0'];

/** Collects garbage through the inspector first: what is left is held by something. */
export async function memoryOf(node: ZonewireNode): Promise<NodeMemory> {
  const url = /Debugger listening on (ws:\S+)/.exec(node.process.output)?.[1];
  if (url === undefined) throw new Error(`the node was not started with ${MEMORY_ARGS.join(' ')}`);
  const socket = new WebSocket(url);
  try {
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error(`no connection to ${url}`));
    });
    // The second finds what the finalizers of the first let go of.
    for (let i = 0; i < 2; i++) {
      await ask(socket, 'HeapProfiler.collectGarbage');
      await sleep(200);
    }
    const { usedSize } = await ask<{ usedSize: number }>(socket, 'Runtime.getHeapUsage');
    return { heapMib: usedSize / 2 ** 20, pssMib: pssMib(node.process.child.pid!) };
  } finally {
    socket.close();
  }
}

function ask<T>(socket: WebSocket, method: string): Promise<T> {
  return new Promise((resolve, reject) => {
    socket.onclose = () => reject(new Error(`${method}: the node closed the connection`));
    socket.onmessage = ({ data }) => {
      const { id, result } = JSON.parse(data as string) as { id?: number; result: T };
      if (id === 1) resolve(result);
    };
    socket.send(JSON.stringify({ id: 1, method }));
  });
}
