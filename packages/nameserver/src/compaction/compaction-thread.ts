import { parentPort, workerData } from 'node:worker_threads';
import { unwrap } from '@zonewire/shared-protocol';
import { compact, ZoneVersion } from '@zonewire/zone';

parentPort?.postMessage(compact(unwrap(ZoneVersion.open(workerData as SharedArrayBuffer[]))).layers);
