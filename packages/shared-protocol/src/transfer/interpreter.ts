import { copyBytes } from '../bytes.ts';
import { readOpt } from '../edns/opt.ts';
import { readExpire } from '../edns/options.ts';
import { ZonewireError } from '../errors.ts';
import { RecordCursor } from '../message/cursor.ts';
import { isTruncated, sectionCount } from '../message/header.ts';
import { lowercaseName, type Name, nameToText } from '../name/name.ts';
import { CLASS } from '../record/constants.ts';
import { isMetaType, TYPE } from '../record/types.ts';
import { isNewerSerial } from '../serial.ts';
import { isBelow, readU32, sameSoa } from './compare.ts';
import { checkHeader } from './header-check.ts';
import type {
  TransferLimits,
  TransferOptions,
  TransferOutcome,
  TransferProgress,
  TransferRefused,
} from './progress.ts';
import type { TransferSink } from './sink.ts';

const EMPTY = new Uint8Array(0);

/** Of all transfers: nothing of a message outlives {@link TransferInterpreter.push}. Thousands of small zones come one behind the other. */
const CURSOR = new RecordCursor();

const MORE = { state: 'more' } as const;

type State = 'first' | 'second' | 'zone' | 'removing' | 'adding' | 'done';

/**
 * AXFR (RFC 5936) and IXFR (RFC 1995) answers: messages in, zone updates out.
 *
 * The answer records of all messages are one sequence; where one message ends and the next begins means nothing, except
 * for the question and for a lone first SOA. The first record is the SOA of the version the transfer leads to; call its
 * serial F, and ours (IXFR) H. A later SOA at the apex is never data, it is structure:
 *
 *   state     record            goes to   says
 *   --------  ----------------  --------  -------------------------------------------------------------------------
 *   first     SOA               zone      AXFR: beginZone, add SOA
 *             SOA               second    IXFR: nothing yet
 *   second    not SOA           zone      AXFR-style answer (RFC 1995 4): beginZone, add first SOA, add this record
 *             SOA serial H      removing  beginDiff H, remove this SOA
 *             message ends      done      F not newer than H: up-to-date (RFC 1995 2, 4)
 *             message ends      done      F newer, UDP: retry-tcp (RFC 1995 2)
 *             message ends      second    F newer, TCP: the rest is in later messages
 *   zone      not SOA           zone      add
 *             SOA = first       done      zone
 *   removing  not SOA           removing  remove
 *             SOA newer         adding    add this SOA; its serial is the sequence's new one, N
 *   adding    not SOA           adding    add
 *             N = F, SOA=first  done      endDiff N; diffs
 *             SOA serial N ≠ F  removing  endDiff N, beginDiff N, remove this SOA
 *   done      any               refused
 *
 * Everything else is refused, for good: the receiver keeps its old version and tries AXFR or another primary.
 *
 * Deliberately not checked: the AA bit (RFC 5936 2.2 asks for it, but it says nothing about the data); RA, RD, AD, CD;
 * records in the authority and additional sections (ignored, except EXPIRE); records given twice (RFC 5936 3.4: the
 * builder collapses them); what the rdata of types without names looks like; whether the zone makes sense (install does).
 */
export class TransferInterpreter {
  readonly #zone: Name;
  readonly #request: 'axfr' | 'ixfr';
  readonly #id: number;
  readonly #have: number;
  readonly #udp: boolean;
  readonly #limits: TransferLimits;
  readonly #sink: TransferSink;
  readonly #cursor = CURSOR;

  #state: State = 'first';
  /** The first SOA: the version the transfer leads to. */
  #owner: Name = EMPTY;
  #ttl = 0;
  #soa: Uint8Array = EMPTY;
  #serial = 0;
  /** Serial that the current IXFR sequence starts from, and leads to. */
  #from = 0;
  #to = 0;
  #diffs = false;

  #records = 0;
  #bytes = 0;
  #messages = 0;
  #expire: number | undefined;
  #refusal: TransferRefused | undefined;

  constructor(options: TransferOptions) {
    if (options.request === 'ixfr' && options.haveSerial === undefined)
      throw new ZonewireError('ixfr-without-serial', 'an IXFR needs the serial it starts from');
    this.#zone = lowercaseName(options.zone);
    this.#request = options.request;
    this.#id = options.id;
    this.#have = options.haveSerial ?? 0;
    this.#udp = options.transport === 'udp';
    this.#limits = options.limits;
    this.#sink = options.sink;
  }

