/** Offset of the first octet behind the node at `node`, padding included. */
export function nodeEnd(bytes: Uint8Array, words: Int32Array, node: number): number {
  let rrset = (node + 11 + bytes[node]) & ~3;
  for (let left = words[node >>> 2] >>> 16; left > 0; left--) rrset = (rrset + 15 + words[(rrset >>> 2) + 2]) & ~3;
  return rrset;
}
