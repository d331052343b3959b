import { LOWER } from '@zonewire/shared-protocol';

/**
 * The zone image: how a zone version lies in memory, in shared memory between threads, and in files.
 *
 * A version is a stack of layers, newest first. The last one is the base and holds the whole zone; the layers above it
 * (overlays) hold, for every name that changed since, the name's whole new content, or a tombstone when the name is gone.
 * A name is looked for in the newest layer first and the first layer that knows it is right. So an overlay never has to be
 * combined with what it covers, overlays may be merged with each other at any time, and they stay right above any base that
 * lies between the one they were made for and themselves.
 *
 * A layer is one SharedArrayBuffer that nobody writes to any more. Everything in it is little-endian, in six sections:
 *
 *   header    20 words of 32 bits ({@link H}), then the apex name (wire form, case kept), padded to 4 octets.
 *   heap      nodes, each at a multiple of 4:
 *               word 0   nameLength (8 bits) | flags (8 bits) << 8 | number of RRsets (16 bits) << 16
 *               word 1   number of direct children in the whole version (ENTs counted); ENTs live and die by it
 *               name     the owner's labels below the apex, wire form without the root label, case kept; padded to 4.
 *                        The apex itself has an empty name
 *               RRsets   ascending by key, each: word type | count << 16, word TTL, word length of the data in octets, then
 *                        the data: `count` times rdlength (two octets, big-endian as in a message) and rdata,
 *                        ascending as octet strings (RFC 4034 6.3 on the bytes as they are); padded to 4.
 *             RRSIGs are kept in one RRset for each type they cover, since that is how they are asked for and since their
 *             TTLs follow the type covered (RFC 4034 3). The covered type is the first two octets of each rdata.
 *             A node without RRsets is an empty non-terminal (RFC 4592 2.2.2), or a tombstone when flagged so.
 *   order     one word a node: its offset, nodes in canonical order (RFC 4034 6.1), tombstones included.
 *   nsec      three words for each node with an NSEC RRset, in canonical order: its offset, and the first eight octets of the
 *             label next to the apex in lower case, big-endian, zero behind a shorter one ({@link labelPrefix}), so that most of
 *             a search stays in this section. The NSEC that covers a name is found here, past any number of names that have
 *             none (empty non-terminals, glue, what was removed).
 *   nsec3     two words for each node with an NSEC3 RRset whose name is one label that is the base32hex of a SHA-1 hash: its
 *             offset, and the first 32 bits of the hash, so that a search stays in this section. In canonical order such names
 *             are in the order of the hashes (RFC 5155 3). NSEC3 of several chains lie here together.
 *   index     open addressing with linear probing, one word a slot: 0 is free; else the low `offsetBits` are the node's
 *             offset / 4 and the bits above are a tag, the low bits of the name's hash. A probe never goes further than
 *             `longestProbe`. The slot where a probe starts is hash * slots / 2^32, the hash seeded by `seed`, which all
 *             layers of one version share, so that a name is hashed once for all of them.
 *
 * Heap offsets stay below 2 GiB. A record identity is owner (case ignored), type and rdata (octet by octet): two NS records
 * that differ in the case of their target are two records. The case of the owner belongs to the name, not to each RRset.
 */

/** "ZWZ1" read as a little-endian word; an image from a big-endian machine does not pass for one. */
export const IMAGE_MAGIC = 0x315a575a;
export const IMAGE_FORMAT = 2;

/** Header words. Offsets and lengths in octets. */
export const H = {
  magic: 0,
  /** {@link IMAGE_FORMAT} */
  format: 1,
  /** 1 for an overlay, 0 for a base. */
  overlay: 2,
  /** Length of the image; the buffer may be longer. */
  totalLength: 3,
  seed: 4,
  apexLength: 5,
  heapStart: 6,
  heapEnd: 7,
  /** Nodes in this layer, tombstones counted. */
  nodes: 8,
  orderStart: 9,
  slots: 10,
  slotsStart: 11,
  offsetBits: 12,
  longestProbe: 13,
  /** Records and names of the whole version, as of this layer. */
  records: 14,
  names: 15,
  /** Entries of the sections nsec and nsec3, which follow order. */
  nsecNodes: 16,
  nsec3Nodes: 17,
} as const;

