import type { Layer } from '../image/layer.ts';
import type { RRsetCursor } from '../image/rrset-cursor.ts';
import { algorithmText, isSignature, isSupported } from './algorithms.ts';
import { isBefore, Rrsig } from './rrsig.ts';
import type { SignedData } from './signed-data.ts';
import type { ZoneKey } from './zone-keys.ts';

/**
 * Pairs of signature and key that are tried for one RRset. An honest one needs two at most; without a bound, keys of one tag times
 * signatures cost what the sender likes (CVE-2023-50387, "KeyTrap").
 */
export const MAX_TRIED = 8;

/** Why no signature of an RRset is good. The one that came nearest to a good one is told. */
interface Reason {
  readonly rank: number;
  readonly code: string;
  readonly message: string;
}

/** Looks for a good signature over RRsets, with the zone's keys at one moment. */
export class SignatureChecks {
  /** Signatures that were computed, and RRsets that had one good one already in the version checked before. */
  tried = 0;
  reused = 0;
  /** When the first RRset has no good signature any more, seconds; undefined: there was none. */
  expiration: number | undefined;
  readonly #zone: Uint8Array;
  readonly #keys: readonly ZoneKey[];
  readonly #algorithms: ReadonlySet<number>;
  readonly #now: number;
  readonly #rrsig = new Rrsig();

  /** `now`: seconds since the epoch. */
  constructor(zone: Uint8Array, keys: readonly ZoneKey[], now: number) {
    this.#zone = zone;
    this.#keys = keys;
    this.#algorithms = new Set(keys.map(({ algorithm }) => algorithm));
    this.#now = now >>> 0;
  }

