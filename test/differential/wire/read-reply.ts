/**
 * Reads answers for comparison. It is written apart from the product's decoder and shares nothing with it, so that both would have to
 * be wrong in the same way for an error to pass; names and octets lose nothing, as they do in dns-packet.
 */

/** A record in a form in which equal records are equal strings: owner and names inside in lower case, uncompressed. */
export interface Rr {
  readonly key: string;
  /** Wire form in lower case, one character an octet. */
  readonly owner: string;
  readonly type: number;
  readonly ttl: number;
  /** With names in lower case and uncompressed; one character an octet. */
  readonly rdata: string;
}

export interface Reply {
  readonly bytes: Uint8Array;
  readonly opcode: number;
  readonly aa: boolean;
  readonly tc: boolean;
  readonly rd: boolean;
  readonly ra: boolean;
  readonly ad: boolean;
  readonly cd: boolean;
  /** With the upper bits of EDNS. */
  readonly rcode: number;
  /** Wire form as sent, with type and class. */
  readonly question: string;
  readonly answer: readonly Rr[];
  readonly authority: readonly Rr[];
  /** Without OPT. */
  readonly additional: readonly Rr[];
  readonly opt: { readonly version: number; readonly dnssecOk: boolean; readonly length: number } | undefined;
  /** Where the additional section begins. */
  readonly additionalAt: number;
}

/** Throws on octets that are no DNS message. */
export function readReply(bytes: Uint8Array): Reply {
  const reader = new Reader(bytes);
  const flags = reader.u16(2);
  if ((flags & 0x8000) === 0) throw new Error('not a response');
  reader.at = 12;
  let question = '';
  for (let left = reader.u16(4); left > 0; left--) {
    question += reader.name(false);
    question += reader.take(4);
  }
  const answer = reader.records(reader.u16(6));
  const authority = reader.records(reader.u16(8));
  const additionalAt = reader.at;
  const additional = reader.records(reader.u16(10));
  if (reader.at !== bytes.length) throw new Error(`${bytes.length - reader.at} octets behind the last record`);
  const { opt } = reader;
  return {
    bytes,
    opcode: (flags >>> 11) & 0xf,
    aa: (flags & 0x400) !== 0,
    tc: (flags & 0x200) !== 0,
    rd: (flags & 0x100) !== 0,
    ra: (flags & 0x80) !== 0,
    ad: (flags & 0x20) !== 0,
    cd: (flags & 0x10) !== 0,
    rcode: (flags & 0xf) | ((opt?.rcode ?? 0) << 4),
    question,
    answer,
    authority,
    additional,
    opt,
    additionalAt,
  };
}

/** Where the names of an rdata stand: octets before the first one, and how many names follow one another. */
const NAMES: Readonly<Record<number, readonly [number, number]>> = {
  2: [0, 1], // NS
  5: [0, 1], // CNAME
  6: [0, 2], // SOA
  12: [0, 1], // PTR
  15: [2, 1], // MX
  17: [0, 2], // RP
  18: [2, 1], // AFSDB
  33: [6, 1], // SRV
  36: [2, 1], // KX
  39: [0, 1], // DNAME
  46: [18, 1], // RRSIG
  47: [0, 1], // NSEC
  64: [2, 1], // SVCB
  65: [2, 1], // HTTPS
};

class Reader {
  at = 0;
  opt: { version: number; dnssecOk: boolean; length: number; rcode: number } | undefined;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    if (bytes.length < 12) throw new Error('shorter than a header');
  }

  u16(at: number): number {
    return (this.#bytes[at] << 8) | this.#bytes[at + 1];
  }

  /** The next `count` octets as they are. */
  take(count: number): string {
    const end = this.at + count;
    if (end > this.#bytes.length) throw new Error(`${count} octets at ${this.at} go beyond the message`);
    let text = '';
    while (this.at < end) text += String.fromCharCode(this.#bytes[this.at++]);
    return text;
  }

  /** The name at `at`, with its pointers followed. */
  name(lower: boolean): string {
    const bytes = this.#bytes;
    let text = '';
    let behind = -1;
    let at = this.at;
    for (;;) {
      if (at >= bytes.length) throw new Error(`the name at ${this.at} goes beyond the message`);
      const length = bytes[at];
      if (length >= 0xc0) {
        const to = ((length & 0x3f) << 8) | bytes[at + 1];
        if (to >= at) throw new Error(`the pointer at ${at} does not point back`);
        if (behind < 0) behind = at + 2;
        at = to;
        continue;
      }
      if (length > 63) throw new Error(`label type ${length >> 6} at ${at}`);
      text += String.fromCharCode(length);
      for (let i = at + 1; i <= at + length; i++) {
        const octet = bytes[i];
        text += String.fromCharCode(lower && octet >= 0x41 && octet <= 0x5a ? octet + 32 : octet);
      }
      at += length + 1;
      if (text.length > 255) throw new Error(`the name at ${this.at} is longer than 255 octets`);
      if (length === 0) break;
    }
    this.at = behind < 0 ? at : behind;
    return text;
  }

  records(count: number): Rr[] {
    const records: Rr[] = [];
    for (let left = count; left > 0; left--) {
      const owner = this.name(true);
      const { at } = this;
      const type = this.u16(at);
      const rrClass = this.u16(at + 2);
      const ttl = this.u16(at + 4) * 65_536 + this.u16(at + 6);
      const length = this.u16(at + 8);
      this.at = at + 10;
      if (type === 41) {
        this.opt = {
          version: this.#bytes[at + 5],
          dnssecOk: (this.#bytes[at + 6] & 0x80) !== 0,
          length: 11 + length,
          rcode: this.#bytes[at + 4],
        };
        this.take(length);
        continue;
      }
      const rdata = this.#rdata(type, length);
      const head = String.fromCharCode(type, rrClass);
      records.push({ key: `${owner}${head}${ttl} ${rdata}`, owner, type, ttl, rdata });
    }
    return records;
  }

  #rdata(type: number, length: number): string {
    const end = this.at + length;
    let rdata = '';
    const names = NAMES[type];
    if (names !== undefined && length > 0) {
      rdata += this.take(names[0]);
      for (let left = names[1]; left > 0; left--) rdata += this.name(true);
    } else if (type === 35) {
      rdata += this.take(4);
      for (let left = 3; left > 0; left--) rdata += this.take(1 + this.#bytes[this.at]);
      rdata += this.name(true);
    }
    if (this.at > end) throw new Error(`the rdata of type ${type} is longer than its RDLENGTH`);
    return rdata + this.take(end - this.at);
  }
}
