import {
  EDE,
  EDNS_OPTION,
  encodeMessage,
  findOption,
  type Message,
  nameToText,
  RCODE,
  type TransferWriter,
  tsigLength,
  ZonewireError,
} from '@zonewire/shared-protocol';
import type { Clock, Log } from '../ports.ts';
import type { RequestWatch } from '../request-watch.ts';
import { RunningTransfers } from '../running-transfers.ts';
import type { ExtendedError, RequestContext, TransferAnswer } from '../zone-handler.ts';
import { expectedRecords, planTransfer, type TransferPlan, type TransferSource } from './plan.ts';
import { readTransferRequest, type TransferRequest } from './request.ts';
import { DEFAULT_TRANSFER_OUT_LIMITS, type TransferOutLimits, type TransferSlot, TransferSlots } from './slots.ts';
import { type AnswerForm, answerEdns, transferMessages } from './stream.ts';
import { WatchedStream } from './watched-stream.ts';

export interface TransferOutCounters {
  /** Requests by what they were answered with. */
  axfr: number;
  ixfr: number;
  axfrStyle: number;
  upToDate: number;
  /** IXFR over UDP whose answer did not fit: single SOA. */
  retryOverTcp: number;
  malformed: number;
  notLoaded: number;
  /** Refused because of a limit. */
  refused: number;
  /** Ended before the last message: the client went away, or stalled and lost its place. */
  aborted: number;
  messages: number;
  bytes: number;
  records: number;
}

export interface TransferOutOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: Partial<TransferOutLimits>;
  /** Told of every transfer over TCP. Default: one that nobody looks at. */
  readonly running?: RunningTransfers | undefined;
  readonly watch?: Pick<RequestWatch, 'transferServed'> | undefined;
  /** What is to be told of a transfer that is over is told through it: the client has it, and goes on. Default: at once. */
  readonly later?: (call: () => void) => void;
}

/** RFC 6891 6.2.5 with DNS flag day 2020: larger UDP answers get fragmented. */
const MAX_UDP = 1232;

/**
 * Answers AXFR (RFC 5936) and IXFR (RFC 1995) for zones of either role. The acl is checked before; signing comes after.
 * A stream given out must be iterated to its end or ended with `return()`: that is what gives its place back.
 */
export class TransferOut {
  readonly counters: TransferOutCounters = {
    axfr: 0,
    ixfr: 0,
    axfrStyle: 0,
    upToDate: 0,
    retryOverTcp: 0,
    malformed: 0,
    notLoaded: 0,
    refused: 0,
    aborted: 0,
    messages: 0,
    bytes: 0,
    records: 0,
  };
  readonly slots: TransferSlots;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #running: RunningTransfers;
  readonly #watch: TransferOutOptions['watch'];
  readonly #later: (call: () => void) => void;

  constructor({ clock, log, limits, running, watch, later = (call) => call() }: TransferOutOptions) {
    this.#later = later;
    this.#watch = watch;
    this.#running = running ?? new RunningTransfers(clock);
    this.#clock = clock;
    this.#log = log;
    this.slots = new TransferSlots({ ...DEFAULT_TRANSFER_OUT_LIMITS, ...limits }, clock);
  }

  /** `source` undefined: nothing to give, the zone is not loaded or has expired. */
  answer(request: Message, context: RequestContext, source: TransferSource | undefined): TransferAnswer {
    const read = readTransferRequest(request, context.transport);
    if (!read.ok) {
      this.counters.malformed++;
      return { rcode: read.error.rcode, ede: { infoCode: EDE.OTHER, extra: read.error.message } };
    }
    if (source === undefined) {
      this.counters.notLoaded++;
      return { rcode: RCODE.SERVFAIL, ede: { infoCode: EDE.NOT_READY, extra: 'no version of the zone to transfer' } };
    }
    const reserve = context.key === undefined ? 0 : tsigLength(context.key);
    const plan = planTransfer(read.value, source);
    if (context.transport === 'udp') return this.#overUdp(plan, { request, source, reserve }, context);
    const slot = this.slots.take(context.peerAddress);
    if (typeof slot === 'string') return this.#refuse(request, context, slot);
    return { messages: this.#stream(plan, read.value, { request, source, reserve }, context, slot) };
  }

  /** RFC 1995 2 and 4: what fits into one packet is answered in it; else the SOA alone says that there is something to fetch. */
  #overUdp(plan: TransferPlan, form: AnswerForm, context: RequestContext): TransferAnswer {
    const { request, source, reserve } = form;
    const maxSize = Math.min(Math.max(512, request.edns?.udpSize ?? 512), MAX_UDP);
    const messages = transferMessages(plan, { ...form, maxMessageSize: maxSize });
    const first = messages.next();
    if (!first.done && first.value.length <= maxSize - reserve && messages.next().done) {
      this.#count(plan);
      this.counters.messages++;
      this.counters.bytes += first.value.length;
      this.#tellServed(plan, form, context, this.#clock.now());
      return { single: first.value };
    }
    this.counters.retryOverTcp++;
    const single = encodeMessage(
      {
        id: request.id,
        qr: true,
        aa: true,
        rd: request.rd,
        question: request.question,
        answer: [source.version.soaRecord],
        edns: answerEdns(request, source),
      },
      { maxSize: maxSize - reserve },
    );
    return { single };
  }

