import { parentPort } from 'node:worker_threads';
import { unwrap } from '@zonewire/shared-protocol';
import { verifyVersion, ZoneVersion } from '@zonewire/zone';
import type { VerificationJob, VerificationReply } from './threads.ts';

parentPort?.on('message', ({ layers, policy, now, checked }: VerificationJob) => {
  parentPort?.postMessage(
    reply(() => {
      const before = checked && unwrap(ZoneVersion.open(checked));
      return { report: verifyVersion(unwrap(ZoneVersion.open(layers)), policy, { now, checked: before }) };
    }),
  );
});

function reply(verify: () => VerificationReply): VerificationReply {
  try {
    return verify();
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
