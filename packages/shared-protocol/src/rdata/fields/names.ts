import { MAX_LABEL, MAX_NAME } from '../../name/name.ts';
import type { Field } from '../field.ts';

/** A name whose case belongs to the data: types newer than RFC 4034 6.2's list, and NSEC (RFC 6840 5.1). */
export const name: Field = {
  read: (input) => input.takeName(),
  check: nameEnd,
  print(rdata, at, end, output) {
    const stop = nameEnd(rdata, at, end);
    output.name(rdata.subarray(at, stop));
    return stop;
  },
};

/** A name that is lower case in canonical form (RFC 4034 6.2). */
export const lowercasedName: Field = { ...name, lowercasedFrom: (_, at) => at };

/** Rendezvous servers of HIP: any number of names. */
export const names: Field = {
  read(input) {
    while (input.more) {
      input.takeName();
      input.checkLength();
    }
  },
  check(rdata, at, end) {
    while (at >= 0 && at < end) at = nameEnd(rdata, at, end);
    return at;
  },
  print(rdata, at, end, output) {
    while (at < end) at = name.print(rdata, at, end, output);
    return at;
  },
};

/** The offset behind the uncompressed name at `at`; -1 when there is none. */
export function nameEnd(rdata: Uint8Array, at: number, end: number): number {
  const start = at;
  while (at < end) {
    const length = rdata[at];
    if (length > MAX_LABEL) return -1;
    at += length + 1;
    if (length === 0) return at - start <= MAX_NAME ? at : -1;
  }
  return -1;
}
