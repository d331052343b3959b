import { TYPE } from '@zonewire/shared-protocol';
import type { Explanation } from '../compare/explanation.ts';
import { covers, hasType } from '../compare/reply-facts.ts';

/** BIND 9.18 alone. */
export const BIND: readonly Explanation[] = [
  {
    name: 'cd-copied',
    peers: ['bind'],
    explains: (difference) => difference.what === 'cd' && difference.ours === 0 && difference.theirs === 1,
  },
  {
    name: 'ad-set',
    peers: ['bind'],
    explains: (difference) => difference.what === 'ad' && difference.ours === 0 && difference.theirs === 1,
  },
  {
    name: 'soa-with-ttl-0',
    peers: ['bind'],
    explains: (difference, { qtype, zone }) =>
      qtype === TYPE.SOA &&
      difference.what === 'authority' &&
      difference.record.owner === zone.apex &&
      covers(difference.record, TYPE.SOA),
  },
  {
    name: 'nsec-at-a-cut',
    peers: ['bind'],
    explains: (_, { qtype, zone, final }) => qtype === TYPE.NSEC && zone.cutsAbove(final)[0] === final,
  },
  {
    name: 'wildcard-under-opt-out',
    peers: ['bind'],
    explains: (difference, { zone, whole }) =>
      zone.denial === 'NSEC3 opt-out' &&
      hasType(whole.authority, TYPE.SOA) &&
      difference.what === 'authority' &&
      difference.side === 'theirs' &&
      covers(difference.record, TYPE.NSEC3),
  },
];
