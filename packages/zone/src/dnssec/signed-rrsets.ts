import { TYPE, typeToText } from '@zonewire/shared-protocol';
import type { Findings } from '../checks/finding.ts';
import type { Layer } from '../image/layer.ts';
import type { RRsetCursor } from '../image/rrset-cursor.ts';
import { nodeName } from '../rrset.ts';
import type { ZoneVersion } from '../version.ts';
import { algorithmText } from './algorithms.ts';
import type { CheckedBefore } from './checked-before.ts';
import type { NameKind } from './classified-walk.ts';
import { SignatureChecks } from './signatures.ts';
import { SignedData } from './signed-data.ts';
import type { ZoneKey } from './zone-keys.ts';

interface SignedOptions {
  /** Seconds since the epoch. */
  readonly now: number;
  /** The DNSKEY RRset has to be signed by a key with a trust anchor. */
  readonly isAnchored: boolean;
  readonly checked: CheckedBefore | undefined;
}

/** Which RRsets of a name have to be signed, and whether they are (RFC 4035 2.2). */
export class SignedRRsets {
  readonly checks: SignatureChecks;
  /** Data that need no RRSIG had one, which was not looked at. */
  hasUnexpected = false;
  readonly #apex: Uint8Array;
  readonly #isAnchored: boolean;
  readonly #checked: CheckedBefore | undefined;
  readonly #findings: Findings;
  readonly #data = new SignedData();
  #toldAlgorithm = false;

  constructor(version: ZoneVersion, keys: readonly ZoneKey[], o: SignedOptions, findings: Findings) {
    this.checks = new SignatureChecks(version.apex, keys, o.now);
    this.#apex = version.apex;
    this.#isAnchored = o.isAnchored;
    this.#checked = o.checked;
    this.#findings = findings;
  }

  name(layer: Layer, node: number, kind: NameKind, cursor: RRsetCursor): void {
    this.#data.setOwner(layer, node, this.#apex);
    this.#checked?.find(layer, node);
    cursor.start(layer, node);
    while (cursor.nextRRset()) {
      const { type } = cursor;
      if (type === TYPE.RRSIG) {
        const covered = cursor.key & 0xffff;
        if (layer.findRRset(node, covered) === 0)
          this.#tell(
            'warning',
            'signature-without-data',
            layer,
            node,
            covered,
            'there is an RRSIG over such data, and no such data',
          );
        continue;
      }
      const rrsigs = layer.findRRset(node, TYPE.RRSIG, type);
      if (isSignedType(kind, type)) this.#check(layer, node, cursor, rrsigs);
      else if (rrsigs !== 0) {
        this.hasUnexpected = true;
        this.#tell(
          'warning',
          'signature-unexpected',
          layer,
          node,
          type,
          `there is an RRSIG over ${unsignedWords(kind)} (RFC 4035 2.2)`,
        );
      }
    }
  }

  #check(layer: Layer, node: number, cursor: RRsetCursor, rrsigs: number): void {
    const { type } = cursor;
    if (rrsigs === 0) {
      this.#tell('error', 'signature-missing', layer, node, type, 'the records have no RRSIG (RFC 4035 2.2)');
      return;
    }
    if (this.checks.hasSeveralAlgorithms && !this.#toldAlgorithm) this.#checkAlgorithms(layer, node, type, rrsigs);
    const isKeys = type === TYPE.DNSKEY;
    const wasGood = !isKeys && this.#checked?.has(layer, node, cursor.dataStart - 12, rrsigs) === true;
    if (wasGood && this.checks.areInTime(layer, rrsigs)) return;
    const fault = this.checks.check(layer, rrsigs, cursor, this.#data, isKeys && this.#isAnchored);
    if (fault !== undefined) this.#tell('error', fault.code, layer, node, type, fault.message);
  }

  /** RFC 4035 2.2 wants one of each, RFC 6840 5.11 has validators be content with any: told, for one RRset. */
  #checkAlgorithms(layer: Layer, node: number, type: number, rrsigs: number): void {
    const missing = this.checks.missingAlgorithm(layer, rrsigs);
    if (missing === undefined) return;
    this.#toldAlgorithm = true;
    const message = `the records have no RRSIG of algorithm ${algorithmText(missing)}, of which the zone has a key (RFC 4035 2.2); others may lack it too`;
    this.#tell('warning', 'algorithm-missing', layer, node, type, message);
  }

  #tell(severity: 'error' | 'warning', code: string, layer: Layer, node: number, type: number, message: string): void {
    this.#findings.add(severity, code, { name: nodeName(layer, node, this.#apex), type }, message);
  }
}

function isSignedType(kind: NameKind, type: number): boolean {
  if (kind === 'cut') return type === TYPE.DS || type === TYPE.NSEC || type === TYPE.NSEC3;
  return kind !== 'hidden';
}

function unsignedWords(kind: NameKind): string {
  return kind === 'cut'
    ? `the ${typeToText(TYPE.NS)} records or glue of a delegation`
    : 'data below a delegation or a DNAME';
}
