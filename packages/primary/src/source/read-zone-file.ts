import {
  type Name,
  nameToText,
  ok,
  type Problem,
  parseZoneText,
  type Result,
  TYPE,
  typeToText,
  type ZoneTextSink,
} from '@zonewire/shared-protocol';
import { checkZone, withoutCaseDuplicates, ZoneBuilder, type ZoneFinding, type ZoneVersion } from '@zonewire/zone';
import type { FilePort } from './file-port.ts';
import { placesOfRecords } from './places-of-records.ts';
import { type SourceSeal, ZoneSource } from './zone-source.ts';

export interface ZoneFile {
  readonly version: ZoneVersion;
  readonly seal: SourceSeal;
  /** Odd, but taken; each with its place. */
  readonly warnings: readonly string[];
}

/** Why a zone file cannot be loaded. `message` is the first reason, with its file:line:column where there is one. */
export interface ZoneFileProblem extends Problem {
  readonly all: readonly string[];
}

/** Errors that are told at once, and warnings that are kept with a zone. */
const MAX_FINDINGS = 20;

/**
 * Reads a zone file and everything it includes into a version, and checks it. `zoneMaxSize` in octets bounds the version.
 * Parsing and packing happen in one go, on this thread.
 */
export async function readZoneFile(
  files: FilePort,
  apex: Name,
  path: string,
  zoneMaxSize: number,
): Promise<Result<ZoneFile, ZoneFileProblem>> {
  const source = new ZoneSource(files);
  const text = await source.open(path);
  if (!text.ok) return refuse(text.error.code, [text.error.message]);
  const sink = new FileSink(apex, zoneMaxSize);
  const { include } = source;
  const parsed = parseZoneText(text.value, { origin: apex, zone: apex, file: path, include, sink });
  if (!parsed.ok)
    return refuse(
      parsed.error.code,
      parsed.error.all.map((problem) => problem.message),
    );
  const seal = source.seal();
  if (sink.tooLarge)
    return refuse('zone-too-large', [`${path}: the zone takes more than the ${zoneMaxSize} octets of zone-max-size`]);
  const built = sink.builder.finish();
  if (!built.ok) return refuse(built.error.code, [`${sink.place ?? sink.secondSoa ?? path}: ${built.error.message}`]);
  const { version, dropped } = withoutCaseDuplicates(built.value);
  const findings = checkZone(version, { limit: MAX_FINDINGS });
  const wanted = findings.map(({ name: owner, type }) => ({ owner, type }));
  const places = findings.length === 0 ? [] : placesOfRecords(text.value, { apex, path, include }, wanted);
  const say = (finding: ZoneFinding, i: number) =>
    `${places[i] ?? path}: ${nameToText(finding.name)}: ${finding.message}`;
  const sentences = findings.map(say);
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0)
    return refuse(
      errors[0].code,
      sentences.filter((_, i) => findings[i].severity === 'error'),
    );
  const repeated = dropped.map(
    ({ name, type }) =>
      `${path}: ${nameToText(name)} has a ${typeToText(type)} record twice, with a name in other case; one is taken (RFC 4034 6.3)`,
  );
  const warnings = [...parsed.value.warnings.map(({ message }) => message), ...repeated, ...sentences];
  return ok({ version, seal, warnings: warnings.slice(0, MAX_FINDINGS) });
}

/** Fills the builder, and remembers where the first record stood that it refused. */
class FileSink implements ZoneTextSink {
  readonly builder: ZoneBuilder;
  readonly #maxSize: number;
  tooLarge = false;
  /** file:line:column of the first record that cannot be in the zone. */
  place: string | undefined;
  secondSoa: string | undefined;
  #soas = 0;
  #file = '';
  #line = 0;
  #column = 0;

  constructor(apex: Name, maxSize: number) {
    this.builder = new ZoneBuilder(apex);
    this.#maxSize = maxSize;
  }

  at(file: string, line: number, column: number): void {
    this.#file = file;
    this.#line = line;
    this.#column = column;
  }

  add(
    owner: Uint8Array,
    ownerStart: number,
    ownerEnd: number,
    type: number,
    ttl: number,
    rdata: Uint8Array,
    rdataStart: number,
    rdataEnd: number,
  ): void {
    if (this.tooLarge || this.place !== undefined) return;
    this.builder.add(owner, ownerStart, ownerEnd, type, ttl, rdata, rdataStart, rdataEnd);
    if (this.builder.bytes > this.#maxSize) this.tooLarge = true;
    const here = () => `${this.#file}:${this.#line}:${this.#column}`;
    if (this.builder.problem !== undefined) this.place = here();
    // Whether a second SOA is another one is found when the zone is complete.
    else if (type === TYPE.SOA) {
      if (this.#soas++ > 0) this.secondSoa ??= here();
    }
  }
}

function refuse(code: string, all: readonly string[]): { ok: false; error: ZoneFileProblem } {
  const more = all.length > 1 ? ` (and ${all.length - 1} more)` : '';
  return { ok: false, error: { code, message: `${all[0]}${more}`, all } };
}
