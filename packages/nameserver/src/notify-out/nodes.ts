import { compareSerials, isSameOrOlderSerial } from '@zonewire/shared-protocol';

/** One node behind the address of a target, told apart by its NSID (RFC 5001). */
export interface NodeSeen {
  readonly node: string;
  /** What it was last seen to answer with, and when (ms since the epoch); undefined: it has answered for other zones only. */
  readonly serial: number | undefined;
  readonly at: number;
  /** Answers in a row that came from others since. */
  readonly missed: number;
}

/** Nodes behind one address that are told apart; one more takes the place of the one missed most. */
export const NODES_PER_TARGET = 16;

/**
 * Answers for each known node, all from others, after which a node is taken to be gone. Where each answer may come from any of n nodes,
 * one that is there is missed so often with a probability of (1 - 1/n)^10n: 1 in 20,000 to 1 in a million.
 */
export const ANSWERS_UNTIL_GONE = 10;

export interface NodeAnswer {
  readonly node?: string | undefined;
  readonly serial: number;
  readonly at: number;
  /** All that are there, by answers for whatever zone. */
  readonly there?: readonly string[] | undefined;
}

/** The nodes after one more answer; those that are gone are left out. */
export function nodesAfter(
  known: readonly NodeSeen[],
  { node, serial, at, there = [] }: NodeAnswer,
): readonly NodeSeen[] {
  if (known.length === 0 && node === undefined) return known;
  const unseen = there
    .filter((name) => name !== node && known.every((one) => one.node !== name))
    .map((name) => ({ node: name, serial: undefined, at, missed: 0 }));
  const nodes = [...known, ...unseen];
  const most = ANSWERS_UNTIL_GONE * nodes.length;
  const others = nodes
    .filter((one) => one.node !== node)
    .map((one) => ({ ...one, missed: one.missed + 1 }))
    .filter(({ missed }) => missed < most)
    .sort((a, b) => b.missed - a.missed);
  if (node === undefined) return others;
  return [...others.slice(-(NODES_PER_TARGET - 1)), { node, serial, at, missed: 0 }];
}

/** Whether it has said what it has. */
export function hasAnswered(nodes: readonly NodeSeen[], node: string): boolean {
  return nodes.some((one) => one.node === node && one.serial !== undefined);
}

/**
 * What a target as a whole has, when one of its nodes answers with `serial` and `wanted` is served here: what the node has that is furthest
 * behind; undefined while nothing is known of one of them. An answer that is not older than `wanted` and another one stands for itself.
 */
export function heldByAll(nodes: readonly NodeSeen[], serial: number, wanted: number): number | undefined {
  if (!isSameOrOlderSerial(serial, wanted)) return serial;
  let oldest = serial;
  let isKnown = true;
  for (const one of nodes) {
    if (one.serial === undefined) isKnown = false;
    else if (compareSerials(one.serial, oldest) === -1) oldest = one.serial;
  }
  return isKnown || oldest !== wanted ? oldest : undefined;
}
