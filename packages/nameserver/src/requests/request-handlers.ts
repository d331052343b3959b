import {
  CLASS,
  decodeMessage,
  EDE,
  EDNS_OPTION,
  type Edns,
  encodeMessage,
  extendedErrorOption,
  findOption,
  MAX_MESSAGE,
  type Message,
  type MessageDraft,
  nameToText,
  nsidOption,
  OPCODE,
  RCODE,
  readNotify,
  type TsigKey,
  TYPE,
} from '@zonewire/shared-protocol';
import { type AclAction, aclAllows } from '../access.ts';
import type { Counters } from '../counters.ts';
import { typeIndex } from '../counters.ts';
import type { EventLog } from '../event-log.ts';
import { MAX_EXTRA, MAX_IDENTITY } from '../pipeline/opt-record.ts';
import { servedVersion, unavailable } from '../pipeline/query-pipeline.ts';
import type { Clock } from '../ports.ts';
import type { RequestWatch, TransferAsked } from '../request-watch.ts';
import type { ExtendedError, Refusal, RequestContext, ZoneHandler } from '../zone-handler.ts';
import type { ZoneEntry, ZoneTable } from '../zone-table.ts';
import { type AnswerSigner, verifyAndSign } from './signing.ts';

/** Where answers go. */
export interface AnswerSink {
  /** Resolves once the next message may come; false: the peer is gone, nothing more can be sent. The message may be kept. */
  send(message: Uint8Array): boolean | Promise<boolean>;
  /** Nothing more comes, in the middle of a transfer: the connection is closed, so that half of it does not look whole. */
  cut(): void;
}

export interface RequestHandlersOptions {
  readonly zones: ZoneTable;
  readonly keys: () => ReadonlyMap<string, TsigKey>;
  readonly identity: string;
  readonly udpAnswerSize: number;
  readonly counters: Counters;
  readonly events: EventLog;
  readonly clock: Pick<Clock, 'now'>;
  readonly watch?: RequestWatch | undefined;
}

/** A verified request with what is needed to answer it. */
interface Handled {
  readonly request: Message;
  readonly context: RequestContext;
  readonly signer: AnswerSigner;
  readonly sink: AnswerSink;
}

/** The RCODE to answer with, and why; undefined: an answer was sent. */
type Outcome = Refusal | MessageDraft | undefined;

/**
 * NOTIFY, UPDATE, AXFR and IXFR:
 *
 * ```
 * verify TSIG -> decode -> EDNS version -> zone -> acl -> the zone's handler -> sign
 * ```
 * Whatever a handler does, the peer gets an answer and the server goes on.
 */
export class RequestHandlers {
  readonly #options: RequestHandlersOptions;
  readonly #counters: Counters;

  constructor(options: RequestHandlersOptions) {
    this.#options = options;
    this.#counters = options.counters;
  }

  /** Answers one request; `bytes` must not change while it is under way. Never rejects. */
  async handle(bytes: Uint8Array, peer: Omit<RequestContext, 'key'>, sink: AnswerSink): Promise<void> {
    const nowSeconds = () => this.#options.clock.now() / 1000;
    try {
      const verified = verifyAndSign(bytes, this.#options.keys(), nowSeconds);
      if (verified.status === 'refused') {
        this.#counters.tsigErrors[verified.error]++;
        this.#options.events.tsigRefused(verified.problem, peer);
        this.#options.watch?.tsigRefused(peer.peerAddress, verified.error, peer.now, bytes);
        this.#countAnswer((bytes[2] >>> 3) & 0x0f, RCODE.NOTAUTH);
        await sink.send(verified.response);
        return;
      }
      const decoded = verified.status === 'ok' ? decodeMessage(verified.message) : undefined;
      if (verified.status !== 'ok' || !decoded?.ok) {
        this.#counters.malformed++;
        const signer = verified.status === 'ok' ? verified.signer : undefined;
        await this.#formErr(bytes, signer, sink);
        return;
      }
      const { key, signer } = verified;
      if (key !== undefined) this.#counters.tsigVerified++;
      await this.#answer({ request: decoded.value, context: { ...peer, key }, signer, sink });
    } catch (error) {
      // Only a sink that throws comes here: there is nobody left to answer.
      this.#counters.internalErrors++;
      this.#options.events.internalError(error, peer);
    }
  }

  async #answer(handled: Handled): Promise<void> {
    const { request, context, signer, sink } = handled;
    let outcome: Outcome;
    try {
      outcome = await this.#decide(handled);
    } catch (error) {
      const [question] = request.question;
      this.#counters.internalErrors++;
      this.#options.events.internalError(error, context, question && nameToText(question.name));
      outcome = { rcode: RCODE.SERVFAIL };
    }
    if (outcome === undefined) return;
    const draft = this.#draft(handled, outcome);
    this.#countAnswer(request.opcode, draft.rcode ?? 0);
    await sink.send(signer.sign(this.#encode(draft, this.#sizeLimit(handled))));
  }

  async #decide(handled: Handled): Promise<Outcome> {
    const { request, context } = handled;
    if ((request.edns?.version ?? 0) > 0) return { rcode: RCODE.BADVERS };
    if (request.question.length !== 1) return { rcode: RCODE.FORMERR };
    if (request.opcode === OPCODE.NOTIFY) return this.#notify(handled);
    if (request.opcode === OPCODE.UPDATE) return this.#update(handled);
    const counted = context.transport === 'udp' ? this.#counters.queries.udp : this.#counters.queries.tcp;
    counted[typeIndex(request.question[0].type)]++;
    return this.#transfer(handled);
  }

  #countAnswer(opcode: number, rcode: number): void {
    this.#counters.responses[rcode & 31]++;
    if (opcode === OPCODE.NOTIFY) this.#counters.notifies[rcode & 31]++;
    else if (opcode === OPCODE.UPDATE) this.#counters.updates[rcode & 31]++;
  }

