import { compareNames, TYPE } from '@zonewire/shared-protocol';
import type { Reply, Rr } from '../wire/read-reply.ts';
import { isAtOrBelow } from './zone-facts.ts';

/** The record is of the type, or an RRSIG over it. */
export function covers({ type, rdata }: Rr, wanted: number): boolean {
  return type === wanted || (type === TYPE.RRSIG && coveredType(rdata) === wanted);
}

export function coveredType(rdata: string): number {
  return (rdata.charCodeAt(0) << 8) | rdata.charCodeAt(1);
}

/** A or AAAA, or an RRSIG over one of them. */
export function isAddress(record: Rr): boolean {
  return covers(record, TYPE.A) || covers(record, TYPE.AAAA);
}

/** Ends in a referral (RFC 1034 4.3.2 step 3b), perhaps behind a CNAME: NS and no SOA in the authority section. */
export function isReferral({ authority }: Reply): boolean {
  return authority.some(({ type }) => type === TYPE.NS) && authority.every(({ type }) => type !== TYPE.SOA);
}

/** A chain of CNAMEs that comes back to one of its own names. */
export function isLoop({ answer }: Reply): boolean {
  const targets = new Map(answer.filter(({ type }) => type === TYPE.CNAME).map(({ owner, rdata }) => [owner, rdata]));
  for (const start of targets.keys()) {
    let at = targets.get(start);
    for (let left = targets.size; left > 0 && at !== undefined; left--) {
      if (at === start) return true;
      at = targets.get(at);
    }
  }
  return false;
}

/** With a DNAME whose target is below its owner: every name it makes is longer, and meets it again. */
export function leadsBelowItself({ answer }: Reply): boolean {
  return answer.some(({ type, owner, rdata }) => type === TYPE.DNAME && isAtOrBelow(rdata, owner));
}

/** The names of the chain of CNAMEs that begins with `qname`; the rest of the answer speaks of the last one (RFC 6604 3). */
export function chainOf(qname: string, { answer }: Reply): string[] {
  const targets = new Map(answer.filter(({ type }) => type === TYPE.CNAME).map(({ owner, rdata }) => [owner, rdata]));
  const chain = [qname];
  for (let at = targets.get(qname); at !== undefined && chain.length <= targets.size; at = targets.get(at))
    chain.push(at);
  return chain;
}

/** NSEC or NSEC3, or an RRSIG over one of them. */
export function isDenial(record: Rr): boolean {
  return covers(record, TYPE.NSEC) || covers(record, TYPE.NSEC3);
}

/** The NSEC says that there is no such name (RFC 4034 4.1.1); the last one of the zone leads back to the apex. */
export function coversName({ owner, rdata }: Rr, absent: string): boolean {
  const [from, name] = [owner, absent].map(bytes);
  const next = bytes(rdata.slice(0, nameLength(rdata)));
  const isLast = compareNames(next, from) <= 0;
  return compareNames(from, name) < 0 && (isLast || compareNames(name, next) < 0);
}

function nameLength(rdata: string): number {
  let at = 0;
  while (rdata.charCodeAt(at) !== 0) at += 1 + rdata.charCodeAt(at);
  return at + 1;
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (one) => one.charCodeAt(0));
}

export function hasType(records: readonly Rr[], type: number): boolean {
  return records.some((record) => record.type === type);
}
