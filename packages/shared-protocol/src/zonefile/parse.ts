import type { Result } from '../errors.ts';
import type { Name } from '../name/name.ts';
import type { RecordSink } from '../record/record.ts';
import { ZONE_TEXT_LIMITS, type ZoneTextLimits } from './limits.ts';
import type { ZoneTextProblem, ZoneTextProblems } from './problem.ts';
import { ZoneTextReader } from './reader.ts';

/** Where records go; told before each one where its text starts, so that what is found wrong later can say so too. */
export interface ZoneTextSink extends RecordSink {
  at?(file: string, line: number, column: number): void;
}

/** Fetches the text of an $INCLUDE; `path` is as written, `fromFile` the name of the text it stands in. */
export type IncludePort = (
  path: string,
  fromFile: string,
) => Result<{ readonly text: string | Uint8Array; readonly file: string }>;

export interface ZoneTextOptions {
  /** Relative names are completed by it until $ORIGIN says otherwise. */
  readonly origin: Name;
  /** What problems call the text. */
  readonly file: string;
  readonly sink: ZoneTextSink;
  /** Owners outside of it are refused (code `owner-out-of-zone`); without it every owner goes to the sink. */
  readonly zone?: Name;
  /** TTL of records without one, until $TTL says otherwise, as if the text began with it. */
  readonly defaultTtl?: number;
  /** Without it $INCLUDE is refused. */
  readonly include?: IncludePort;
  readonly limits?: Partial<ZoneTextLimits>;
}

export interface ZoneTextSummary {
  readonly records: number;
  /** The last $TTL; undefined when there was none. */
  readonly ttl: number | undefined;
  /** Odd, but read: the first of them. */
  readonly warnings: readonly ZoneTextProblem[];
  readonly warningCount: number;
  readonly includes: number;
  readonly generated: number;
}

/**
 * Reads zone file text (RFC 1035 5, with $TTL of RFC 2308 4, generic data of RFC 3597, and BIND's $GENERATE) of class IN into
 * the sink, in order, without an object per record. Octets (UTF-8 where not ASCII) are read as they are; a string is encoded.
 *
 * A problem does not stop reading: the entry is left out and the next is tried, up to `limits.problems`, so that one run tells
 * most of them. The sink then has got a part of the records: drop them.
 */
export function parseZoneText(
  text: string | Uint8Array,
  options: ZoneTextOptions,
): Result<ZoneTextSummary, ZoneTextProblems> {
  const reader = new ZoneTextReader(options, { ...ZONE_TEXT_LIMITS, ...options.limits });
  reader.readFile(text, options.file, options.origin);
  const { problems } = reader;
  if (problems.length > 0) return { ok: false, error: { ...problems[0], all: problems } };
  return { ok: true, value: reader.summary() };
}
