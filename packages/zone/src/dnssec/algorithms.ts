import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { fail, ok, type Result } from '@zonewire/shared-protocol';

/** RSA moduli that are taken, in bits (RFC 3110 3, RFC 5702 2), and the longest exponent, in octets: checking a signature costs by both. */
export const RSA_BITS = { least: 512, most: 4096 } as const;
export const RSA_MAX_EXPONENT = 8;

interface Algorithm {
  readonly name: string;
  /** Of OpenSSL; null where the algorithm hashes itself. */
  readonly hash: string | null;
  readonly read: (key: Buffer) => Result<KeyObject>;
  /** Octets of every signature; 0: as the key has. */
  readonly signature: number;
}

/** RFC 8624 3.1: what a validator may meet, SHA-1 included, since there are zones still. */
const ALGORITHMS: Readonly<Record<number, Algorithm>> = {
  5: { name: 'RSASHA1', hash: 'sha1', read: rsaKey, signature: 0 },
  7: { name: 'RSASHA1-NSEC3-SHA1', hash: 'sha1', read: rsaKey, signature: 0 },
  8: { name: 'RSASHA256', hash: 'sha256', read: rsaKey, signature: 0 },
  10: { name: 'RSASHA512', hash: 'sha512', read: rsaKey, signature: 0 },
  13: { name: 'ECDSAP256SHA256', hash: 'sha256', read: (key) => ecdsaKey(key, 'P-256', 32), signature: 64 },
  14: { name: 'ECDSAP384SHA384', hash: 'sha384', read: (key) => ecdsaKey(key, 'P-384', 48), signature: 96 },
  15: { name: 'ED25519', hash: null, read: (key) => edwardsKey(key, 'Ed25519', 32), signature: 64 },
  16: { name: 'ED448', hash: null, read: (key) => edwardsKey(key, 'Ed448', 57), signature: 114 },
};

export function isSupported(algorithm: number): boolean {
  return ALGORITHMS[algorithm] !== undefined;
}

/** `13 (ECDSAP256SHA256)` */
export function algorithmText(algorithm: number): string {
  const known = ALGORITHMS[algorithm];
  return known === undefined ? `${algorithm}` : `${algorithm} (${known.name})`;
}

/** The public key in a DNSKEY of a supported algorithm (RFC 3110 2, RFC 6605 4, RFC 8080 3). */
export function readPublicKey(algorithm: number, key: Uint8Array): Result<KeyObject> {
  try {
    return ALGORITHMS[algorithm].read(Buffer.from(key));
  } catch (error) {
    return unreadable(error instanceof Error ? error.message : String(error));
  }
}

/** True when `signature` is one of `key` over `data`. Never throws: what cannot be a signature is none. */
export function isSignature(algorithm: number, key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  const { hash, signature: length } = ALGORITHMS[algorithm];
  if (length !== 0 && signature.length !== length) return false;
  try {
    return verify(hash, data, { key, dsaEncoding: 'ieee-p1363' }, signature);
  } catch {
    return false;
  }
}

/** RFC 3110 2: length of the exponent (one octet, or 0 and two), exponent, modulus. */
function rsaKey(key: Buffer): Result<KeyObject> {
  const long = key[0] === 0;
  const start = long ? 3 : 1;
  if (key.length < start) return unreadable('it ends within the length of its exponent');
  const exponentLength = long ? key.readUInt16BE(1) : key[0];
  const exponent = withoutZeros(key.subarray(start, start + exponentLength));
  const modulus = withoutZeros(key.subarray(start + exponentLength));
  if (exponent.length === 0 || modulus.length === 0) return unreadable('it has no exponent or no modulus');
  const bits = modulus.length * 8 - (Math.clz32(modulus[0]) - 24);
  if (bits < RSA_BITS.least || bits > RSA_BITS.most)
    return fail('key-size', `its modulus has ${bits} bits, taken are ${RSA_BITS.least} to ${RSA_BITS.most}`);
  if (exponent.length > RSA_MAX_EXPONENT)
    return fail('key-size', `its exponent has ${exponent.length} octets, taken are up to ${RSA_MAX_EXPONENT}`);
  const jwk = { kty: 'RSA', n: modulus.toString('base64url'), e: exponent.toString('base64url') };
  return ok(createPublicKey({ format: 'jwk', key: jwk }));
}

/** RFC 6605 4: the two coordinates of the point. */
function ecdsaKey(key: Buffer, crv: string, size: number): Result<KeyObject> {
  if (key.length !== 2 * size) return unreadable(`it has ${key.length} octets, not ${2 * size}`);
  const [x, y] = [key.subarray(0, size), key.subarray(size)].map((half) => half.toString('base64url'));
  return ok(createPublicKey({ format: 'jwk', key: { kty: 'EC', crv, x, y } }));
}

/** RFC 8080 3 */
function edwardsKey(key: Buffer, crv: string, size: number): Result<KeyObject> {
  if (key.length !== size) return unreadable(`it has ${key.length} octets, not ${size}`);
  return ok(createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv, x: key.toString('base64url') } }));
}

function withoutZeros(octets: Buffer): Buffer {
  let start = 0;
  while (start < octets.length && octets[start] === 0) start++;
  return octets.subarray(start);
}

function unreadable(why: string): Result<never> {
  return fail('key-malformed', why);
}
