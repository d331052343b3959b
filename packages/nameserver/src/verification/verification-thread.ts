import { parentPort, workerData } from 'node:worker_threads';
import { unwrap } from '@zonewire/shared-protocol';
import { verifyVersion, ZoneVersion } from '@zonewire/zone';
import type { VerificationJob } from './verifier.ts';

const { layers, policy, now, checked } = workerData as VerificationJob;
parentPort?.postMessage(
  verifyVersion(unwrap(ZoneVersion.open(layers)), policy, {
    now,
    checked: checked && unwrap(ZoneVersion.open(checked)),
  }),
);
