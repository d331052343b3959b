import { RCODE, TYPE } from '@zonewire/shared-protocol';
import type { Explanation } from '../compare/explanation.ts';
import { hasType, isDenial, isLoop, leadsBelowItself } from '../compare/reply-facts.ts';
import { PEERS } from '../servers.ts';

/** Names in a chain that every server follows. */
const MOST_FOLLOWED = 8;

/** Where the RFCs leave a choice, or several servers have the same habit. */
export const CHOICES: readonly Explanation[] = [
  {
    name: 'any-all-types',
    peers: ['bind', 'pdns'],
    explains: (difference, { qtype, whole, theirs }) =>
      qtype === TYPE.ANY &&
      whole.rcode === theirs.rcode &&
      (difference.what === 'answer' || difference.what === 'additional') &&
      difference.side === 'theirs' &&
      whole.answer.length > 0,
  },
  {
    name: 'any-another-rrset',
    peers: ['knot', 'nsd'],
    explains: (difference, { qtype, whole, theirs }) =>
      qtype === TYPE.ANY &&
      whole.rcode === theirs.rcode &&
      (difference.what === 'answer' || difference.what === 'additional') &&
      whole.answer.length > 0 &&
      theirs.answer.length > 0,
  },
  {
    name: 'any-without-additional',
    peers: ['bind', 'pdns'],
    explains: (difference, { qtype }) =>
      qtype === TYPE.ANY && difference.what === 'additional' && difference.side === 'ours',
  },
  {
    name: 'any-below-dname',
    peers: ['knot', 'nsd'],
    explains: (difference, { qtype, whole }) =>
      qtype === TYPE.ANY &&
      hasType(whole.answer, TYPE.DNAME) &&
      (!('side' in difference) || difference.side === 'theirs'),
  },
  {
    name: 'alias-loop',
    peers: ['bind', 'knot', 'pdns'],
    explains: (difference, { peer, whole, theirs }) =>
      peer === 'knot'
        ? difference.what === 'answer' &&
          difference.side === 'theirs' &&
          whole.answer.some(({ key }) => key === difference.record.key)
        : isLoop(whole) &&
          theirs.rcode === RCODE.SERVFAIL &&
          (difference.what === 'rcode' || difference.what === 'answer'),
  },
  {
    name: 'alias-chain-limit',
    peers: PEERS,
    explains: (difference, { whole, chain }) =>
      (chain.length > MOST_FOLLOWED || leadsBelowItself(whole)) &&
      (difference.what === 'rcode' || difference.what === 'answer' || difference.what === 'authority'),
  },
  {
    name: 'asterisk-as-closest-encloser',
    peers: ['bind', 'knot'],
    explains: (difference, { zone, final }) =>
      difference.what === 'authority' &&
      difference.side === 'ours' &&
      isDenial(difference.record) &&
      // An empty non-terminal owns nothing.
      zone.types(zone.sourceOfSynthesis(final) ?? zone.apex) === undefined,
  },
];
