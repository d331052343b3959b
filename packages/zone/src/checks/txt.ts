import { LOWER, type Name } from '@zonewire/shared-protocol';
import type { Layer } from '../image/layer.ts';

const SPF = 'v=spf1';
const DMARC = '_dmarc';
const DOMAINKEY = '_domainkey';

/** What the TXT records of a name are for, as far as mail is concerned. */
export type MailText = 'dmarc' | 'dkim' | undefined;

/** By the owner's labels: `_dmarc.…`, or a selector below `_domainkey` (RFC 7489 6.1, RFC 6376 3.6.2.1). */
export function mailTextOf(owner: Uint8Array, start: number, end: number): MailText {
  if (labelIs(owner, start, end, DMARC)) return 'dmarc';
  for (let at = start + owner[start] + 1; at < end && owner[at] !== 0; at += owner[at] + 1)
    if (labelIs(owner, at, end, DOMAINKEY)) return 'dkim';
  return undefined;
}

/** True when the TXT RRset at `rrset` is to be looked at: most of a large zone's are not, and cost no object. */
export function isMailText(layer: Layer, node: number, rrset: number): boolean {
  const { bytes, words } = layer;
  if (mailTextOf(bytes, node + 8, node + 8 + bytes[node]) !== undefined) return true;
  const end = rrset + 12 + words[(rrset >>> 2) + 2];
  for (let at = rrset + 12; at < end; at += 2 + ((bytes[at] << 8) | bytes[at + 1]))
    if (startsWithSpf(bytes, at + 2, at + 2 + ((bytes[at] << 8) | bytes[at + 1]))) return true;
  return false;
}

/** The strings of a TXT record as one, a character an octet (RFC 7208 3.3, RFC 6376 3.6.2.2). */
export function joinedText(rdata: Uint8Array): string {
  let text = '';
  for (let at = 0; at < rdata.length; at += 1 + rdata[at])
    text += Buffer.from(rdata.buffer, rdata.byteOffset + at + 1, Math.min(rdata[at], rdata.length - at - 1)).toString(
      'latin1',
    );
  return text;
}

function startsWithSpf(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start <= SPF.length || bytes[start] < SPF.length) return false;
  for (let i = 0; i < SPF.length; i++) if (LOWER[bytes[start + 1 + i]] !== SPF.charCodeAt(i)) return false;
  return true;
}

function labelIs(name: Name, at: number, end: number, label: string): boolean {
  if (at + label.length >= end || name[at] !== label.length) return false;
  for (let i = 0; i < label.length; i++) if (LOWER[name[at + 1 + i]] !== label.charCodeAt(i)) return false;
  return true;
}
