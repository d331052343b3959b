import { nameToText, TYPE } from '@zonewire/shared-protocol';
import type { Findings, Severity } from '../checks/finding.ts';
import type { Layer } from '../image/layer.ts';
import { apexOffset, sameRelativeName } from '../image/relative-name.ts';
import { nameEnd } from '../lookup/rdata-target.ts';
import { nodeName } from '../rrset.ts';
import { type NameKind, typesToList } from './classified-walk.ts';
import { bitmapFault } from './type-bitmap.ts';

/** Checks the NSEC chain while the names of a zone pass by in canonical order: whole, closed, with the right types (RFC 4035 2.3). */
export class NsecChainCheck {
  readonly #apex: Uint8Array;
  readonly #findings: Findings;
  readonly #types = new Uint16Array(0x1_0000);
  /** The NSEC seen last: where it stands, and the name it leads to (absolute). Undefined behind a gap. */
  #layer: Layer | undefined;
  #node = 0;
  #next = 0;
  #nextEnd = 0;

  constructor(apex: Uint8Array, findings: Findings) {
    this.#apex = apex;
    this.#findings = findings;
  }

  name(layer: Layer, node: number, kind: NameKind): void {
    if (kind === 'empty' || kind === 'nsec3') return;
    const rrset = layer.findRRset(node, TYPE.NSEC);
    if (kind === 'hidden') {
      if (rrset !== 0)
        this.#tell(layer, node, 'nsec-unexpected', 'there is an NSEC at a name below a delegation or a DNAME');
      return;
    }
    this.#endSpan(layer, node);
    this.#layer = undefined;
    const { bytes, words } = layer;
    if (rrset === 0) {
      this.#tell(
        layer,
        node,
        'nsec-missing',
        'the name has no NSEC, so nothing can be denied behind it (RFC 4035 2.3)',
      );
      return;
    }
    if (words[rrset >>> 2] >>> 16 !== 1) {
      this.#tell(layer, node, 'nsec-several', 'the name has more than one NSEC (RFC 4035 2.3)');
      return;
    }
    const start = rrset + 14;
    const end = rrset + 12 + words[(rrset >>> 2) + 2];
    const nextEnd = nameEnd(bytes, start, end);
    if (nextEnd < 0) {
      this.#tell(layer, node, 'nsec-malformed', 'its NSEC is malformed');
      return;
    }
    this.#layer = layer;
    this.#node = node;
    this.#next = start;
    this.#nextEnd = nextEnd;
    const count = typesToList(layer, node, kind === 'cut', 'nsec', this.#types);
    if (kind !== 'apex' && count === 2 && this.#types[0] === TYPE.RRSIG) {
      // Against the RFC, and harmless: it denies what is not there.
      const message = 'there is an NSEC at a name that has nothing else (RFC 4035 2.3)';
      this.#tell(layer, node, 'nsec-unexpected', message, 'warning');
    }
    const fault = bitmapFault(bytes, nextEnd, end, this.#types, count);
    if (fault !== undefined) this.#tell(layer, node, 'nsec-types', `${fault} (RFC 4034 4.1.2)`);
  }

  /** All names have passed: `apexLayer`, `apexNode` is where the last NSEC has to lead. */
  end(apexLayer: Layer, apexNode: number): void {
    this.#endSpan(apexLayer, apexNode);
  }

  /** The NSEC seen last has to lead to this name. */
  #endSpan(layer: Layer, node: number): void {
    const last = this.#layer;
    if (last === undefined) return;
    const relativeEnd = apexOffset(last.bytes, this.#next, this.#nextEnd, this.#apex);
    const start = node + 8;
    const { bytes } = layer;
    if (relativeEnd >= 0 && sameRelativeName(last.bytes, this.#next, relativeEnd, bytes, start, start + bytes[node]))
      return;
    const leads = nameToText(last.bytes.slice(this.#next, this.#nextEnd));
    const wanted = nameToText(nodeName(layer, node, this.#apex));
    this.#tell(
      last,
      this.#node,
      'nsec-chain',
      `its NSEC leads to ${leads}, the next name is ${wanted} (RFC 4034 4.1.1)`,
    );
  }

  #tell(layer: Layer, node: number, code: string, message: string, severity: Severity = 'error'): void {
    this.#findings.add(severity, code, { name: nodeName(layer, node, this.#apex), type: TYPE.NSEC }, message);
  }
}
