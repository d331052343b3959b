import { Worker } from 'node:worker_threads';
import { ok, type Result, unwrap } from '@zonewire/shared-protocol';
import { ZoneVersion } from '@zonewire/zone';
import type { ZoneFile, ZoneFileFinding, ZoneFileProblem, ZoneFileRequest } from './zone-file.ts';
import type { SourceSeal } from './zone-source.ts';

/** Files parsed at a time, each on a thread: of a zone of a million records one takes 200 MiB. */
const MAX_THREADS = 2;

/** What the thread sends. */
export type ThreadAnswer =
  | {
      readonly ok: true;
      readonly layers: readonly SharedArrayBuffer[];
      readonly seal: SourceSeal;
      readonly findings: readonly ZoneFileFinding[];
    }
  | { readonly ok: false; readonly error: ZoneFileProblem };

/** How many zone files were read on threads. */
export const parseCounters: { onThread: number } = { onThread: 0 };

let running = 0;
const waiting: (() => void)[] = [];

/** parse-zone-file.ts on a thread, which reads the files itself. Rejects when the thread fails. */
export async function parseOnThread(request: ZoneFileRequest): Promise<Result<ZoneFile, ZoneFileProblem>> {
  if (running >= MAX_THREADS) await new Promise<void>((resolve) => waiting.push(resolve));
  running++;
  try {
    const answer = await ask(request);
    parseCounters.onThread++;
    if (!answer.ok) return answer;
    const { layers, seal, findings } = answer;
    return ok({ version: unwrap(ZoneVersion.open(layers)), seal, findings });
  } finally {
    running--;
    waiting.shift()?.();
  }
}

function ask(request: ZoneFileRequest): Promise<ThreadAnswer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./parse-thread.ts', import.meta.url), { workerData: request });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) =>
      reject(new Error(`the thread that read ${request.path} ended with ${code} and no result`)),
    );
  });
}
