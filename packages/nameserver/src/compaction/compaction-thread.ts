import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { unwrap } from '@zonewire/shared-protocol';
import { compact, ZoneVersion } from '@zonewire/zone';

/** Nobody waits for it: answers and changes go first. On Linux this is the calling thread's, elsewhere the process's. */
const NICE = 5;
try {
  if (process.platform === 'linux') setPriority(0, NICE);
} catch {
  // A sandbox may not let it; it works without.
}

parentPort?.postMessage(compact(unwrap(ZoneVersion.open(workerData as SharedArrayBuffer[]))).layers);
