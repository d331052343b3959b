import type { Message, MessageDraft, TsigKey } from '@zonewire/shared-protocol';

/** Who asks, how and when. */
export interface RequestContext {
  readonly transport: 'udp' | 'tcp';
  readonly peerAddress: string;
  readonly peerPort: number;
  /** The key the request was verified with; undefined: it was not signed. */
  readonly key?: TsigKey | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** An Extended DNS Error for the answer (RFC 8914); it goes to who sent an OPT record, `extra` shortened to what people read. */
export interface ExtendedError {
  readonly infoCode: number;
  readonly extra?: string | undefined;
}

/** A request that is not done, and why. */
export interface Refusal {
  readonly rcode: number;
  readonly ede?: ExtendedError | undefined;
}

/**
 * An answer to AXFR or IXFR, every message complete and unsigned: over TCP a stream of them, pulled as fast as the peer takes
 * them; over UDP one. Or an RCODE, when there is nothing to give. Each message may be overwritten once the next one is asked for.
 */
export type TransferAnswer =
  | { readonly messages: Iterable<Uint8Array> | AsyncIterable<Uint8Array> }
  | { readonly single: Uint8Array }
  | Refusal;

/**
 * What primary and secondary plug in for their zones. Every request they get is verified (TSIG) and allowed (acl), and asks for
 * the apex of their zone; what they return is unsigned, the nameserver signs. What they throw is logged and answered with SERVFAIL.
 * A method that is missing means NOTIMP for that zone (transfer: REFUSED).
 */
export interface ZoneHandler {
  /** RFC 1996. The answer as a message, or only its RCODE. */
  notify?(request: Message, context: RequestContext): Promise<MessageDraft | number>;
  /** RFC 2136. Resolves with the RCODE, NOERROR only once the change is durable. */
  update?(request: Message, context: RequestContext): Promise<number | Refusal>;
  /** AXFR (RFC 5936), IXFR (RFC 1995). `context.transport` decides between `messages` and `single`. */
  transfer?(request: Message, context: RequestContext): TransferAnswer | Promise<TransferAnswer>;
}