  /**
   * Checks the RRset where `cursor` stands, whose RRSIGs begin at `rrsigs` of `layer`; `data` has its owner already.
   * RFC 4035 5.3.1 says what a signature must be like before it is computed, 5.3.3 how. One good one is enough.
   * @returns what is wrong when there is none.
   */
  check(
    layer: Layer,
    rrsigs: number,
    cursor: RRsetCursor,
    data: SignedData,
    anchoredOnly: boolean,
  ): { readonly code: string; readonly message: string } | undefined {
    const { bytes, words } = layer;
    const rrsig = this.#rrsig;
    const end = rrsigs + 12 + words[(rrsigs >>> 2) + 2];
    let nearest: Reason | undefined;
    const miss = (rank: number, code: string, message: string) => {
      if (nearest === undefined || rank > nearest.rank) nearest = { rank, code, message };
    };
    let isLaid = false;
    let left = MAX_TRIED;
    for (let at = rrsigs + 12; at < end; ) {
      const start = at + 2;
      at = start + ((bytes[at] << 8) | bytes[at + 1]);
      if (!rrsig.read(bytes, start, at)) {
        miss(0, 'signature-malformed', 'its RRSIG is malformed');
        continue;
      }
      const fault = this.#unusable(bytes, data.labels, cursor.ttl);
      if (fault !== undefined) {
        miss(fault.rank, fault.code, fault.message);
        continue;
      }
      for (const key of this.#keys) {
        if (key.tag !== rrsig.keyTag || key.algorithm !== rrsig.algorithm || (anchoredOnly && !key.isAnchored))
          continue;
        if (left-- === 0) {
          const message = `none of the first ${MAX_TRIED} pairs of RRSIG and key fits; more are not tried`;
          return { code: 'signatures-too-many', message };
        }
        if (!isLaid) data.setRRset(cursor);
        isLaid = true;
        this.tried++;
        const signature = bytes.subarray(rrsig.signerEnd, rrsig.signatureEnd);
        if (isSignature(key.algorithm, key.key, data.for(rrsig, bytes, start), signature)) {
          this.#goodUntil(rrsig.expiration);
          return undefined;
        }
        miss(9, 'signature-wrong', `its RRSIG by ${this.#keyText()} does not fit the data: one of them was changed`);
      }
      miss(3, 'signature-without-key', this.#withoutKey(anchoredOnly));
    }
    return nearest;
  }

  /** More than one: then {@link missingAlgorithm} is worth asking. */
  get hasSeveralAlgorithms(): boolean {
    return this.#algorithms.size > 1;
  }

  /** True when all RRSIGs of the set are within their times: then the one that was good is. Sets the expiration to the last of them. */
  areInTime(layer: Layer, rrsigs: number): boolean {
    const { bytes, words } = layer;
    const rrsig = this.#rrsig;
    const end = rrsigs + 12 + words[(rrsigs >>> 2) + 2];
    let first: number | undefined;
    for (let at = rrsigs + 12; at < end; ) {
      const start = at + 2;
      at = start + ((bytes[at] << 8) | bytes[at + 1]);
      if (!rrsig.read(bytes, start, at)) return false;
      if (isBefore(rrsig.expiration, this.#now) || isBefore(this.#now, rrsig.inception)) return false;
      if (first === undefined || isBefore(rrsig.expiration, first)) first = rrsig.expiration;
    }
    if (first === undefined) return false;
    this.#goodUntil(first);
    this.reused++;
    return true;
  }

  /** An algorithm among the zone's keys of which the set has no RRSIG; undefined: there is one of each. */
  missingAlgorithm(layer: Layer, rrsigs: number): number | undefined {
    const { bytes, words } = layer;
    const end = rrsigs + 12 + words[(rrsigs >>> 2) + 2];
    const missing = new Set(this.#algorithms);
    for (let at = rrsigs + 12; at < end; at += 2 + ((bytes[at] << 8) | bytes[at + 1])) missing.delete(bytes[at + 4]);
    return missing.values().next().value;
  }

  /** RFC 4035 5.3.1, the conditions that need no key. */
  #unusable(bytes: Uint8Array, labels: number, ttl: number): Reason | undefined {
    const rrsig = this.#rrsig;
    if (!rrsig.isSigner(bytes, this.#zone))
      return { rank: 1, code: 'signature-signer', message: 'its RRSIG names another zone as its signer' };
    if (rrsig.labels !== labels) {
      const message = `its RRSIG is for a name of ${rrsig.labels} labels, the owner has ${labels}`;
      return { rank: 2, code: 'signature-labels', message };
    }
    if (!isSupported(rrsig.algorithm)) {
      const message = `its RRSIG is of algorithm ${rrsig.algorithm}, which cannot be checked here`;
      return { rank: 4, code: 'signature-unsupported', message };
    }
    // A resolver would take any TTL up to the original; of a whole zone it is the signer's (RFC 4035 2.2), or was changed on the way.
    if (rrsig.originalTtl !== ttl) {
      const message = `its RRSIG was made for a TTL of ${rrsig.originalTtl}, the records have ${ttl} (RFC 4035 2.2)`;
      return { rank: 7, code: 'signature-ttl', message };
    }
    if (isBefore(rrsig.expiration, this.#now)) {
      const message = `its RRSIG by ${this.#keyText()} expired at ${timeText(rrsig.expiration)}: sign the zone again`;
      return { rank: 6, code: 'signature-expired', message };
    }
    if (isBefore(this.#now, rrsig.inception)) {
      const message = `its RRSIG by ${this.#keyText()} is valid only from ${timeText(rrsig.inception)} on: is a clock wrong?`;
      return { rank: 5, code: 'signature-not-yet-valid', message };
    }
    return undefined;
  }

  #withoutKey(anchoredOnly: boolean): string {
    return anchoredOnly
      ? `its RRSIG is by ${this.#keyText()}, which no trust anchor stands for`
      : `its RRSIG is by ${this.#keyText()}, which is not among the zone's DNSKEY records`;
  }

  #keyText(): string {
    const { keyTag, algorithm } = this.#rrsig;
    return `key ${keyTag} of algorithm ${algorithmText(algorithm)}`;
  }

  #goodUntil(expiration: number): void {
    if (this.expiration === undefined || isBefore(expiration, this.expiration)) this.expiration = expiration;
  }
}

/** As the date until 2106, when the 32 bits begin anew. */
function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
