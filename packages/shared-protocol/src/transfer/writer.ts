import { copyBytes } from '../bytes.ts';
import type { Edns } from '../edns/opt.ts';
import { optRdata, optTtl } from '../edns/opt.ts';
import { ZonewireError } from '../errors.ts';
import { MAX_MESSAGE } from '../message/header.ts';
import type { Question } from '../message/message.ts';
import { MessageWriter } from '../message/writer.ts';
import { MAX_NAME, nameToText, ROOT } from '../name/name.ts';
import { CLASS } from '../record/constants.ts';
import type { RecordSink } from '../record/record.ts';
import { TYPE } from '../record/types.ts';

/** Compression pointers reach 16 KiB: larger messages compress worse and save nothing. */
export const TRANSFER_MESSAGE_SIZE = 16_384;

/**
 * Writers that no transfer has, with their 85 KiB: made anew for each of ten thousand small zones, they would cost more than what is written.
 * The zone's octets that are left in one never leave this process: a message is what was written since its beginning.
 */
const spare: MessageWriter[] = [];
const MOST_SPARE = 8;
/** In place of one that was given back: nothing fits into it. */
const GIVEN_BACK = new MessageWriter(new Uint8Array(12));

export interface TransferWriterOptions {
  readonly id: number;
  /** Goes into the first message only (RFC 5936 2.2.1). */
  readonly question: Question;
  /** The header's flag word, of every message. */
  readonly flags: number;
  /** Octets of a message, `reserve` included; default 16,384. One record larger than that gets a larger message. */
  readonly maxMessageSize?: number | undefined;
  /** Octets kept free in every message for its TSIG record ({@link tsigLength}). */
  readonly reserve?: number | undefined;
  /** Goes into the first message (RFC 5936 2.2.5). */
  readonly edns?: Edns | undefined;
  /** Takes each finished message, a fresh array. */
  readonly onMessage: (message: Uint8Array) => void;
}

/**
 * Packs records of class IN into as few messages as they need, in the order they come. It does not know the rules of a
 * transfer: the caller gives the SOAs where they belong.
 */
export class TransferWriter implements RecordSink {
  /** Messages given out so far. */
  messages = 0;
  /** Records written so far. */
  records = 0;
  /** Octets given out so far. */
  bytes = 0;

  readonly #options: TransferWriterOptions;
  readonly #size: number;
  readonly #room: number;
  #writer: MessageWriter;
  /** The owner of the record before, and where it stands in the message at hand (-1: nowhere it can be pointed at). */
  readonly #owner = new Uint8Array(MAX_NAME + 1);
  #ownerLength = 0;
  #ownerOffset = -1;

  constructor(options: TransferWriterOptions) {
    const reserve = options.reserve ?? 0;
    this.#options = options;
    this.#size = Math.min(options.maxMessageSize ?? TRANSFER_MESSAGE_SIZE, MAX_MESSAGE) - reserve;
    this.#room = MAX_MESSAGE - reserve;
    this.#writer = spare.pop() ?? new MessageWriter(new Uint8Array(MAX_MESSAGE));
    this.#begin(this.#size);
  }

  add(
    owner: Uint8Array,
    ownerStart: number,
    ownerEnd: number,
    type: number,
    ttl: number,
    rdata: Uint8Array,
    rdataStart: number,
    rdataEnd: number,
  ): void {
    this.records++;
    if (this.#write(owner, ownerStart, ownerEnd, type, ttl, rdata, rdataStart, rdataEnd)) return;
    if (this.#writer.count(1) > 0) {
      this.#finish();
      this.#begin(this.#size);
      if (this.#write(owner, ownerStart, ownerEnd, type, ttl, rdata, rdataStart, rdataEnd)) return;
    }
    this.#limit(this.#room);
    if (this.#write(owner, ownerStart, ownerEnd, type, ttl, rdata, rdataStart, rdataEnd)) {
      // Full now, so the next record begins a message of the usual size.
      this.#limit(this.#size);
      return;
    }
    const text = nameToText(owner.subarray(ownerStart, ownerEnd));
    throw new ZonewireError('record-too-large', `a record of ${text} (type ${type}) does not fit into any DNS message`);
  }

  /** Gives out the last message; nothing can be added after it. */
  end(): void {
    if (this.#writer === GIVEN_BACK) return;
    if (this.#writer.count(1) > 0) this.#finish();
    if (spare.length < MOST_SPARE) spare.push(this.#writer);
    this.#writer = GIVEN_BACK;
  }

  #write(
    owner: Uint8Array,
    ownerStart: number,
    ownerEnd: number,
    type: number,
    ttl: number,
    rdata: Uint8Array,
    rdataStart: number,
    rdataEnd: number,
  ): boolean {
    const writer = this.#writer;
    if (this.#ownerOffset >= 0 && this.#isSameOwner(owner, ownerStart, ownerEnd))
      return writer.recordAt(1, this.#ownerOffset, type, CLASS.IN, ttl, rdata, rdataStart, rdataEnd);
    const at = writer.length;
    if (!writer.record(1, owner, ownerStart, ownerEnd, type, CLASS.IN, ttl, rdata, rdataStart, rdataEnd)) return false;
    this.#ownerLength = ownerEnd - ownerStart;
    for (let i = 0; i < this.#ownerLength; i++) this.#owner[i] = owner[ownerStart + i];
    const first = writer.buffer[at];
    // Points where the pointer points, not at the pointer.
    const offset = first >= 0xc0 ? ((first & 0x3f) << 8) | writer.buffer[at + 1] : at;
    this.#ownerOffset = offset < 0x4000 ? offset : -1;
    return true;
  }

  #isSameOwner(owner: Uint8Array, start: number, end: number): boolean {
    if (end - start !== this.#ownerLength) return false;
    const same = this.#owner;
    for (let i = 0; start < end; i++, start++) if (same[i] !== owner[start]) return false;
    return true;
  }

  #begin(size: number): void {
    const { id, flags, question } = this.#options;
    const writer = this.#writer;
    writer.begin(id, flags);
    this.#ownerOffset = -1;
    this.#limit(size);
    // Case is kept: the zone's names must not take over the question's (RFC 5936 3.4).
    if (this.messages === 0 && !writer.question(question.name, question.type, question.class, true))
      throw new ZonewireError('message-too-large', `the question does not fit into ${size} octets`);
  }

  #limit(size: number): void {
    const { edns } = this.#options;
    const room = size - (this.messages === 0 && edns !== undefined ? 11 + optRdata(edns.options).length : 0);
    this.#writer.limit = Math.min(room, this.#writer.buffer.length);
  }

  #finish(): void {
    const { edns, onMessage } = this.#options;
    const writer = this.#writer;
    if (this.messages === 0 && edns !== undefined) {
      const rdata = optRdata(edns.options);
      writer.limit = this.#room;
      writer.record(
        3,
        ROOT,
        0,
        1,
        TYPE.OPT,
        edns.udpSize,
        optTtl(0, edns.version, edns.dnssecOk),
        rdata,
        0,
        rdata.length,
      );
    }
    const length = writer.finish();
    this.messages++;
    this.bytes += length;
    onMessage(copyBytes(writer.buffer, 0, length));
  }
}
