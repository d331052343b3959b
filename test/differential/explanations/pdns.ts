import { RCODE, TYPE } from '@zonewire/shared-protocol';
import type { Explanation } from '../compare/explanation.ts';
import { hasType } from '../compare/reply-facts.ts';

/** PowerDNS 4.7 alone. */
export const PDNS: readonly Explanation[] = [
  {
    name: 'lowest-cut',
    peers: ['pdns'],
    explains: (difference, { final, zone }) =>
      zone.cutsAbove(final).length > 1 && difference.what !== 'rcode' && difference.what !== 'answer',
  },
  {
    name: 'rrsig-refused',
    peers: ['pdns'],
    explains: (_, { qtype, theirs }) => qtype === TYPE.RRSIG && theirs.rcode === RCODE.REFUSED,
  },
  {
    name: 'soa-beside-cname',
    peers: ['pdns'],
    explains: (difference, { qtype, whole }) =>
      qtype === TYPE.CNAME &&
      whole.answer.length > 0 &&
      difference.what === 'authority' &&
      difference.side === 'theirs' &&
      difference.record.type === TYPE.SOA,
  },
  {
    name: 'type-0-at-an-empty-non-terminal',
    peers: ['pdns'],
    explains: (difference, { qtype, final, zone }) =>
      qtype === TYPE.ANY &&
      zone.types(final) === undefined &&
      ((difference.what === 'answer' && difference.side === 'theirs' && difference.record.type === 0) ||
        (difference.what === 'authority' && difference.side === 'ours' && difference.record.type === TYPE.SOA)),
  },
  {
    name: 'cname-behind-a-dname',
    peers: ['pdns'],
    explains: (difference, { qtype, whole, theirs }) =>
      qtype === TYPE.CNAME &&
      hasType(whole.answer, TYPE.CNAME) &&
      (theirs.rcode === RCODE.SERVFAIL || ('side' in difference && difference.side === 'theirs')),
  },
  {
    name: 'any-at-an-alias',
    peers: ['pdns'],
    explains: (difference, { qtype, whole, theirs }) =>
      qtype === TYPE.ANY &&
      (hasType(whole.answer, TYPE.DNAME) || hasType(whole.answer, TYPE.CNAME)) &&
      (!('side' in difference) || difference.side === 'theirs' || theirs.rcode === RCODE.SERVFAIL),
  },
  {
    name: 'octet-0-in-compression',
    peers: ['pdns'],
    explains: (difference, { chain, zone }) => 'side' in difference && zone.isNearZeroOctet(chain[0]),
  },
];
