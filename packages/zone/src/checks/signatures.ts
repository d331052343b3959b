import { type Name, TYPE, typeToText } from '@zonewire/shared-protocol';
import type { CanonicalWalk } from '../image/canonical-walk.ts';
import { RRsetCursor } from '../image/rrset-cursor.ts';
import { nodeName } from '../rrset.ts';
import type { ZoneVersion } from '../version.ts';
import type { CheckFindings } from './finding.ts';

/** Looks for the signatures that expire before a secondary that loses its primary lets the zone go; one finding for all. */
export class SignatureLifetimes {
  readonly #version: ZoneVersion;
  /** Seconds since 1970 until which a secondary may go on with the zone. */
  readonly #until: number;
  readonly #cursor = new RRsetCursor();
  #early = 0;
  #first = Number.POSITIVE_INFINITY;
  #name: Name | undefined;
  #covered = 0;
  readonly #now: number;

  /** `now` in ms since the epoch. */
  constructor(version: ZoneVersion, now: number) {
    this.#version = version;
    this.#now = Math.floor(now / 1000);
    this.#until = this.#now + version.soa.expire;
  }

  visit({ layer, node }: CanonicalWalk): void {
    const cursor = this.#cursor;
    cursor.start(layer, node);
    while (cursor.nextRRset()) {
      if (cursor.type !== TYPE.RRSIG) continue;
      while (cursor.nextRecord()) {
        const { bytes, rdataStart } = cursor;
        const expiration = this.#expiration(bytes, rdataStart + 8);
        if (expiration >= this.#until) continue;
        this.#early++;
        if (expiration >= this.#first) continue;
        this.#first = expiration;
        this.#name = nodeName(layer, node, this.#version.apex);
        this.#covered = (bytes[rdataStart] << 8) | bytes[rdataStart + 1];
      }
    }
  }

  report(findings: CheckFindings): void {
    if (this.#name === undefined) return;
    const { expire } = this.#version.soa;
    const signatures = this.#early === 1 ? 'a signature expires' : `${this.#early} signatures expire`;
    const time = new Date(this.#first * 1000).toISOString().replace('.000', '');
    findings.found(
      'rrsig-expires-early',
      { name: this.#name, type: TYPE.RRSIG },
      `${signatures} within the SOA's expire of ${expire} s, the first (of ${typeToText(this.#covered)}) at ${time}; sign again, or make expire shorter (RFC 6781 4.4.2.1)`,
    );
  }

  /** The time of 32 bits at `at` that is nearest to now (RFC 4034 3.1.5). */
  #expiration(bytes: Uint8Array, at: number): number {
    const bits = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    return this.#now + ((bits - this.#now) | 0);
  }
}
