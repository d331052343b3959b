import {
  addressText,
  heldByAll,
  type NodeSeen,
  nodesAfter,
  type Remote,
  type TargetAnswer,
  type TargetFailure,
} from '@zonewire/nameserver';
import type { Comparison, Expiry, Health, ReceiptFacts } from './model.ts';

/** The same serial, other content. */
export interface Divergence {
  readonly serial: number;
  readonly how: string;
  /** Another serial does not end it: differences are applied to whatever is there. The next comparison does. */
  readonly isKept: boolean;
}

/** What is known of one zone at one secondary. Changed as things happen, read by {@link Replicas}. */
export class Target {
  readonly zone: string;
  readonly secondary: string;
  remote: Remote;
  health: Health;
  /** The newest answer, and when its serial was first seen. */
  seen: { readonly serial: number; readonly at: number } | undefined;
  /** When the last probe was sent that was answered. */
  askedAt: number | undefined;
  /** When it was last seen to be as new as we were. */
  currentAt: number | undefined;
  silent = 0;
  silentSince: number | undefined;
  probeRefused: string | undefined;
  notifyRefused: string | undefined;
  lastFailure: string | undefined;
  acknowledgedAt: number | undefined;
  /** First NOTIFY of what it lacks. */
  waitingSince: number | undefined;
  /** Its own word of when the zone expires there (RFC 7314). */
  expireAt: number | undefined;
  receipt: ReceiptFacts | undefined;
  /** When time alone may change its health; only looked at while that may be. */
  lookAt = 0;
  /** Marks of the countdown to its expiry that were told of. */
  expiryWarnings = 0;
  diverged: Divergence | undefined;
  comparison: Comparison | undefined;
  /** Who answers at the address, as far as they say who they are. */
  nodes: readonly NodeSeen[] = [];
  readonly #nodeCounted: (node: string, by: 1 | -1) => void;

  /** `nodeCounted` is told of nodes that are remembered from now on, and not any more. */
  constructor(zone: string, remote: Remote, now: number, nodeCounted: (node: string, by: 1 | -1) => void = () => {}) {
    this.#nodeCounted = nodeCounted;
    this.zone = zone;
    this.secondary = remote.id;
    this.remote = remote;
    const reason = `${addressText(remote.addresses[0])} has not been asked yet.`;
    this.health = { state: 'unknown', since: now, reason, next: '' };
  }

  /** `wanted`: the serial served here. Where several nodes answer, the one furthest behind says how the secondary is. */
  answered(answer: TargetAnswer, wanted: number): void {
    const { serial: answered, at, askedAt, expireIn } = answer;
    this.#nodes(nodesAfter(this.nodes, answer));
    const serial = heldByAll(this.nodes, answered, wanted);
    this.silent = 0;
    this.silentSince = undefined;
    this.lastFailure = undefined;
    this.askedAt = askedAt;
    this.expireAt = expireIn === undefined ? undefined : at + expireIn * 1000;
    if (serial === undefined) {
      // There is another node that has not said what it has: most likely the one that has refused.
      this.waitingSince ??= at;
      return;
    }
    this.probeRefused = undefined;
    if (this.seen?.serial !== serial) this.seen = { serial, at };
    if (this.diverged !== undefined && this.diverged.serial !== serial && !this.diverged.isKept)
      this.diverged = undefined;
    if (serial === wanted) {
      this.currentAt = at;
      this.notifyRefused = undefined;
      this.waitingSince = undefined;
    } else this.waitingSince ??= at;
  }

  failed({ at, cause, reason, silent = 0 }: TargetFailure, exchange: 'notify' | 'probe'): void {
    this.lastFailure = reason;
    if (this.seen === undefined) this.waitingSince ??= at;
    if (cause === 'silence') {
      this.silent = Math.max(this.silent + 1, silent);
      this.silentSince ??= at;
      return;
    }
    this.silent = 0;
    this.silentSince = undefined;
    if (exchange === 'probe') this.probeRefused = reason;
    else if (cause === 'refused') this.notifyRefused = reason;
  }

  /** @returns whether its health may be another one for it. */
  acknowledged(at: number): boolean {
    const hadTrouble = this.silent > 0 || this.notifyRefused !== undefined;
    this.silent = 0;
    this.silentSince = undefined;
    this.notifyRefused = undefined;
    this.acknowledgedAt = at;
    return hadTrouble;
  }

  /** Its copy was compared with what is served here, or could not be. */
  compared(comparison: Comparison): void {
    const { result, serial, reason } = comparison;
    // What passes by itself does not cover what was found before.
    if ((result !== 'behind' && result !== 'moved') || this.comparison === undefined) this.comparison = comparison;
    if (result === 'same') this.diverged = undefined;
    else if (result === 'different' && serial !== undefined)
      this.diverged = { serial, how: `its copy was transferred and compared: ${reason}`, isKept: true };
    else if (result === 'refused' && this.diverged !== undefined) this.diverged = { ...this.diverged, isKept: false };
  }

  /** `expire`: of the zone's SOA, seconds. */
  expiry(expire: number, now: number): Expiry | undefined {
    const span = expire * 1000;
    if (span <= 0) return undefined;
    const [at, source] = this.#expireAt(span);
    if (at === undefined) return undefined;
    return { at, fraction: Math.min(1, Math.max(0, 1 - (at - now) / span)), source };
  }

  #expireAt(span: number): [number | undefined, Expiry['source']] {
    if (this.receipt?.expireAt !== undefined) return [this.receipt.expireAt, 'receipt'];
    if (this.expireAt !== undefined) return [this.expireAt, 'edns'];
    return [this.currentAt === undefined ? undefined : this.currentAt + span, 'estimate'];
  }

  #nodes(nodes: readonly NodeSeen[]): void {
    const before = this.nodes;
    this.nodes = nodes;
    const has = (all: readonly NodeSeen[], name: string) => all.some(({ node }) => node === name);
    for (const { node } of nodes) if (!has(before, node)) this.#nodeCounted(node, 1);
    for (const { node } of before) if (!has(nodes, node)) this.#nodeCounted(node, -1);
  }
}
