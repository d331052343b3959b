import {
  CLASS,
  EDE,
  FLAG,
  MAX_MESSAGE,
  MessageWriter,
  type Name,
  nameKey,
  nameToText,
  OPCODE,
  RCODE,
  signMessage,
  type TsigKey,
  TYPE,
  tsigErrorResponse,
  tsigLength,
  verifyRequest,
} from '@zonewire/shared-protocol';
import { LookupResult, lookup, type ZoneVersion } from '@zonewire/zone';
import { type Counters, typeIndex } from '../counters.ts';
import type { EventLog } from '../event-log.ts';
import type { RequestWatch } from '../request-watch.ts';
import type { RequestContext } from '../zone-handler.ts';
import type { ZoneEntry, ZoneTable } from '../zone-table.ts';
import { ChaosNames } from './chaos.ts';
import { encodeAnswer } from './encode-answer.ts';
import { OptRecord } from './opt-record.ts';
import { Query, READ_DROP, READ_FORMERR, READ_OK } from './query.ts';
import { routeBelowReferral, routeQuery } from './route.ts';

/** {@link QueryPipeline.answer}: send nothing. */
export const SILENCE = 0;
/** {@link QueryPipeline.answer}: NOTIFY, UPDATE or a transfer for RequestHandlers, or a signed request where there are no keys. */
export const HANDED_OVER = -1;

export interface PipelineOptions {
  readonly zones: ZoneTable;
  /** By nameKey. Asked for every signed request, so that keys may change at any time. undefined: signed requests are handed over. */
  readonly keys: (() => ReadonlyMap<string, TsigKey>) | undefined;
  /** Empty: NSID is empty and id.server is refused. */
  readonly identity: string;
  readonly version: string | false;
  readonly udpAnswerSize: number;
  /** Told to TCP clients that ask (RFC 7828); ms. */
  readonly tcpIdleTimeout: number;
  readonly counters: Counters;
  readonly events: EventLog;
  readonly watch?: RequestWatch | undefined;
}

/**
 * Bytes in, bytes out: every request of opcode QUERY but transfers, answered at once.
 *
 * ```
 * read -> verify TSIG -> EDNS version -> opcode, class -> zone -> lookup -> encode -> OPT -> sign
 * ```
 * One pipeline serves one thread: it writes into buffers of its own, and an unsigned query allocates nothing.
 */
