import type { PeerName } from '../servers.ts';
import type { Reply } from '../wire/read-reply.ts';
import type { Difference } from './differences.ts';
import type { ZoneFacts } from './zone-facts.ts';

/** Everything that is known about two answers that differ. */
export interface Case {
  readonly peer: PeerName;
  /** In lower case, wire form, one character an octet. */
  readonly qname: string;
  readonly qtype: number;
  /** The last name of our answer's chain of CNAMEs, or the name asked for. */
  readonly final: string;
  /** The names asked for on the way there, the first one included. */
  readonly chain: readonly string[];
  readonly transport: 'udp' | 'tcp';
  readonly dnssecOk: boolean;
  /** Octets that an answer over UDP may have. */
  readonly limit: number;
  readonly zone: ZoneFacts;
  readonly ours: Reply;
  /** Ours without the limit of UDP. */
  readonly whole: Reply;
  readonly theirs: Reply;
  /** All that differs, what is explained already included. */
  readonly all: readonly Difference[];
}

/** A difference that stays: a narrow rule, and the section of docs/differences.md that says which RFC makes our answer right. */
export interface Explanation {
  /** Heading in docs/differences.md. */
  readonly name: string;
  readonly peers: readonly PeerName[];
  /** Whether it is the reason for this one thing. */
  explains(difference: Difference, at: Case): boolean;
}