  /** Answer records so far, SOAs included, and octets of the messages they came in. */
  get received(): { readonly records: number; readonly bytes: number } {
    return { records: this.#records, bytes: this.#bytes };
  }

  /** The next message, TSIG verified and removed. After 'done' or 'refused' nothing more may come. */
  push(message: Uint8Array): TransferProgress {
    if (this.#refusal !== undefined) return this.#refusal;
    if (this.#state === 'done') return this.#refuse('transfer-message-after-end', 'a message came after the end');
    const unfit = this.#checkMessage(message);
    if (unfit !== undefined) return unfit;
    if (this.#udp && isTruncated(message)) return this.#done('retry-tcp');
    const refusal = this.#readRecords();
    if (refusal !== undefined) return refusal;
    const { error } = this.#cursor;
    if (error !== undefined) return this.#refuse('transfer-malformed-message', error.message);
    return this.#afterMessage();
  }

  /** Header, limits and question. */
  #checkMessage(message: Uint8Array): TransferRefused | undefined {
    const limits = this.#limits;
    this.#messages++;
    this.#bytes += message.length;
    if (this.#messages > limits.maxMessages)
      return this.#refuse('transfer-too-many-messages', `more than ${limits.maxMessages} messages (the limit here)`);
    if (this.#bytes > limits.maxBytes)
      return this.#refuse('transfer-too-large', `more than ${limits.maxBytes} octets (the limit here)`);
    const cursor = this.#cursor;
    if (!cursor.start(message)) return this.#refuse('transfer-malformed-message', cursor.error!.message);
    const unfit = checkHeader(message, this.#id, this.#udp);
    if (unfit !== undefined) return this.#refuse(unfit.code, unfit.message, unfit.rcode);
    return this.#checkQuestion(message);
  }

  /** RFC 5936 2.2.1: copied from the request in the first message, copied or empty in later ones. */
  #checkQuestion(message: Uint8Array): TransferRefused | undefined {
    const count = sectionCount(message, 0);
    if (count === 0 && this.#messages > 1) return undefined;
    if (count !== 1) return this.#refuse('transfer-question-count', `${count} questions instead of one`);
    const cursor = this.#cursor;
    if (!cursor.nextQuestion()) return this.#refuse('transfer-malformed-message', cursor.error!.message);
    const type = this.#request === 'axfr' ? TYPE.AXFR : TYPE.IXFR;
    if (cursor.type !== type || cursor.class !== CLASS.IN || !this.#isApex())
      return this.#refuse('transfer-wrong-question', 'the question is not the one that was asked');
    return undefined;
  }

  /** Hot: every record of a transfer goes through this loop. */
  #readRecords(): TransferRefused | undefined {
    const cursor = this.#cursor;
    const owner = cursor.owner.bytes;
    const sink = this.#sink;
    const { maxRecords } = this.#limits;
    let checkedOwner = -1;
    while (cursor.next()) {
      if (cursor.section !== 1) {
        this.#takeExpire();
        continue;
      }
      if (++this.#records > maxRecords)
        return this.#refuse('transfer-too-many-records', `more than ${maxRecords} records (the limit here)`);
      const { type } = cursor;
      if (cursor.class !== CLASS.IN) return this.#refuseRecord('transfer-wrong-class', 'is not of class IN');
      if (type === TYPE.SOA) {
        const refusal = this.#soaRecord();
        if (refusal !== undefined) return refusal;
        continue;
      }
      // Equal offsets are equal names (RecordCursor): most records have the owner of the one before.
      if (cursor.ownerOffset !== checkedOwner) {
        if (!isBelow(owner, cursor.owner.length, this.#zone))
          return this.#refuseRecord('transfer-out-of-zone', 'is outside the zone');
        checkedOwner = cursor.ownerOffset;
      }
      if (isMetaType(type)) return this.#refuseRecord('transfer-meta-type', 'is of a type that no zone can hold');
      if (this.#state === 'second') this.#beginZone();
      if (this.#state === 'zone' || this.#state === 'adding')
        sink.add(owner, 0, cursor.owner.length, type, cursor.ttl, cursor.rdata, cursor.rdataStart, cursor.rdataEnd);
      else if (this.#state === 'removing')
        sink.remove(owner, 0, cursor.owner.length, type, cursor.ttl, cursor.rdata, cursor.rdataStart, cursor.rdataEnd);
      else if (this.#state === 'first')
        return this.#refuseRecord('transfer-first-not-soa', 'comes first, where the SOA must be');
      else return this.#refuseRecord('transfer-data-after-end', 'comes after the end');
    }
    return undefined;
  }

  #soaRecord(): TransferRefused | undefined {
    const cursor = this.#cursor;
    if (!this.#isApex()) {
      const code = this.#state === 'first' ? 'transfer-soa-other-name' : 'transfer-soa-below-apex';
      return this.#refuseRecord(code, 'is an SOA of another name than the zone');
    }
    const serial = readU32(cursor.rdata, cursor.rdataEnd - 20);
    switch (this.#state) {
      case 'first':
        this.#owner = cursor.owner.toName();
        this.#ttl = cursor.ttl;
        this.#soa = copyBytes(cursor.rdata, cursor.rdataStart, cursor.rdataEnd);
        this.#serial = serial;
        if (this.#request === 'axfr') this.#beginZone();
        else this.#state = 'second';
        return undefined;
      case 'second':
        // An AXFR-style answer that holds nothing but its SOA would be a zone without NS: not worth telling apart.
        if (serial !== this.#have)
          return this.#refuse(
            'ixfr-wrong-start',
            `the differences start from serial ${serial}, asked for were those from ${this.#have}`,
          );
        return this.#beginDiff(serial);
      case 'zone':
        return this.#lastSoa();
      case 'removing':
        if (!isNewerSerial(serial, this.#from))
          return this.#refuse('ixfr-not-newer', `the differences lead from serial ${this.#from} to ${serial}`);
        if (serial !== this.#serial && !isNewerSerial(this.#serial, serial))
          return this.#refuse('ixfr-chain-broken', `serial ${serial} is past the final serial ${this.#serial}`);
        this.#to = serial;
        this.#state = 'adding';
        this.#sink.add(
          cursor.owner.bytes,
          0,
          cursor.owner.length,
          TYPE.SOA,
          cursor.ttl,
          cursor.rdata,
          cursor.rdataStart,
          cursor.rdataEnd,
        );
        return undefined;
      case 'adding':
        if (this.#to === this.#serial) return this.#lastSoa();
        if (serial !== this.#to)
          return this.#refuse(
            'ixfr-chain-broken',
            `after the differences to serial ${this.#to} come those from ${serial}`,
          );
        this.#sink.endDiff(this.#to);
        return this.#beginDiff(serial);
      default:
        return this.#refuseRecord('transfer-data-after-end', 'comes after the end');
    }
  }

  #beginZone(): void {
    this.#state = 'zone';
    this.#sink.beginZone();
    this.#sink.add(this.#owner, 0, this.#owner.length, TYPE.SOA, this.#ttl, this.#soa, 0, this.#soa.length);
  }

  /** The current SOA starts a sequence. */
  #beginDiff(fromSerial: number): undefined {
    const cursor = this.#cursor;
    this.#from = fromSerial;
    this.#diffs = true;
    this.#state = 'removing';
    this.#sink.beginDiff(fromSerial);
    const { bytes, length } = cursor.owner;
    this.#sink.remove(bytes, 0, length, TYPE.SOA, cursor.ttl, cursor.rdata, cursor.rdataStart, cursor.rdataEnd);
    return undefined;
  }

  /** The SOA at the end must be the one at the beginning (RFC 5936 2.2): else the zone changed while it was sent. */
  #lastSoa(): TransferRefused | undefined {
    const cursor = this.#cursor;
    if (!sameSoa(this.#soa, cursor.rdata, cursor.rdataStart, cursor.rdataEnd))
      return this.#refuse(
        'transfer-soa-changed',
        `the SOA at the end (serial ${readU32(cursor.rdata, cursor.rdataEnd - 20)}) is not the one at the beginning (serial ${this.#serial})`,
      );
    if (this.#state === 'adding') this.#sink.endDiff(this.#to);
    this.#state = 'done';
    return undefined;
  }

  /** EXPIRE (RFC 7314) is the one thing outside the answer section that a transfer uses. */
  #takeExpire(): void {
    const cursor = this.#cursor;
    if (cursor.type !== TYPE.OPT) return;
    const opt = readOpt(cursor.class, cursor.ttl, cursor.rdata, cursor.rdataStart, cursor.rdataEnd);
    if (opt.ok) this.#expire ??= readExpire(opt.value);
  }

  #afterMessage(): TransferProgress {
    if (this.#state === 'done') return this.#done(this.#diffs ? 'diffs' : 'zone');
    if (this.#state === 'second') {
      if (!isNewerSerial(this.#serial, this.#have)) return this.#done('up-to-date');
      if (this.#udp) return this.#done('retry-tcp');
    }
    if (this.#udp) return this.#refuse('transfer-udp-incomplete', 'the answer over UDP ends before its last SOA');
    return MORE;
  }

  #done(outcome: TransferOutcome): TransferProgress {
    this.#state = 'done';
    return {
      state: 'done',
      outcome,
      serial: this.#serial,
      records: this.#records,
      bytes: this.#bytes,
      messages: this.#messages,
      expire: this.#expire,
    };
  }

  #isApex(): boolean {
    const { bytes, length } = this.#cursor.owner;
    return length === this.#zone.length && isBelow(bytes, length, this.#zone);
  }

  #refuseRecord(code: string, what: string): TransferRefused {
    const { owner, type } = this.#cursor;
    const message = `record ${this.#records} of the transfer (${nameToText(owner.toName())}, type ${type}) ${what}`;
    return this.#refuse(code, message);
  }

  #refuse(code: string, message: string, rcode?: number): TransferRefused {
    this.#refusal = { state: 'refused', code, message, rcode };
    return this.#refusal;
  }
}
