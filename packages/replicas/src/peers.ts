import type { RequestWatch, TransferAsked, TransferServed } from '@zonewire/nameserver';
import { decodeMessage, nameToText } from '@zonewire/shared-protocol';

/** What one address did here; the newest of each. Times in ms since the epoch. */
export interface PeerFacts {
  connectedAt?: number;
  /** A request for a transfer, or a signed one, of whatever zone. */
  requestedAt?: number;
}

/** What was asked of one zone from one address. */
export interface AskFacts {
  readonly peer: string;
  asked?: TransferAsked;
  served?: TransferServed;
  /** A request for the zone whose signature did not verify: 16 BADSIG, 17 BADKEY, 18 BADTIME (RFC 8945 3). */
  tsig?: { readonly at: number; readonly error: number };
}

/** Addresses that asked for one zone and are remembered, the newest. */
export const ASKERS_PER_ZONE = 8;

/**
 * Who came here and asked for what, as far as it can explain why a secondary does not follow: of addresses only those of
 * secondaries that are notified, of zones only those that somebody is notified of. So strangers cannot fill it.
 */
export class Peers implements RequestWatch {
  readonly #hosts = new Map<string, { users: number; readonly facts: PeerFacts }>();
  readonly #asks = new Map<string, Map<string, AskFacts>>();
  readonly #onServed: (served: TransferServed) => void;

  constructor(onServed: (served: TransferServed) => void) {
    this.#onServed = onServed;
  }

  /** From now on what this address does is remembered. */
  expect(host: string): void {
    const known = this.#hosts.get(host);
    if (known === undefined) this.#hosts.set(host, { users: 1, facts: {} });
    else known.users++;
  }

  unexpect(host: string): void {
    const known = this.#hosts.get(host);
    if (known !== undefined && --known.users === 0) this.#hosts.delete(host);
  }

  expectZone(zone: string): void {
    if (!this.#asks.has(zone)) this.#asks.set(zone, new Map());
  }

  forgetZone(zone: string): void {
    this.#asks.delete(zone);
  }

  facts(host: string): PeerFacts | undefined {
    return this.#hosts.get(host)?.facts;
  }

  asks(zone: string): readonly AskFacts[] {
    return [...(this.#asks.get(zone)?.values() ?? [])];
  }

  connected(peer: string, at: number): void {
    const known = this.#hosts.get(peer);
    if (known !== undefined) known.facts.connectedAt = at;
  }

  transferAsked(asked: TransferAsked): void {
    const facts = this.#ask(asked.zone, asked.peer);
    if (facts === undefined) return;
    facts.asked = asked;
    const known = this.#hosts.get(asked.peer);
    if (known !== undefined) known.facts.requestedAt = asked.at;
  }

  transferServed(served: TransferServed): void {
    const facts = this.#ask(served.zone, served.peer);
    if (facts === undefined) return;
    facts.served = served;
    this.#onServed(served);
  }

  /** Only of addresses that are notified: a stranger may write any sender and any zone into a datagram. */
  tsigRefused(peer: string, error: number, at: number, request: Uint8Array): void {
    const known = this.#hosts.get(peer);
    if (known === undefined) return;
    known.facts.requestedAt = at;
    const decoded = decodeMessage(request);
    const question = decoded.ok ? decoded.value.question[0] : undefined;
    const facts = question && this.#ask(nameToText(question.name).toLowerCase(), peer);
    if (facts !== undefined) facts.tsig = { at, error };
  }

  #ask(zone: string, peer: string): AskFacts | undefined {
    const asks = this.#asks.get(zone);
    if (asks === undefined) return undefined;
    const facts = asks.get(peer) ?? { peer };
    asks.delete(peer);
    asks.set(peer, facts);
    if (asks.size > ASKERS_PER_ZONE) {
      const [oldest] = asks.keys();
      asks.delete(oldest);
    }
    return facts;
  }
}
