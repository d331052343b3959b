import { createHash } from 'node:crypto';
import { canonicalOctets, canonicalOctetsInSteps } from './canonical-stream.ts';
import type { ZoneVersion } from './version.ts';

/** See ZoneVersion.digest. */
export function digestOf(version: ZoneVersion): string {
  const hash = createHash('sha384');
  canonicalOctets(version, (piece) => hash.update(piece));
  return hash.digest('hex');
}

/** See ZoneVersion.digestInSteps. */
export function* digestInSteps(version: ZoneVersion, names: number): Generator<void, string, void> {
  const hash = createHash('sha384');
  yield* canonicalOctetsInSteps(version, (piece) => hash.update(piece), names);
  return hash.digest('hex');
}
