import type { Explanation } from '../compare/explanation.ts';
import { PEERS } from '../servers.ts';

/** How much goes into a datagram is each server's own choice, as long as TC is right. {@link ownFault} sees to ours. */
export const SIZES: readonly Explanation[] = [
  {
    name: 'size-of-udp-answers',
    peers: PEERS,
    explains: ({ what }, { transport }) => what === 'tc' && transport === 'udp',
  },
  {
    name: 'additional-left-out',
    peers: PEERS,
    explains(difference, { transport, whole, theirs, limit }) {
      if (difference.what !== 'additional' || transport !== 'udp') return false;
      const { owner, key } = difference.record;
      if (difference.side === 'theirs')
        return whole.bytes.length > limit && whole.additional.some((record) => record.key === key);
      let size = owner.length;
      for (const one of whole.additional) if (one.owner === owner) size += 12 + one.rdata.length;
      return theirs.bytes.length + size > limit;
    },
  },
];
