import { EDNS_OPTION, FLAG, HEADER_LENGTH, OPCODE, TYPE } from '@zonewire/shared-protocol';

/** What {@link Query.read} says. */
export const READ_OK = 0;
/** No answer: shorter than a header, or itself a response (answering those makes loops). */
export const READ_DROP = 1;
/** Malformed: FORMERR. */
export const READ_FORMERR = 2;

const EMPTY = new Uint8Array(0);

/**
 * A request as its bytes, read in one pass without allocating: one Query serves every request of a thread.
 * The fields say what was found up to the point where {@link read} gave up; the question's name stays in the message.
 */
export class Query {
  bytes: Uint8Array = EMPTY;
  length = 0;
  id = 0;
  /** The header's flag word. */
  flags = 0;
  opcode = 0;
  /** The question's name is `bytes[12..nameEnd)`, uncompressed; 0 while no question has been read. */
  nameEnd = 0;
  type = 0;
  class = 0;
  /** A well-formed OPT record is there. */
  hasEdns = false;
  /** As sent. */
  udpSize = 0;
  ednsVersion = 0;
  dnssecOk = false;
  wantsNsid = false;
  wantsExpire = false;
  wantsKeepalive = false;
  wantsZoneVersion = false;
  /** The OPT record is well-formed, and an option in it is not what its RFC allows in a query. */
  hasBadOption = false;
  /** A TSIG record is there, somewhere: verifying looks where. */
  hasTsig = false;

  static readonly NAME_START = HEADER_LENGTH;

  /** Reads `bytes[0..length)`. */
  read(bytes: Uint8Array, length: number): number {
    this.bytes = bytes;
    this.length = length;
    this.nameEnd = 0;
    this.type = 0;
    this.class = 0;
    this.#forgetEdns();
    this.hasTsig = false;
    if (length < HEADER_LENGTH) return READ_DROP;
    this.id = (bytes[0] << 8) | bytes[1];
    this.flags = (bytes[2] << 8) | bytes[3];
    this.opcode = (bytes[2] >>> 3) & 0x0f;
    if ((this.flags & FLAG.QR) !== 0) return READ_DROP;
    const questions = (bytes[4] << 8) | bytes[5];
    if (questions > 1) return READ_FORMERR;
    const at = questions === 0 ? HEADER_LENGTH : this.#readQuestion();
    if (at < 0) return READ_FORMERR;
    if (!this.#readRecords(at)) {
      // What an OPT record asked for in a message that cannot be read is not to be relied on.
      this.#forgetEdns();
      return READ_FORMERR;
    }
    return READ_OK;
  }

  /** RFC 3425, RFC 8490: operations we do not know may not even have this form. */
  get isKnownOperation(): boolean {
    const { opcode } = this;
    return opcode === OPCODE.QUERY || opcode === OPCODE.NOTIFY || opcode === OPCODE.UPDATE;
  }

  #forgetEdns(): void {
    this.hasEdns = false;
    this.udpSize = 0;
    this.ednsVersion = 0;
    this.dnssecOk = false;
    this.wantsNsid = false;
    this.wantsExpire = false;
    this.wantsKeepalive = false;
    this.wantsZoneVersion = false;
    this.hasBadOption = false;
  }

  /** The offset behind the question, or -1. Its name is the first one of the message: nothing stands before it to point at. */
  #readQuestion(): number {
    const { bytes, length } = this;
    let at = HEADER_LENGTH;
    for (;;) {
      if (at >= length) return -1;
      const label = bytes[at];
      if (label > 63) return -1;
      at += label + 1;
      if (label === 0) break;
    }
    if (at - HEADER_LENGTH > 255 || at + 4 > length) return -1;
    this.nameEnd = at;
    this.type = (bytes[at] << 8) | bytes[at + 1];
    this.class = (bytes[at + 2] << 8) | bytes[at + 3];
    return at + 4;
  }

  /** Steps over all records, taking note of OPT and TSIG; nothing may follow the last one. */
  #readRecords(start: number): boolean {
    const { bytes, length } = this;
    const additional = (bytes[10] << 8) | bytes[11];
    let left = ((bytes[6] << 8) | bytes[7]) + ((bytes[8] << 8) | bytes[9]) + additional;
    let at = start;
    for (; left > 0; left--) {
      const owner = at;
      for (;;) {
        if (at >= length) return false;
        const label = bytes[at++];
        if (label === 0) break;
        if (label >= 0xc0) {
          at++;
          break;
        }
        if (label > 63) return false;
        at += label;
      }
      const rdata = at + 10;
      if (rdata > length) return false;
      const end = rdata + ((bytes[at + 8] << 8) | bytes[at + 9]);
      if (end > length) return false;
      if (bytes[at] === 0) {
        const type = bytes[at + 1];
        if (type === TYPE.OPT && !(left <= additional && this.#readOpt(owner, at, end))) return false;
        if (type === TYPE.TSIG) this.hasTsig = true;
      }
      at = end;
    }
    return at === length;
  }

  /** RFC 6891 6.1: one OPT record at most, owned by the root, its options filling the rdata exactly. */
  #readOpt(owner: number, at: number, end: number): boolean {
    const { bytes } = this;
    if (this.hasEdns || bytes[owner] !== 0) return false;
    this.hasEdns = true;
    this.udpSize = (bytes[at + 2] << 8) | bytes[at + 3];
    this.ednsVersion = bytes[at + 5];
    this.dnssecOk = (bytes[at + 6] & 0x80) !== 0;
    let option = at + 10;
    while (option < end) {
      const data = option + 4;
      if (data > end) return false;
      const code = (bytes[option] << 8) | bytes[option + 1];
      option = data + ((bytes[option + 2] << 8) | bytes[option + 3]);
      if (option > end) return false;
      if (code === EDNS_OPTION.NSID) this.wantsNsid = true;
      else if (code === EDNS_OPTION.EXPIRE) this.wantsExpire = true;
      else if (code === EDNS_OPTION.TCP_KEEPALIVE) this.wantsKeepalive = true;
      else if (code === EDNS_OPTION.ZONEVERSION) {
        this.wantsZoneVersion = true;
        // RFC 9660 3.1: a query asks with nothing in it.
        if (option > data) this.hasBadOption = true;
      }
    }
    return true;
  }
}
