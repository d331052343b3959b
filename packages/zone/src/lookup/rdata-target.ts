/** Types whose rdata names a host that the answer's addresses help with, and where in the rdata that name stands; -1: none. */
export function targetOffset(type: number): number {
  switch (type) {
    case 2: // NS
      return 0;
    case 15: // MX
    case 18: // AFSDB (RFC 1183 1)
    case 21: // RT (RFC 1183 3.3)
    case 36: // KX (RFC 2230 3)
    case 64: // SVCB
    case 65: // HTTPS
      return 2;
    case 33: // SRV
      return 6;
    default:
      return -1;
  }
}

/** The offset behind the name at `at`, or -1 when there is no well-formed uncompressed name before `end`. */
export function nameEnd(bytes: Uint8Array, at: number, end: number): number {
  const start = at;
  while (at < end) {
    const length = bytes[at];
    at += length + 1;
    if (length === 0) return at - start <= 255 ? at : -1;
    if (length > 63) return -1;
  }
  return -1;
}
