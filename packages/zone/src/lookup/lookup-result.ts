const EMPTY = new Uint8Array(0);

/**
 * What a lookup found, for the encoder of the nameserver. One LookupResult is made per answering thread and filled again
 * for every query: nothing is allocated on the query path.
 *
 * Owner names are rarely stored names: an answer's owner is the name asked for, the SOA's and the referral's owner a suffix of it.
 * So an owner is given as an offset into the query name where possible (`ownerInQname >= 0`, a compression pointer for free),
 * else as bytes.
 */
export class RRsetRef {
  /** >= 0: the owner is the query name from this octet on. -1: the owner is `owner[ownerStart..ownerEnd)`. */
  ownerInQname = -1;
  owner: Uint8Array = EMPTY;
  ownerStart = 0;
  ownerEnd = 0;
  type = 0;
  /** Seconds; already lowered where a rule asks for it (RFC 2308 5: the SOA of a negative answer). */
  ttl = 0;
  count = 0;
  /** `bytes[start..end)` holds `count` times: rdlength (two octets, big-endian) and uncompressed rdata. */
  bytes: Uint8Array = EMPTY;
  start = 0;
  end = 0;
}

/** A section of an answer: `refs[0..length)` are in use. */
export class RRsetList {
  readonly refs: RRsetRef[];
  length = 0;

  constructor(capacity: number) {
    this.refs = Array.from({ length: capacity }, () => new RRsetRef());
  }

  /** Forgets the refs from `length` on. */
  truncate(length: number): void {
    for (let i = length; i < this.length; i++) {
      const ref = this.refs[i];
      ref.owner = EMPTY;
      ref.bytes = EMPTY;
    }
    this.length = length;
  }

  /** Empties the section, and lets go of the images it pointed into, which may be old versions. */
  clear(): void {
    this.truncate(0);
  }

  /** The next free ref, to be filled by the caller, or undefined when the section is full (then the answer ends there). */
  take(): RRsetRef | undefined {
    return this.length < this.refs.length ? this.refs[this.length++] : undefined;
  }
}

/** Longest chain of CNAMEs and DNAMEs followed inside one zone; what is left is the resolver's to follow. */
export const MAX_CHAIN = 16;

export class LookupResult {
  /** NOERROR, NXDOMAIN, YXDOMAIN (RFC 6672 2.2: DNAME made the name too long) or SERVFAIL (chain too long or looping ends with what was found, not SERVFAIL). */
  rcode = 0;
  /** AA: false for referrals, unless a CNAME chain began with our own data (RFC 1034 4.3.2, RFC 2181 6.1). */
  authoritative = false;
  /** A signed chain of DNAMEs has three for each: DNAME, its RRSIGs and the CNAME made of it. */
  readonly answer = new RRsetList(3 * MAX_CHAIN + 16);
  /** Every name of a chain may come from a wildcard and need an NSEC with RRSIGs to prove it. */
  readonly authority = new RRsetList(2 * MAX_CHAIN + 16);
  /**
   * With DO: whether absence is proved where it has to be. `missing`: the zone's NSEC or NSEC3 chain has a gap there, or the zone
   * is signed and has none; `costly`: see MAX_NSEC3_ITERATIONS.
   */
  denial: 'proved' | 'missing' | 'costly' = 'proved';
  /** Glue and additional addresses, in order of importance: `additional[0..requiredGlue)` must fit or TC is set (RFC 9471). */
  readonly additional = new RRsetList(64);
  requiredGlue = 0;
  /** Room for names and rdata that the lookup itself makes (DNAME-synthesised CNAMEs, chained owners, owners of proofs). */
  readonly scratch = new Uint8Array(16_384);
  scratchLength = 0;

  clear(): void {
    this.rcode = 0;
    this.authoritative = false;
    this.denial = 'proved';
    this.answer.clear();
    this.authority.clear();
    this.additional.clear();
    this.requiredGlue = 0;
    this.scratchLength = 0;
  }
}