export const HEADER_LENGTH = 80;
/** Heap, order and index together stay below this (octets), so that every offset is a small integer. */
export const MAX_IMAGE = 0x7fff_0000;
/** More records than this in one RRset are refused; a message of 64 KiB carries 5,461 at most. */
export const MAX_RRSET_RECORDS = 0xffff;

/** Flags of a node, already shifted into word 0. Those from NODE_CUT on follow from the types present. */
export const NODE_TOMBSTONE = 1 << 8;
/** The TTLs of an RRset differed when it was loaded, and the lowest was taken (RFC 2181 5.2). */
export const NODE_MIXED_TTL = 1 << 9;
/** NS below the apex: a zone cut. */
export const NODE_CUT = 1 << 10;
export const NODE_DNAME = 1 << 11;
export const NODE_CNAME = 1 << 12;
export const NODE_NSEC = 1 << 13;
export const NODE_NSEC3 = 1 << 14;

/** Octets of an NSEC3 owner's first label: base32hex of a SHA-1 hash (RFC 5155 3). */
export const NSEC3_LABEL = 32;

/** True when the name of the node is one label that can be that of an NSEC3 record. */
export function isNsec3Owner(bytes: Uint8Array, node: number): boolean {
  if (bytes[node] !== NSEC3_LABEL + 1 || bytes[node + 8] !== NSEC3_LABEL) return false;
  for (let at = node + 9; at < node + 9 + NSEC3_LABEL; at++) if (base32Value(bytes[at]) < 0) return false;
  return true;
}

/**
 * Four octets in lower case, from octet `from` (0 or 4) of the label whose length octet is at `label`; zero behind its end.
 * Where they differ they are, as unsigned numbers, in the order of the labels (RFC 4034 6.1).
 */
export function labelPrefix(bytes: Uint8Array, label: number, from: number): number {
  let value = 0;
  for (let i = from + 1; i <= from + 4; i++) value = (value << 8) | (i <= bytes[label] ? LOWER[bytes[label + i]] : 0);
  return value;
}

/** The offset of the last label (its length octet) of the relative name `bytes[start..end)`, which is not empty. */
export function lastLabel(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (let next = start; next < end; next += bytes[next] + 1) at = next;
  return at;
}

/** The first 32 bits of the hash whose base32hex begins at `at`. */
export function hashPrefix(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = 0; i < 6; i++) value = (value << 5) | base32Value(bytes[at + i]);
  return (value << 2) | (base32Value(bytes[at + 6]) >>> 3);
}

/** The five bits of a base32hex digit of either case (RFC 4648 7), or -1. */
export function base32Value(octet: number): number {
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  const letter = octet | 0x20;
  return letter >= 0x61 && letter <= 0x76 ? letter - 0x57 : -1;
}

/** Sort key of an RRset inside a node: type, then for RRSIG the covered type. Unsigned 32 bits. */
export function rrsetKey(type: number, rdata: Uint8Array, rdataStart: number, rdataEnd: number): number {
  if (type === 46 /* RRSIG */ && rdataEnd - rdataStart >= 2)
    return ((46 << 16) | (rdata[rdataStart] << 8) | rdata[rdataStart + 1]) >>> 0;
  return (type << 16) >>> 0;
}

/** Flag that a type brings to its node. */
export function flagOfType(type: number, isApex: boolean): number {
  if (type === 2 /* NS */) return isApex ? 0 : NODE_CUT;
  if (type === 5 /* CNAME */) return NODE_CNAME;
  if (type === 39 /* DNAME */) return NODE_DNAME;
  if (type === 47 /* NSEC */) return NODE_NSEC;
  if (type === 50 /* NSEC3 */) return NODE_NSEC3;
  return 0;
}

export function align4(offset: number): number {
  return (offset + 3) & ~3;
}
