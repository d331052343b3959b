import { canonicalRdata, hasCanonicalNames, LOWER, type Name } from '@zonewire/shared-protocol';
import { ZoneBuilder } from './builder.ts';
import { CanonicalWalk } from './image/canonical-walk.ts';
import type { Layer } from './image/layer.ts';
import { nodeName, readRRset } from './rrset.ts';
import type { ZoneVersion } from './version.ts';

/** Records compared one with each other; larger RRsets go through a set. */
const FEW = 8;

export interface WithoutCaseDuplicates {
  readonly version: ZoneVersion;
  /** Where records were left out. */
  readonly dropped: readonly { readonly name: Name; readonly type: number }[];
}

/**
 * Leaves out records that repeat another one with a name in other case (`MX 10 mail`, `MX 10 MAIL`): by canonical form they
 * are the same record (RFC 4034 6.2, 6.3), and an RRset has none twice (RFC 2181 5). BIND, Knot and NSD do the same with zone
 * files. The first in octet order stays. For text only: what other servers send stays as it is.
 */
export function withoutCaseDuplicates(version: ZoneVersion): WithoutCaseDuplicates {
  const dropped: { name: Name; type: number }[] = [];
  const walk = new CanonicalWalk(version.stack.layers);
  while (walk.next()) {
    const { layer, node } = walk;
    let rrset = layer.firstRRset(node);
    for (let left = layer.words[node >>> 2] >>> 16; left > 0; left--) {
      const type = layer.words[rrset >>> 2] & 0xffff;
      if (layer.words[rrset >>> 2] >>> 16 > 1 && hasCanonicalNames(type) && mayRepeat(layer, rrset)) {
        const { rdatas } = readRRset(layer, rrset, version.apex);
        const keys = new Set(rdatas.map((rdata) => keyOf(type, rdata)));
        if (keys.size < rdatas.length) dropped.push({ name: nodeName(layer, node, version.apex), type });
      }
      rrset = layer.nextRRset(rrset);
    }
  }
  return dropped.length === 0 ? { version, dropped } : { version: rebuilt(version), dropped };
}

/** False when no two of the records are alike but for case; without allocation, for most are not. */
function mayRepeat(layer: Layer, rrset: number): boolean {
  const { bytes, words } = layer;
  if (words[rrset >>> 2] >>> 16 > FEW) return true;
  const end = rrset + 12 + words[(rrset >>> 2) + 2];
  for (let a = rrset + 12; a < end; a += 2 + ((bytes[a] << 8) | bytes[a + 1])) {
    const length = 2 + ((bytes[a] << 8) | bytes[a + 1]);
    for (let b = a + length; b < end; b += 2 + ((bytes[b] << 8) | bytes[b + 1])) {
      let i = 0;
      while (i < length && LOWER[bytes[a + i]] === LOWER[bytes[b + i]]) i++;
      if (i === length) return true;
    }
  }
  return false;
}

function rebuilt(version: ZoneVersion): ZoneVersion {
  const builder = new ZoneBuilder(version.apex);
  let owner: Name | undefined;
  let seen = new Set<string>();
  for (const record of version.records()) {
    if (record.name !== owner) seen = new Set();
    owner = record.name;
    const key = `${record.type} ${keyOf(record.type, record.rdata)}`;
    if (seen.has(key)) continue;
    seen.add(key);
    builder.addRecord(record);
  }
  const built = builder.finish();
  return built.ok ? built.value : version;
}

function keyOf(type: number, rdata: Uint8Array): string {
  return Buffer.from(canonicalRdata(type, rdata)).toString('latin1');
}
