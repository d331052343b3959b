import { RCODE, TYPE } from '@zonewire/shared-protocol';
import type { Explanation } from '../compare/explanation.ts';
import { covers, coversName, hasType, isDenial } from '../compare/reply-facts.ts';

/** NSD 4.6 alone. */
export const NSD: readonly Explanation[] = [
  {
    name: 'nsec3-for-a-wildcard-by-name',
    peers: ['nsd'],
    explains: (difference, { final, zone }) =>
      difference.what === 'authority' &&
      difference.side === 'theirs' &&
      zone.denial.startsWith('NSEC3') &&
      final.startsWith('\x01*') &&
      covers(difference.record, TYPE.NSEC3),
  },
  {
    name: 'no-closest-encloser',
    peers: ['nsd'],
    explains: (difference, { final, zone }) =>
      difference.what === 'authority' &&
      difference.side === 'ours' &&
      zone.denial.startsWith('NSEC3') &&
      zone.sourceOfSynthesis(final) !== undefined &&
      covers(difference.record, TYPE.NSEC3),
  },
  {
    name: 'nsec-of-the-wildcard',
    peers: ['nsd'],
    explains: (difference, { chain, zone, all }) =>
      difference.what === 'authority' &&
      covers(difference.record, TYPE.NSEC) &&
      all.some(
        (one) =>
          one.what === 'authority' &&
          one.side === difference.side &&
          one.record.type === TYPE.NSEC &&
          one.record.owner === difference.record.owner &&
          (difference.side === 'ours'
            ? chain.some((name) => coversName(one.record, `\x01*${zone.closestEncloser(name)}`))
            : chain.every((name) => name !== one.record.owner && !coversName(one.record, name))),
      ),
  },
  {
    name: 'nsec3-at-an-alias',
    peers: ['nsd'],
    explains: (_, { qtype, whole }) => qtype === TYPE.NSEC3 && hasType(whole.answer, TYPE.CNAME),
  },
  {
    name: 'proof-behind-an-alias',
    peers: ['nsd', 'pdns'],
    explains: (_, { qtype, whole, theirs, zone, chain: [qname] }) =>
      (qtype === TYPE.NSEC || qtype === TYPE.RRSIG) &&
      (theirs.rcode === RCODE.SERVFAIL ||
        (theirs.tc && zone.types(zone.sourceOfSynthesis(qname) ?? qname)?.has(TYPE.CNAME) === true) ||
        theirs.answer.some(({ type, key }) => type === TYPE.CNAME && whole.answer.every((one) => one.key !== key))),
  },
  {
    name: 'denial-behind-a-dname',
    peers: ['nsd'],
    explains: (difference, { whole }) =>
      difference.what === 'authority' && isDenial(difference.record) && hasType(whole.answer, TYPE.DNAME),
  },
  {
    name: 'other-closest-encloser-under-opt-out',
    peers: ['nsd'],
    explains: (difference, { zone }) =>
      zone.denial === 'NSEC3 opt-out' && difference.what === 'authority' && isDenial(difference.record),
  },
];
