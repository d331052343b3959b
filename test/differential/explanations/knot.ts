import { RCODE, TYPE } from '@zonewire/shared-protocol';
import type { Explanation } from '../compare/explanation.ts';
import { hasType, isDenial } from '../compare/reply-facts.ts';

/** Knot 3.2 alone. */
export const KNOT: readonly Explanation[] = [
  {
    name: 'one-rrsig',
    peers: ['knot'],
    explains: (difference, { qtype, theirs }) =>
      qtype === TYPE.RRSIG &&
      difference.what === 'answer' &&
      difference.side === 'ours' &&
      difference.record.type === TYPE.RRSIG &&
      hasType(theirs.answer, TYPE.RRSIG),
  },
  {
    name: 'octet-0-in-labels',
    peers: ['knot'],
    explains: (difference, { zone, chain, all }) =>
      difference.what !== 'tc' &&
      (chain.some((one) => zone.isNearZeroOctet(one)) ||
        ('side' in difference &&
          isDenial(difference.record) &&
          all.some((one) => 'side' in one && isDenial(one.record) && zone.isNearZeroOctet(one.record.owner)))),
  },
  {
    name: 'soa-left-out-without-tc',
    peers: ['knot'],
    explains: (difference, { transport, whole, theirs, limit }) =>
      difference.what === 'authority' &&
      difference.side === 'ours' &&
      transport === 'udp' &&
      whole.bytes.length > limit - 64 &&
      !theirs.tc,
  },
  {
    name: 'rcode-of-truncated-answers',
    peers: ['knot'],
    explains: (difference, { ours, theirs }) =>
      difference.what === 'rcode' && difference.theirs === RCODE.NOERROR && ours.tc && theirs.tc,
  },
  {
    name: 'more-behind-yxdomain',
    peers: ['knot'],
    explains: (difference, { ours }) =>
      ours.rcode === RCODE.YXDOMAIN &&
      (difference.what === 'rcode' || ('side' in difference && difference.side === 'theirs')),
  },
  {
    name: 'no-proof-for-an-asterisk-name',
    peers: ['knot'],
    explains: (difference, { chain, zone }) =>
      difference.what === 'authority' &&
      difference.side === 'ours' &&
      isDenial(difference.record) &&
      chain.some((one) => one.startsWith('\x01*') && zone.sourceOfSynthesis(one) !== undefined),
  },
  {
    name: 'nothing-under-opt-out',
    peers: ['knot'],
    explains: (difference, { zone, theirs }) =>
      zone.denial === 'NSEC3 opt-out' &&
      theirs.rcode === RCODE.NXDOMAIN &&
      theirs.authority.length === 0 &&
      !theirs.aa &&
      (difference.what === 'aa' || (difference.what === 'authority' && difference.side === 'ours')),
  },
  {
    name: 'nsec-from-a-wildcard',
    peers: ['knot'],
    explains: (difference, { qtype, whole }) =>
      qtype === TYPE.NSEC &&
      hasType(whole.answer, TYPE.NSEC) &&
      difference.what === 'authority' &&
      difference.side === 'ours' &&
      isDenial(difference.record),
  },
  {
    name: 'pointers-astray',
    peers: ['knot'],
    explains: (difference, { transport, whole, limit }) =>
      difference.what === 'unreadable' &&
      /pointer|label type|beyond/.test(String(difference.theirs)) &&
      transport === 'udp' &&
      whole.bytes.length > limit,
  },
];