  #stream(
    plan: TransferPlan,
    asked: TransferRequest,
    form: AnswerForm,
    context: RequestContext,
    slot: TransferSlot,
  ): IterableIterator<Uint8Array> {
    const started = this.#clock.now();
    const underWay = this.#running.begin({
      zone: nameToText(form.request.question[0].name).toLowerCase(),
      direction: 'out',
      peer: context.peerAddress,
      type: plan.kind === 'axfr' ? 'axfr' : plan.kind === 'axfr-style' ? 'axfr-style-ixfr' : 'ixfr',
      expectedRecords: expectedRecords(plan, form.source),
    });
    let written: TransferWriter | undefined;
    let octets = 0;
    const messages = transferMessages(plan, form, (writer) => {
      written = writer;
    });
    return new WatchedStream(messages, {
      before: () => {
        if (slot.reclaimed) throw stalled(form.request, context);
        slot.pulledAt = this.#clock.now();
      },
      passed: (length) => {
        octets += length;
        underWay.moved(octets, written?.records ?? 0);
      },
      ended: (messages, writer) => {
        this.slots.release(slot);
        underWay.ended(writer === undefined ? 'failed' : 'done');
        this.#ended(plan, asked, form, context, writer, messages, this.#clock.now() - started);
      },
    });
  }

  #ended(
    plan: TransferPlan,
    asked: TransferRequest,
    form: AnswerForm,
    context: RequestContext,
    writer: TransferWriter | undefined,
    messages: number,
    ms: number,
  ): void {
    const { request, source } = form;
    const { peerAddress, key } = context;
    const fields = {
      zone: nameToText(request.question[0].name),
      peer: peerAddress,
      key: key && nameToText(key.name),
      type: plan.kind,
      why: plan.kind === 'axfr-style' ? plan.why : undefined,
      from: asked.type === 'ixfr' ? asked.serial : undefined,
      serial: source.version.serial,
      messages,
      ms,
    };
    this.counters.messages += messages;
    if (writer === undefined) {
      this.counters.aborted++;
      this.#log.warn(fields, `transfer out cut off after ${messages} messages: the client went away or does not read`);
      return;
    }
    this.#count(plan);
    this.counters.bytes += writer.bytes;
    this.counters.records += writer.records;
    const { bytes, records } = writer;
    const at = this.#clock.now();
    this.#later(() => {
      this.#tellServed(plan, form, context, at);
      this.#log.info({ ...fields, bytes, records }, `transfer out: ${plan.kind}, ${records} records`);
    });
  }

  /** Who has the serial already was given nothing. */
  #tellServed(
    plan: TransferPlan,
    { request, source }: AnswerForm,
    { transport, peerAddress: peer, key }: RequestContext,
    at: number,
  ): void {
    if (this.#watch === undefined || plan.kind === 'up-to-date') return;
    const zone = nameToText(request.question[0].name).toLowerCase();
    const { serial } = source.version;
    const wantsForetold = transport === 'tcp' && findOption(request.edns, EDNS_OPTION.FORETELL) !== undefined;
    this.#watch.transferServed({ zone, peer, key: key && nameToText(key.name), serial, at, wantsForetold });
  }

  #count(plan: TransferPlan): void {
    if (plan.kind === 'axfr') this.counters.axfr++;
    else if (plan.kind === 'diffs') this.counters.ixfr++;
    else if (plan.kind === 'axfr-style') this.counters.axfrStyle++;
    else this.counters.upToDate++;
  }

  #refuse(request: Message, { peerAddress }: RequestContext, reached: 'transfers' | 'per-client'): TransferAnswer {
    this.counters.refused++;
    const extra =
      reached === 'transfers'
        ? 'too many transfers are under way here, try again later'
        : 'too many transfers are under way to this address, try again later';
    const zone = nameToText(request.question[0].name);
    this.#log.warn(
      { zone, peer: peerAddress, active: this.slots.active, limit: reached },
      `transfer refused: ${extra}`,
    );
    const ede: ExtendedError = { infoCode: EDE.OTHER, extra };
    return { rcode: RCODE.SERVFAIL, ede };
  }
}

function stalled(request: Message, { peerAddress }: RequestContext): ZonewireError {
  const zone = nameToText(request.question[0].name);
  return new ZonewireError('transfer-stalled', 'the client stopped reading and lost its place to another', {
    zone,
    peer: peerAddress,
  });
}
