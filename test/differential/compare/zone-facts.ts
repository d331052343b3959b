import { type Name, name, nameKey, parseRecords, TYPE } from '@zonewire/shared-protocol';

/** A zone as explanations ask for it: which names own what. Names are wire form in lower case, one character an octet. */
export interface ZoneFacts {
  readonly apex: string;
  readonly denial: 'unsigned' | 'NSEC' | 'NSEC3' | 'NSEC3 opt-out';
  /** Types that the name owns; undefined: it owns nothing, but may be an empty non-terminal. */
  types(owner: string): ReadonlySet<number> | undefined;
  /** True when the name owns something, or is above one that does. */
  exists(owner: string): boolean;
  /** The wildcard that a name which does not exist is made from (RFC 4592 3.3.1); undefined when the name or no wildcard exists. */
  sourceOfSynthesis(owner: string): string | undefined;
  /** The longest ancestor that exists, of a name that does not (RFC 4592 3.3.1); else the name itself. */
  closestEncloser(owner: string): string;
  /** True for a name beside or below which there is one whose first label holds the octet 0, and for such a name. */
  isNearZeroOctet(owner: string): boolean;
  /** True for what an SVCB or HTTPS record names with capitals. */
  isServiceInCapitals(owner: string): boolean;
  /** The zone cuts at or above the name, the highest first. */
  cutsAbove(owner: string): string[];
  /** True at a zone cut and below: no authoritative data, whatever the zone holds there. */
  isBelowCut(owner: string): boolean;
}

export function zoneFacts(origin: string, text: string): ZoneFacts {
  const apex: Name = name(origin);
  const owners = new Map<string, Set<number>>();
  const names = new Set<string>();
  const servicesInCapitals = new Set<string>();
  let denial: ZoneFacts['denial'] = 'unsigned';
  for (const record of parseRecords(text, apex)) {
    const owner = nameKey(record.name);
    // RFC 5155 7.2.8: owners of NSEC3 are no names of the zone.
    if (record.type === TYPE.NSEC3) {
      if ((record.rdata[1] & 1) !== 0) denial = 'NSEC3 opt-out';
      else if (denial === 'unsigned') denial = 'NSEC3';
      continue;
    }
    if (record.type === TYPE.RRSIG && record.rdata[1] === TYPE.NSEC3) continue;
    if (record.type === TYPE.NSEC) denial = 'NSEC';
    if (record.type === TYPE.SVCB || record.type === TYPE.HTTPS) noteCapitals(record.rdata, servicesInCapitals);
    const types = owners.get(owner) ?? new Set();
    owners.set(owner, types.add(record.type));
    for (let at = owner; at.length >= apex.length; at = parentOf(at)) names.add(at);
  }
  const closestEncloser = (owner: string) => {
    let encloser = owner;
    while (!names.has(encloser) && encloser.length > apex.length) encloser = parentOf(encloser);
    return encloser;
  };
  const nearZeroOctets = [...names].filter((one) => one.slice(1, 1 + one.charCodeAt(0)).includes('\0')).map(parentOf);
  const cutsAbove = (owner: string) => {
    const cuts: string[] = [];
    for (let at = owner; at.length > apex.length; at = parentOf(at)) if (owners.get(at)?.has(TYPE.NS)) cuts.unshift(at);
    return cuts;
  };
  return {
    apex: nameKey(apex),
    denial,
    types: (owner) => owners.get(owner),
    exists: (owner) => names.has(owner),
    closestEncloser,
    sourceOfSynthesis(owner) {
      const wildcard = `\x01*${closestEncloser(owner)}`;
      return !names.has(owner) && names.has(wildcard) ? wildcard : undefined;
    },
    isNearZeroOctet: (owner) => hasZeroOctet(owner) || nearZeroOctets.some((parent) => isAtOrBelow(owner, parent)),
    isServiceInCapitals: (owner) => servicesInCapitals.has(owner),
    cutsAbove,
    isBelowCut: (owner) => cutsAbove(owner).length > 0,
  };
}

function noteCapitals(rdata: Uint8Array, into: Set<string>): void {
  let end = 2;
  while (rdata[end] !== 0) end += rdata[end] + 1;
  const target = rdata.subarray(2, end + 1);
  if (target.some((octet) => octet >= 0x41 && octet <= 0x5a)) into.add(nameKey(target));
}

/** In a label; the root label is none. */
function hasZeroOctet(owner: string): boolean {
  for (let at = owner; at.length > 1; at = parentOf(at))
    if (at.slice(1, 1 + at.charCodeAt(0)).includes('\0')) return true;
  return false;
}

export function parentOf(owner: string): string {
  return owner.slice(1 + owner.charCodeAt(0));
}

export function isAtOrBelow(owner: string, ancestor: string): boolean {
  for (let at = owner; at.length >= ancestor.length && at !== ''; at = parentOf(at)) if (at === ancestor) return true;
  return false;
}
