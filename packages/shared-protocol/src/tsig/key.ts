import { lowercaseName, type Name, name, nameKey } from '../name/name.ts';

/** The algorithms of RFC 8945 6 this program signs with. hmac-md5 and GSS-TSIG are known by name and refused. */
export type TsigAlgorithm = 'hmac-sha1' | 'hmac-sha224' | 'hmac-sha256' | 'hmac-sha384' | 'hmac-sha512';

export interface TsigKey {
  readonly name: Name;
  readonly algorithm: TsigAlgorithm;
  readonly secret: Uint8Array;
}

interface AlgorithmFacts {
  /** As Node's crypto calls the hash. */
  readonly hash: string;
  /** Length of a full MAC, in octets. */
  readonly macLength: number;
  /** Canonical (lower case) wire name. */
  readonly wireName: Name;
}

export const TSIG_ALGORITHMS: Readonly<Record<TsigAlgorithm, AlgorithmFacts>> = {
  'hmac-sha1': { hash: 'sha1', macLength: 20, wireName: name('hmac-sha1.') },
  'hmac-sha224': { hash: 'sha224', macLength: 28, wireName: name('hmac-sha224.') },
  'hmac-sha256': { hash: 'sha256', macLength: 32, wireName: name('hmac-sha256.') },
  'hmac-sha384': { hash: 'sha384', macLength: 48, wireName: name('hmac-sha384.') },
  'hmac-sha512': { hash: 'sha512', macLength: 64, wireName: name('hmac-sha512.') },
};

const byName = new Map(
  (Object.keys(TSIG_ALGORITHMS) as TsigAlgorithm[]).map((a) => [nameKey(TSIG_ALGORITHMS[a].wireName), a]),
);
const HMAC_MD5 = nameKey(name('hmac-md5.sig-alg.reg.int.'));

export function isTsigAlgorithm(text: string): text is TsigAlgorithm {
  return Object.hasOwn(TSIG_ALGORITHMS, text);
}

/** The algorithm a TSIG record names; 'hmac-md5' is recognised so that it can be refused in plain words (RFC 8945 6: not recommended, RFC 6151). */
export function tsigAlgorithmOf(wireName: Name): TsigAlgorithm | 'hmac-md5' | undefined {
  const key = nameKey(wireName);
  return byName.get(key) ?? (key === HMAC_MD5 ? 'hmac-md5' : undefined);
}

/** Octets that a TSIG record by `key` adds to a message, at most (with the six octets of a BADTIME answer). */
export function tsigLength(key: TsigKey): number {
  const { macLength, wireName } = TSIG_ALGORITHMS[key.algorithm];
  return key.name.length + 10 + wireName.length + 16 + macLength + 6;
}

/** Key name as it goes into a MAC and onto the wire (RFC 8945 4.3.3: canonical form). */
export function canonicalKeyName(key: TsigKey): Name {
  return lowercaseName(key.name);
}
