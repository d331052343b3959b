import { createHash } from 'node:crypto';
import { canonicalOctets } from './canonical-stream.ts';
import type { ZoneVersion } from './version.ts';

/** See ZoneVersion.digest. */
export function digestOf(version: ZoneVersion): string {
  const hash = createHash('sha384');
  canonicalOctets(version, (piece) => hash.update(piece));
  return hash.digest('hex');
}