  #encode(draft: MessageDraft, maxSize: number): Uint8Array {
    try {
      return encodeMessage(draft, { maxSize });
    } catch {
      // Not even the question fits: a long name signed with a long key name, over UDP.
      const { id, opcode, rcode } = draft;
      return encodeMessage({ id, qr: true, tc: true, opcode, rcode: (rcode ?? 0) & 15 });
    }
  }

  /** RFC 1996. A zone that is not ours: NOTAUTH, as BIND and Knot do. */
  async #notify(handled: Handled): Promise<Outcome> {
    const { request, context } = handled;
    const read = readNotify(request);
    if (!read.ok) return { rcode: read.error.rcode };
    const entry = this.#options.zones.get(read.value.zone);
    if (entry === undefined) return notAuthoritative();
    const refusal = this.#checkAcl(entry, 'notify', context);
    if (refusal !== undefined) return refusal;
    // A primary has nothing to refresh: it says yes, so that the sender stops.
    const answer = await (entry.handler.notify?.(request, context) ??
      (entry.role === 'primary' ? RCODE.NOERROR : RCODE.NOTIMP));
    if (typeof answer !== 'number') return answer;
    return { ...this.#draft(handled, { rcode: answer }), aa: answer === RCODE.NOERROR };
  }

  /** RFC 2136 3.1: the zone section, then (before the prerequisites tell anybody about the zone's content) the right to update. */
  async #update({ request, context }: Handled): Promise<Outcome> {
    const [zone] = request.question;
    if (zone.type !== TYPE.SOA) return { rcode: RCODE.FORMERR };
    const entry = zone.class === CLASS.IN ? this.#options.zones.get(zone.name) : undefined;
    if (entry === undefined) return notAuthoritative();
    const refusal = this.#checkAcl(entry, 'update', context);
    if (refusal !== undefined) return refusal;
    // RFC 2136 6: a secondary may forward; one that does not says NOTIMP.
    if (entry.handler.update === undefined) {
      const ede = { infoCode: EDE.NOT_SUPPORTED, extra: 'this server is not the primary of the zone: update it there' };
      return { rcode: RCODE.NOTIMP, ede };
    }
    const answer = await entry.handler.update(request, context);
    return typeof answer === 'number' ? { rcode: answer } : answer;
  }

  async #transfer(handled: Handled): Promise<Outcome> {
    const { request, context } = handled;
    const transfer = this.#transferOf(handled);
    if (typeof transfer !== 'function') {
      this.#counters.transfersRefused[transfer.rcode & 31]++;
      this.#tellAsked(handled, refusedWhy(transfer.rcode));
      return transfer;
    }
    const answer = await transfer(request, context);
    this.#tellAsked(handled, 'rcode' in answer ? refusedWhy(answer.rcode) : undefined);
    if ('rcode' in answer) return answer;
    this.#counters.transfers++;
    if ('single' in answer) return this.#sendSingle(answer.single, handled);
    return this.#sendStream(answer.messages, handled);
  }

  #tellAsked({ request, context }: Handled, refused: TransferAsked['refused']): void {
    const { watch } = this.#options;
    if (watch === undefined) return;
    const zone = nameToText(request.question[0].name).toLowerCase();
    const { peerAddress: peer, now: at } = context;
    watch.transferAsked({ zone, peer, at, key: context.key && nameToText(context.key.name), refused });
  }

  /** How the zone answers, or why it is not asked. RFC 5936 2.2.1 and 3: NOTAUTH for what is not the apex of a zone here. */
  #transferOf({ request, context }: Handled): NonNullable<ZoneHandler['transfer']> | Refusal {
    const [{ name: zone, type, class: qclass }] = request.question;
    if (qclass !== CLASS.IN) return { rcode: RCODE.REFUSED };
    // RFC 5936 4.2: AXFR over UDP is not defined. Knot and NSD answer so too.
    if (type === TYPE.AXFR && context.transport === 'udp') return { rcode: RCODE.NOTIMP };
    const entry = this.#options.zones.get(zone);
    if (entry === undefined) return notAuthoritative();
    const refusal = this.#checkAcl(entry, 'transfer', context);
    if (refusal !== undefined) return refusal;
    if (servedVersion(entry, context.now) === undefined) return { rcode: RCODE.SERVFAIL, ede: unavailable(entry) };
    return entry.handler.transfer?.bind(entry.handler) ?? { rcode: RCODE.REFUSED };
  }

  async #sendSingle(message: Uint8Array, { signer, sink }: Handled): Promise<undefined> {
    this.#countTransferMessage(message, true);
    await sink.send(signer.sign(message));
  }

  /** As fast as the peer takes it. */
  async #sendStream(
    messages: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    { request, context, signer, sink }: Handled,
  ): Promise<undefined> {
    const sign = signer.stream();
    let first = true;
    try {
      for await (const message of messages) {
        this.#countTransferMessage(message, first);
        first = false;
        if (await sink.send(sign(message))) continue;
        this.#counters.transfersBroken++;
        return;
      }
    } catch (error) {
      if (first) throw error;
      this.#counters.transfersBroken++;
      this.#options.events.transferBroken(error, context, nameToText(request.question[0].name));
      sink.cut();
    }
  }

  #countTransferMessage(message: Uint8Array, first: boolean): void {
    if (first) this.#counters.responses[message[3] & 0x0f]++;
    this.#counters.transferMessages++;
    this.#counters.transferBytes += message.length;
  }

  #checkAcl(entry: ZoneEntry, action: AclAction, context: RequestContext): Refusal | undefined {
    if (aclAllows(entry.acl, action, context.peerAddress, context.key?.name)) return undefined;
    this.#counters.aclRefusals++;
    this.#options.events.aclRefused(entry, action, context);
    return { rcode: RCODE.REFUSED, ede: { infoCode: EDE.PROHIBITED } };
  }

  /** The answer of an outcome: question repeated, OPT record when the request had one. */
  #draft({ request }: Handled, outcome: NonNullable<Outcome>): MessageDraft {
    const { id, opcode, rd, question } = request;
    if ('id' in outcome) return { ...outcome, edns: outcome.edns ?? this.#edns(request) };
    const { rcode, ede } = outcome;
    const copyRd = opcode === OPCODE.QUERY && rd;
    return { id, qr: true, opcode, rd: copyRd, rcode, question, edns: this.#edns(request, ede) };
  }

  #edns(request: Message, ede?: ExtendedError): Edns | undefined {
    if (request.edns === undefined) return undefined;
    const { dnssecOk } = request.edns;
    const options = [];
    if (findOption(request.edns, EDNS_OPTION.NSID))
      options.push(nsidOption(this.#options.identity.slice(0, MAX_IDENTITY)));
    if (ede !== undefined) options.push(extendedErrorOption(ede.infoCode, ede.extra?.slice(0, MAX_EXTRA)));
    return { udpSize: this.#options.udpAnswerSize, version: 0, dnssecOk, extendedRcode: 0, options };
  }

  #sizeLimit({ request, context, signer }: Handled): number {
    if (context.transport === 'tcp') return MAX_MESSAGE - signer.reserve;
    const offered = request.edns === undefined ? 512 : Math.max(512, request.edns.udpSize);
    return Math.min(offered, this.#options.udpAnswerSize) - signer.reserve;
  }

  async #formErr(bytes: Uint8Array, signer: AnswerSigner | undefined, sink: AnswerSink): Promise<void> {
    const opcode = (bytes[2] >>> 3) & 0x0f;
    this.#countAnswer(opcode, RCODE.FORMERR);
    const answer = encodeMessage({
      id: (bytes[0] << 8) | bytes[1],
      qr: true,
      opcode,
      rcode: RCODE.FORMERR,
    });
    await sink.send(signer === undefined ? answer : signer.sign(answer));
  }
}

function refusedWhy(rcode: number): TransferAsked['refused'] {
  if (rcode === RCODE.REFUSED) return 'acl';
  if (rcode === RCODE.NOTAUTH) return 'no-zone';
  return rcode === RCODE.SERVFAIL ? 'unavailable' : 'other';
}

function notAuthoritative(): { rcode: number; ede: ExtendedError } {
  return { rcode: RCODE.NOTAUTH, ede: { infoCode: EDE.NOT_AUTHORITATIVE } };
}
