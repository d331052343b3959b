import { LOWER, MAX_NAME, type Name, nameToText } from '../name/name.ts';
import { read32 } from '../rdata/fields/numbers.ts';
import { readNameToken } from '../rdata/name-text.ts';
import { readRdata } from '../rdata/read-rdata.ts';
import { TextProblem } from '../rdata/text-problem.ts';
import { RdataReader } from '../rdata/text-reader.ts';
import { END, TokenScanner, WORD } from '../rdata/token-scanner.ts';
import { TYPE } from '../record/types.ts';
import { readDirective } from './directive.ts';
import type { ZoneTextLimits } from './limits.ts';
import type { ZoneTextOptions, ZoneTextSink, ZoneTextSummary } from './parse.ts';
import { problemAt, type ZoneTextProblem, zoneTextProblem } from './problem.ts';
import { NO_TTL, RecordHeader } from './record-header.ts';
import { TtlState } from './ttl-state.ts';

const DOLLAR = 0x24;

const encoder = new TextEncoder();

/** The state of one reading, over all files it takes in: one entry after the other. */
export class ZoneTextReader {
  readonly options: ZoneTextOptions;
  readonly limits: ZoneTextLimits;
  readonly problems: ZoneTextProblem[] = [];
  readonly ttls: TtlState;
  readonly header: RecordHeader = new RecordHeader();
  file: string;
  /** Completes relative names; $ORIGIN changes it up to the end of its file. */
  origin: Name;
  scanner: TokenScanner;
  /** The owner is `owner[0..ownerLength)`; 0 before the first. */
  owner: Uint8Array = new Uint8Array(2 * (MAX_NAME + 1));
  ownerLength = 0;
  includeDepth = 0;
  includes = 0;
  generated = 0;

  private records = 0;
  private warningCount = 0;
  private readonly warnings: ZoneTextProblem[] = [];
  private readonly rdata: RdataReader;
  private readonly sink: ZoneTextSink;
  /** Where the next owner is read, so that one that is refused leaves no trace. */
  private nextOwner: Uint8Array = new Uint8Array(2 * (MAX_NAME + 1));
  /** True from $ORIGIN to the next owner: one left out there is odd. */
  private originChanged = false;

  constructor(options: ZoneTextOptions, limits: ZoneTextLimits) {
    this.options = options;
    this.limits = limits;
    this.sink = options.sink;
    this.file = options.file;
    this.origin = options.origin;
    this.ttls = new TtlState(options.defaultTtl);
    this.scanner = new TokenScanner(new Uint8Array(0));
    this.rdata = new RdataReader(this.scanner, this.origin);
  }

  summary(): ZoneTextSummary {
    const { records, ttls, warnings, warningCount, includes, generated } = this;
    return { records, ttl: ttls.directive, warnings, warningCount, includes, generated };
  }

  /** True when so many problems were found that reading stops. */
  get stopped(): boolean {
    return this.problems.length >= this.limits.problems;
  }

  /** Reads a whole text; afterwards file, origin and scanner are again what they were before. */
  readFile(text: string | Uint8Array, file: string, origin: Name): void {
    const { file: fileBefore, origin: originBefore, scanner: scannerBefore } = this;
    const bytes = octetsOf(text);
    const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    const scanner = new TokenScanner(bytes, bom ? 3 : 0);
    this.file = file;
    this.origin = origin;
    this.scanner = scanner;
    while (!scanner.atEnd && !this.stopped) {
      try {
        this.readEntry();
      } catch (problem) {
        if (!(problem instanceof TextProblem)) throw problem;
        const found = problemAt(problem, file, scanner);
        const cause = scanner.skipEntry();
        this.problems.push(cause === undefined ? found : problemAt(cause, file, scanner));
      }
    }
    this.file = fileBefore;
    this.origin = originBefore;
    this.scanner = scannerBefore;
  }

  /** $ORIGIN. */
  setOrigin(origin: Name): void {
    this.origin = origin;
    this.originChanged = true;
  }

  /** Reads the current word of `scanner` as owner; refuses one that is not in the zone. Does not move on. */
  readOwner(scanner: TokenScanner): void {
    const { zone } = this.options;
    const { owner, nextOwner } = this;
    const length = readNameToken(scanner, this.origin, nextOwner, 0);
    this.originChanged = false;
    if (zone !== undefined && !isBelow(nextOwner, length, zone)) {
      const text = nameToText(nextOwner.subarray(0, length));
      throw new TextProblem(
        'owner-out-of-zone',
        `${text} is not in the zone ${nameToText(zone)}; remove the record, or check the name's final dot and $ORIGIN`,
      );
    }
    this.owner = nextOwner;
    this.nextOwner = owner;
    this.ownerLength = length;
  }

