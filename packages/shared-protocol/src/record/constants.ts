/** Numbers of the IANA "Domain Name System (DNS) Parameters" registry that rules depend on. Type mnemonics are in rdata/. */

export const CLASS = { IN: 1, CH: 3, HS: 4, NONE: 254, ANY: 255 } as const;

export const OPCODE = { QUERY: 0, IQUERY: 1, STATUS: 2, NOTIFY: 4, UPDATE: 5, DSO: 6 } as const;

export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
  /** Extended, carried in the OPT record (RFC 6891). */
  BADVERS: 16,
  /** TSIG error field only (RFC 8945 3). */
  BADSIG: 16,
  BADKEY: 17,
  BADTIME: 18,
  BADTRUNC: 22,
} as const;

export const EDNS_OPTION = {
  NSID: 3,
  EXPIRE: 9,
  COOKIE: 10,
  TCP_KEEPALIVE: 11,
  PADDING: 12,
  EDE: 15,
  ZONEVERSION: 19,
  /** Ours, of the range for local use (RFC 6891 9): see foretellOption. */
  FORETELL: 65_053,
} as const;

/** Extended DNS Error codes, RFC 8914 4. */
export const EDE = {
  OTHER: 0,
  STALE_ANSWER: 3,
  NOT_READY: 14,
  PROHIBITED: 18,
  NOT_AUTHORITATIVE: 20,
  NOT_SUPPORTED: 21,
  NETWORK_ERROR: 23,
  INVALID_DATA: 24,
} as const;
