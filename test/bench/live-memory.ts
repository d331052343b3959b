import type { ZonewireNode } from '@zonewire/testkit';
import { pssMib } from './measure.ts';

/** Arguments of node for a process whose live memory is to be measured: its inspector listens on a free port of loopback. */
export const inspected = ['--inspect=127.0.0.1:0'];

export interface LiveMemory {
  /** Objects that live in the main thread's heap, MiB. */
  readonly heap: number;
  /** The whole process, with no garbage of the main thread in it, MiB. */
  readonly pss: number;
}

/** Memory of a process after its main thread's garbage was collected: what is left when this grows is a leak. */
export async function liveMemory({ process: { child, output } }: ZonewireNode): Promise<LiveMemory> {
  const url = /Debugger listening on (ws:\S+)/.exec(output)?.[1];
  if (url === undefined) throw new Error('the process has no inspector: start it with --inspect');
  const socket = new WebSocket(url);
  const failed = new Promise<never>((_, reject) => {
    socket.onerror = () => reject(new Error(`no connection to ${url}`));
  });
  let id = 0;
  const ask = (method: string, params: object = {}) =>
    new Promise<{ result?: { value?: unknown } }>((resolve) => {
      const own = ++id;
      socket.addEventListener('message', ({ data }) => {
        const message = JSON.parse(String(data));
        if (message.id === own) resolve(message.result);
      });
      socket.send(JSON.stringify({ id: own, method, params }));
    });
  try {
    await Promise.race([new Promise((open) => socket.addEventListener('open', open)), failed]);
    // Twice: what the first one leaves to finalizers goes with the second.
    for (let i = 0; i < 2; i++) await ask('HeapProfiler.collectGarbage');
    const { result } = await ask('Runtime.evaluate', { expression: 'process.memoryUsage().heapUsed' });
    return { heap: Number(result?.value) / 2 ** 20, pss: pssMib(child.pid!) };
  } finally {
    socket.close();
  }
}