  /**
   * Reads the rest of `scanner`'s entry as rdata of `type` and gives the record to the sink, with the current owner. The text
   * it comes from starts at `line` and `column`. With NO_TTL for `ttl` it is an SOA, and its minimum is the TTL.
   */
  readRecord(scanner: TokenScanner, type: number, ttl: number, line: number, column: number): void {
    const { rdata, sink } = this;
    rdata.scanner = scanner;
    rdata.origin = this.origin;
    readRdata(type, rdata);
    if (ttl === NO_TTL) ttl = this.ttlFromSoa(line, column);
    this.records++;
    sink.at?.(this.file, line, column);
    sink.add(this.owner, 0, this.ownerLength, type, ttl, rdata.bytes, 0, rdata.length);
  }

  warn(code: string, reason: string, line: number, column: number): void {
    if (this.warningCount++ < this.limits.warnings)
      this.warnings.push(zoneTextProblem(code, reason, this.file, line, column));
  }

  private readEntry(): void {
    const { scanner, header, ttls } = this;
    scanner.startEntry();
    if (scanner.kind === END) return;
    const { line } = scanner;
    const column = scanner.start - scanner.lineStart + 1;
    if (scanner.leadingBlank) {
      this.inheritOwner(line, column);
    } else if (scanner.bytes[scanner.start] === DOLLAR && scanner.kind === WORD) {
      readDirective(this);
      if (ttls.aboveLimit !== undefined) this.warnAboveLimit(line, column);
      return;
    } else {
      this.readOwner(scanner);
      scanner.next();
    }
    header.take(scanner);
    const usedLast = ttls.usedLast;
    const ttl = ttls.resolve(header.ttl, header.type);
    if (ttls.usedLast !== usedLast)
      this.warn(
        'ttl-last',
        `without $TTL the TTL of the record before, ${ttl}, is taken; write $TTL at the top`,
        line,
        column,
      );
    this.readRecord(scanner, header.type, ttl, line, column);
    if (ttls.aboveLimit !== undefined) this.warnAboveLimit(line, column);
  }

  private warnAboveLimit(line: number, column: number): void {
    const { aboveLimit } = this.ttls;
    this.ttls.aboveLimit = undefined;
    this.warn(
      'ttl-above-limit',
      `the TTL ${aboveLimit} is more than 2147483647 and counts as 0 (RFC 2181 8); write a smaller one`,
      line,
      column,
    );
  }

  private inheritOwner(line: number, column: number): void {
    if (this.ownerLength === 0)
      throw new TextProblem(
        'owner-missing',
        'the line starts with a blank, but there is no owner before it; write one, or "@"',
      );
    if (!this.originChanged) return;
    this.originChanged = false;
    const owner = nameToText(this.owner.subarray(0, this.ownerLength));
    this.warn(
      'owner-before-origin',
      `this record behind $ORIGIN belongs to the owner before it, ${owner}`,
      line,
      column,
    );
  }

  private ttlFromSoa(line: number, column: number): number {
    const minimum = read32(this.rdata.bytes, this.rdata.length - 4);
    this.ttls.setFromSoa(minimum);
    const ttl = this.ttls.resolve(NO_TTL, TYPE.SOA);
    this.warn(
      'ttl-from-soa',
      `neither this SOA nor $TTL says a TTL; the SOA's minimum ${minimum} is taken`,
      line,
      column,
    );
    return ttl;
  }
}

/** Always a plain Uint8Array: the scanner runs faster over one kind of array, and a Buffer's slice shares memory. */
function octetsOf(text: string | Uint8Array): Uint8Array {
  if (typeof text === 'string') return encoder.encode(text);
  return new Uint8Array(text.buffer, text.byteOffset, text.byteLength);
}

/** True when `name[0..length)` is `zone` or below it. */
function isBelow(name: Uint8Array, length: number, zone: Name): boolean {
  const from = length - zone.length;
  let i = 0;
  while (i < from) i += name[i] + 1;
  if (i !== from) return false;
  for (let j = 0; j < zone.length; j++)
    if (name[from + j] !== zone[j] && LOWER[name[from + j]] !== LOWER[zone[j]]) return false;
  return true;
}
