import { LOWER } from '@zonewire/shared-protocol';
import { NSEC3_LABEL } from '../../image/image.ts';
import { Sha1 } from './sha1.ts';

const sha1 = new Sha1();
const BASE32HEX = Uint8Array.from('0123456789abcdefghijklmnopqrstuv', (c) => c.charCodeAt(0));

/** The hash made last. */
export const hash: Uint8Array = sha1.output;
/** It as a label of an NSEC3 owner: length octet and base32hex in lower case (RFC 5155 3). */
export const hashedLabel: Uint8Array = new Uint8Array(NSEC3_LABEL + 1);
hashedLabel[0] = NSEC3_LABEL;

/**
 * Hashes the name `name[start..end)` (absolute, any case) as RFC 5155 5 says, into {@link hash} and {@link hashedLabel}.
 * With `wildcard` it is `*.` before that name.
 */
export function hashForNsec3(
  salt: Uint8Array,
  iterations: number,
  name: Uint8Array,
  start: number,
  end: number,
  wildcard = false,
): void {
  const { input } = sha1;
  let at = 0;
  if (wildcard) {
    input[0] = 1;
    input[1] = 0x2a;
    at = 2;
  }
  for (let i = start; i < end; i++) input[at++] = LOWER[name[i]];
  sha1.digest(addSalt(salt, at));
  for (let left = iterations; left > 0; left--) {
    for (let i = 0; i < 20; i++) input[i] = hash[i];
    sha1.digest(addSalt(salt, 20));
  }
  toBase32Hex();
}

function addSalt(salt: Uint8Array, at: number): number {
  const { input } = sha1;
  for (let i = 0; i < salt.length; i++) input[at++] = salt[i];
  return at;
}

/** Twenty octets are four times five, each five eight characters. */
function toBase32Hex(): void {
  for (let i = 0, to = 1; i < 20; i += 5, to += 8) {
    const a = hash[i];
    const b = hash[i + 1];
    const c = hash[i + 2];
    const d = hash[i + 3];
    const e = hash[i + 4];
    hashedLabel[to] = BASE32HEX[a >>> 3];
    hashedLabel[to + 1] = BASE32HEX[((a & 7) << 2) | (b >>> 6)];
    hashedLabel[to + 2] = BASE32HEX[(b >>> 1) & 31];
    hashedLabel[to + 3] = BASE32HEX[((b & 1) << 4) | (c >>> 4)];
    hashedLabel[to + 4] = BASE32HEX[((c & 15) << 1) | (d >>> 7)];
    hashedLabel[to + 5] = BASE32HEX[(d >>> 2) & 31];
    hashedLabel[to + 6] = BASE32HEX[((d & 3) << 3) | (e >>> 5)];
    hashedLabel[to + 7] = BASE32HEX[e & 31];
  }
}