export class QueryPipeline {
  readonly #options: PipelineOptions;
  readonly #counters: Counters;
  readonly #query = new Query();
  readonly #result = new LookupResult();
  readonly #writer = new MessageWriter(new Uint8Array(MAX_MESSAGE));
  readonly #opt: OptRecord;
  readonly #chaos: ChaosNames;
  readonly #findKey: (name: Name) => TsigKey | undefined;

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#counters = options.counters;
    this.#opt = new OptRecord(options.udpAnswerSize, options.identity);
    this.#chaos = new ChaosNames(options.identity, options.version);
    this.#findKey = (name) => options.keys?.().get(nameKey(name));
  }

  /**
   * Answers `request[0..length)` into `reply` (another array; 65,535 octets over TCP, at least 512 over UDP).
   * @returns the length of the answer, {@link SILENCE} or {@link HANDED_OVER}. Never throws.
   */
  answer(request: Uint8Array, length: number, reply: Uint8Array, context: RequestContext): number {
    const query = this.#query;
    const read = query.read(request, length);
    if (read === READ_DROP) {
      this.#counters.dropped++;
      return SILENCE;
    }
    this.#counters.opcodes[query.opcode]++;
    if (read === READ_FORMERR) this.#counters.malformed++;
    if (read === READ_OK && this.#isForHandlers()) return HANDED_OVER;
    if (read === READ_OK && query.hasTsig)
      return this.#options.keys === undefined ? HANDED_OVER : this.#answerSigned(reply, context);
    return this.#respond(read, reply, this.#sizeLimit(reply, context), context);
  }

  /** Work that may take time or needs the whole message. EDNS versions we do not know are refused here, like anywhere. */
  #isForHandlers(): boolean {
    const { opcode, type, nameEnd } = this.#query;
    if (nameEnd === 0) return false;
    if (opcode === OPCODE.NOTIFY || opcode === OPCODE.UPDATE) return true;
    return opcode === OPCODE.QUERY && (type === TYPE.AXFR || type === TYPE.IXFR);
  }

  /** RFC 8945 5.2: the signature is checked before anything else; 5.3: the answer is signed. */
  #answerSigned(reply: Uint8Array, context: RequestContext): number {
    const { bytes, length } = this.#query;
    const request = bytes.subarray(0, length);
    const now = context.now / 1000;
    const verdict = verifyRequest(request, this.#findKey, now);
    if (verdict.status === 'refused') {
      this.#counters.tsigErrors[verdict.error]++;
      this.#options.events.tsigRefused(verdict.problem, context);
      this.#options.watch?.tsigRefused(context.peerAddress, verdict.error, context.now, request);
      return this.#send(tsigErrorResponse(request, verdict, now), reply, RCODE.NOTAUTH);
    }
    const limit = this.#sizeLimit(reply, context);
    if (verdict.status !== 'ok') {
      this.#counters.malformed++;
      return this.#respond(READ_FORMERR, reply, limit, context);
    }
    this.#counters.tsigVerified++;
    const read = this.#query.read(verdict.message, verdict.message.length);
    const unsigned = this.#respond(read, reply, limit - tsigLength(verdict.key), context);
    const { bytes: signed } = signMessage(reply.subarray(0, unsigned), verdict.key, now, { requestMac: verdict.mac });
    reply.set(signed);
    return signed.length;
  }

  #send(message: Uint8Array, reply: Uint8Array, rcode: number): number {
    if (message.length > reply.length) return SILENCE;
    this.#counters.responses[rcode]++;
    reply.set(message);
    return message.length;
  }

  /** RFC 6891 6.2.3 to 6.2.5: what both sides take over UDP, 512 without EDNS; over TCP everything. */
  #sizeLimit(reply: Uint8Array, context: RequestContext): number {
    if (context.transport === 'tcp') return Math.min(reply.length, MAX_MESSAGE);
    const { hasEdns, udpSize } = this.#query;
    return Math.min(reply.length, hasEdns ? Math.max(512, Math.min(udpSize, this.#options.udpAnswerSize)) : 512);
  }

  #respond(read: number, reply: Uint8Array, limit: number, context: RequestContext): number {
    const query = this.#query;
    const writer = this.#writer;
    const opt = this.#opt;
    // RFC 4035 3.1.6: AD and CD mean nothing here and are cleared.
    const flags = FLAG.QR | (query.flags & (0x7800 | (query.opcode === OPCODE.QUERY ? FLAG.RD : 0)));
    writer.begin(query.id, flags, reply);
    opt.begin(query);
    if (query.wantsKeepalive && context.transport === 'tcp') opt.keepalive(this.#options.tcpIdleTimeout);
    writer.limit = limit;
    // What an unknown operation or a malformed message says is not repeated.
    const isReadable = query.nameEnd !== 0 && query.isKnownOperation;
    let rcode: number = RCODE.NOERROR;
    if (isReadable && !writer.questionAt(query.bytes, Query.NAME_START, query.nameEnd, query.type, query.class)) {
      // A long name signed with a long key name: over TCP there is room.
      writer.setFlags(flags | FLAG.TC);
    } else {
      rcode = this.#decideSafely(read, limit, context);
      writer.setFlags((writer.flags & 0xfff0) | (rcode & 0x0f));
      writer.limit = limit;
      opt.write(writer, rcode);
    }
    this.#counters.responses[rcode]++;
    return writer.finish();
  }

  /** {@link #decide}; an error of ours is answered with SERVFAIL. */
  #decideSafely(read: number, limit: number, context: RequestContext): number {
    const writer = this.#writer;
    const { flags } = writer;
    const afterQuestion = writer.mark();
    try {
      return this.#decide(read, limit, context);
    } catch (error) {
      writer.rollback(afterQuestion);
      writer.setFlags(flags);
      this.#counters.internalErrors++;
      this.#options.events.internalError(error, context);
      return RCODE.SERVFAIL;
    }
  }

  /** The RCODE; writes the sections that go with it, leaving room for the OPT record. */
  #decide(read: number, limit: number, context: RequestContext): number {
    const query = this.#query;
    if (!query.isKnownOperation) return RCODE.NOTIMP;
    if (read !== READ_OK) return RCODE.FORMERR;
    if (query.ednsVersion > 0) return RCODE.BADVERS;
    if (query.nameEnd === 0) return RCODE.FORMERR;
    if (query.hasBadOption) {
      this.#counters.malformed++;
      return RCODE.FORMERR;
    }
    const counted = context.transport === 'udp' ? this.#counters.queries.udp : this.#counters.queries.tcp;
    counted[typeIndex(query.type)]++;
    if (query.class === CLASS.CH) {
      this.#writer.limit = limit - this.#opt.length;
      return this.#chaos.write(this.#writer, query) ? RCODE.NOERROR : RCODE.REFUSED;
    }
    if (query.class !== CLASS.IN && query.class !== CLASS.ANY) return RCODE.REFUSED;
    const entry = routeQuery(this.#options.zones, query);
    if (entry === undefined) {
      this.#opt.extendedError(EDE.NOT_AUTHORITATIVE, '');
      return RCODE.REFUSED;
    }
    const version = servedVersion(entry, context.now);
    if (version === undefined) {
      // RFC 9660 3.2: also in SERVFAIL, when there is a version to speak of.
      if (query.wantsZoneVersion && entry.version !== undefined) addZoneVersion(this.#opt, entry, entry.version);
      if (query.hasEdns) addUnavailable(this.#opt, entry);
      return RCODE.SERVFAIL;
    }
    return this.#lookUp(entry, version, limit, context);
  }

  /** A referral is no answer to a DS question when the zone below is served here too. */
  #lookUpBelow(asked: ZoneEntry, context: RequestContext): ZoneEntry {
    const query = this.#query;
    const below = routeBelowReferral(this.#options.zones, query, asked);
    const version = below && servedVersion(below, context.now);
    if (!version) return asked;
    lookup(version, query.bytes, Query.NAME_START, query.nameEnd, query.type, query.dnssecOk, this.#result);
    return below;
  }

  #lookUp(entry: ZoneEntry, version: ZoneVersion, limit: number, context: RequestContext): number {
    const query = this.#query;
    const result = this.#result;
    const writer = this.#writer;
    result.clear();
    lookup(version, query.bytes, Query.NAME_START, query.nameEnd, query.type, query.dnssecOk, result);
    let answering = entry;
    if (!result.authoritative && query.type === TYPE.DS) answering = this.#lookUpBelow(entry, context);
    if (result.denial === 'missing') this.#counters.denialMissing++;
    else if (result.denial === 'costly') this.#counters.denialCostly++;
    if (query.wantsExpire && query.type === TYPE.SOA && query.nameEnd - Query.NAME_START === entry.apex.length)
      this.#opt.expire(secondsToExpire(entry, version, context.now));
    if (query.wantsZoneVersion) addZoneVersion(this.#opt, answering, answering === entry ? version : answering.version);
    writer.limit = limit - this.#opt.length;
    // RFC 1034 3.7.1: nobody has authority over all classes, so an answer to QCLASS ANY has none.
    let flags = writer.flags | (result.authoritative && query.class === CLASS.IN ? FLAG.AA : 0);
    if (!encodeAnswer(writer, result)) {
      flags |= FLAG.TC;
      if (context.transport === 'udp') this.#counters.truncated++;
    }
    writer.setFlags(flags);
    return result.rcode;
  }
}

/** What is answered from at `now`; undefined: nothing loaded, or expired (RFC 1034 4.3.5: expired data is not served). */
export function servedVersion(entry: ZoneEntry, now: number): ZoneVersion | undefined {
  if (entry.state !== 'serving' || (entry.expireAt !== undefined && entry.expireAt <= now)) return undefined;
  return entry.version;
}

/** RFC 7314 4: a primary says the SOA's expire, a secondary what is left of its own time. */
function secondsToExpire(entry: ZoneEntry, version: ZoneVersion, now: number): number {
  if (entry.expireAt === undefined) return version.soa.expire;
  return Math.min(0xffff_ffff, Math.max(0, Math.floor((entry.expireAt - now) / 1000)));
}

/** Why a configured zone is not answered for, in the words of RFC 8914 4.15 (Not Ready) and 4.25 (Invalid Data: "… expired"). */
export function unavailable(entry: ZoneEntry): { infoCode: number; extra: string } {
  const zone = nameToText(entry.apex);
  if (entry.state === 'loading') return { infoCode: EDE.NOT_READY, extra: `zone ${zone} not yet loaded` };
  const at = entry.expireAt === undefined ? '' : ` at ${new Date(entry.expireAt).toISOString()}`;
  return { infoCode: EDE.INVALID_DATA, extra: `zone ${zone} expired${at}` };
}

function addZoneVersion(opt: OptRecord, { apex }: ZoneEntry, version: ZoneVersion | undefined): void {
  if (version === undefined) return;
  let labels = 0;
  for (let at = 0; apex[at] !== 0; at += apex[at] + 1) labels++;
  opt.zoneVersion(labels, version.serial);
}

function addUnavailable(opt: OptRecord, entry: ZoneEntry): void {
  const { infoCode, extra } = unavailable(entry);
  opt.extendedError(infoCode, extra);
}
