import {
  EDNS_OPTION,
  type MessageWriter,
  optTtl,
  ROOT,
  ZONEVERSION_SOA_SERIAL as SOA_SERIAL,
  TYPE,
} from '@zonewire/shared-protocol';
import type { Query } from './query.ts';

/** Longest identity sent (RFC 5001 leaves it open; a reply of 512 octets must have room for it). */
export const MAX_IDENTITY = 128;
/** Longest text of an Extended DNS Error: people read it. */
export const MAX_EXTRA = 160;

/**
 * The OPT record of the answer at hand, collected option by option in a buffer of its own. Added last, its room is known from
 * the beginning ({@link length}), so that an answer never loses it.
 */
export class OptRecord {
  readonly #options = new Uint8Array(1024);
  #end = 0;
  #wanted = false;
  #dnssecOk = false;
  readonly #udpSize: number;
  readonly #identity: Uint8Array;

  /** @param udpSize what we offer to take over UDP. */
  constructor(udpSize: number, identity: string) {
    this.#udpSize = udpSize;
    this.#identity = new TextEncoder().encode(identity).subarray(0, MAX_IDENTITY);
  }

  /** Starts the answer to `query`: only who sent an OPT record gets one (RFC 6891 7). NSID is added when asked for (RFC 5001). */
  begin(query: Query): void {
    this.#wanted = query.hasEdns;
    this.#dnssecOk = query.dnssecOk;
    this.#end = 0;
    // RFC 5001 2.1: what the request's option holds is ignored.
    if (query.wantsNsid) {
      const at = this.#header(EDNS_OPTION.NSID, this.#identity.length);
      this.#options.set(this.#identity, at);
    }
  }

  /** RFC 7314 2: seconds until the zone expires here. */
  expire(seconds: number): void {
    const at = this.#header(EDNS_OPTION.EXPIRE, 4);
    const options = this.#options;
    options[at] = seconds >>> 24;
    options[at + 1] = seconds >>> 16;
    options[at + 2] = seconds >>> 8;
    options[at + 3] = seconds;
  }

  /** RFC 9660 2: the SOA serial of the zone with `labels` labels (the root has none) that the name asked for is in. */
  zoneVersion(labels: number, serial: number): void {
    const at = this.#header(EDNS_OPTION.ZONEVERSION, 6);
    const options = this.#options;
    options[at] = labels;
    options[at + 1] = SOA_SERIAL;
    options[at + 2] = serial >>> 24;
    options[at + 3] = serial >>> 16;
    options[at + 4] = serial >>> 8;
    options[at + 5] = serial;
  }

  /** RFC 7828 3.1: idle timeout of the connection, in ms here, in units of 100 ms on the wire. */
  keepalive(ms: number): void {
    const units = Math.min(65_535, Math.floor(ms / 100));
    const at = this.#header(EDNS_OPTION.TCP_KEEPALIVE, 2);
    this.#options[at] = units >>> 8;
    this.#options[at + 1] = units;
  }

  /** RFC 8914 2; `extra` is ASCII. */
  extendedError(infoCode: number, extra: string): void {
    if (!this.#wanted) return;
    const length = Math.min(MAX_EXTRA, extra.length);
    let at = this.#header(EDNS_OPTION.EDE, 2 + length);
    const options = this.#options;
    options[at++] = infoCode >>> 8;
    options[at++] = infoCode;
    for (let i = 0; i < length; i++) options[at++] = extra.charCodeAt(i);
  }

  /** Octets the record will take; 0 when there is to be none. */
  get length(): number {
    return this.#wanted ? 11 + this.#end : 0;
  }

  /** Adds the record to the additional section. `rcode` is the whole 12-bit RCODE. */
  write(writer: MessageWriter, rcode: number): void {
    if (!this.#wanted) return;
    const ttl = optTtl(rcode, 0, this.#dnssecOk);
    writer.record(3, ROOT, 0, 1, TYPE.OPT, this.#udpSize, ttl, this.#options, 0, this.#end);
  }

  /** Writes code and length of an option and returns where its data goes. */
  #header(code: number, length: number): number {
    const at = this.#end;
    this.#options[at] = code >>> 8;
    this.#options[at + 1] = code;
    this.#options[at + 2] = length >>> 8;
    this.#options[at + 3] = length;
    this.#end = at + 4 + length;
    return at + 4;
  }
}
