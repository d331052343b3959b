import { type NodeSeen, nodesAfter } from './nodes.ts';

/** Answers of a remote until it is known whether more than one node is behind its address: of two that take turns by chance, 1 in 128 misses one. */
export const ANSWERS_UNTIL_KNOWN = 8;

/** What an answer tells of the nodes behind the address of a remote. */
export interface NodesThere {
  /** All that are there, where there is more than one that says who it is (NSID, RFC 5001). */
  readonly there?: readonly string[];
  /** Too few answers yet to know how many there are. */
  readonly isNew: boolean;
  /** It is another one than those that were there. */
  readonly isOther?: true;
}

/**
 * The nodes behind the address of each remote. A zone has come to a remote when each of its nodes has it; one that has not answered for this
 * zone yet is known by its answers for others.
 */
export class RemoteNodes {
  readonly #remotes = new Map<string, { nodes: readonly NodeSeen[]; answers: number }>();

  /** One more answer of `remote`, whatever the zone. `at`: ms since the epoch. */
  heard(remote: string, node: string | undefined, at: number): NodesThere {
    let known = this.#remotes.get(remote);
    if (known === undefined) {
      known = { nodes: [], answers: 0 };
      this.#remotes.set(remote, known);
    }
    known.answers++;
    const isOther = node !== undefined && known.nodes.length > 0 && known.nodes.every((one) => one.node !== node);
    // Almost always there is one, and it is known.
    if (known.nodes.length > 1 || known.nodes[0]?.node !== node)
      known.nodes = nodesAfter(known.nodes, { node, serial: 0, at });
    const isNew = node !== undefined && known.answers < ANSWERS_UNTIL_KNOWN;
    if (known.nodes.length < 2) return { isNew };
    const there = known.nodes.map((one) => one.node);
    return isOther ? { isNew, there, isOther } : { isNew, there };
  }

  /** Those behind the address of `remote` that say who they are. */
  of(remote: string): readonly NodeSeen[] {
    return this.#remotes.get(remote)?.nodes ?? [];
  }
}
