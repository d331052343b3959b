import { isTsigAlgorithm, name, type TsigKey } from '@zonewire/shared-protocol';
import type { PeerKey } from './dig.ts';

/** A key as our protocol code takes it. */
export function tsigKey(key: PeerKey): TsigKey {
  if (!isTsigAlgorithm(key.algorithm)) throw new Error(`${key.algorithm} is not an algorithm we sign with`);
  return { name: name(key.name), algorithm: key.algorithm, secret: Buffer.from(key.secret, 'base64') };
}
