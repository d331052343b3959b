import {
  nameToText,
  ok,
  parseZoneText,
  type Result,
  typeToText,
  type ZoneTextLimits,
  type ZoneTextProblem,
} from '@zonewire/shared-protocol';
import { checkZone, withoutCaseDuplicates, type ZoneFinding, type ZoneVersion } from '@zonewire/zone';
import { FileSink } from './file-sink.ts';
import { placesOfRecords } from './places-of-records.ts';
import {
  findingText,
  type ZoneFile,
  type ZoneFileFinding,
  type ZoneFileProblem,
  type ZoneFileRequest,
} from './zone-file.ts';
import type { ZoneSource } from './zone-source.ts';

/** Errors that are told at once, and warnings that are kept with a zone. */
const MAX_FINDINGS = 20;

/** Parses, packs and checks the text of a zone file, with the files it includes, in one go. */
export function parseZoneFile(
  text: Uint8Array,
  source: ZoneSource,
  request: ZoneFileRequest,
  limits: Partial<ZoneTextLimits> = {},
): Result<ZoneFile, ZoneFileProblem> {
  const { apex, path, zoneMaxSize, now } = request;
  const sink = new FileSink(apex, zoneMaxSize);
  const { include } = source;
  const parsed = parseZoneText(text, { origin: apex, zone: apex, file: path, include, sink, limits });
  if (!parsed.ok) return refuse(parsed.error.all.map((problem) => ofText('error', problem)));
  const seal = source.seal();
  const problem = (check: string, place: string, message: string): ZoneFileFinding[] => [
    { check, severity: 'error', place, message },
  ];
  if (sink.tooLarge)
    return refuse(
      problem('zone-too-large', path, `the zone takes more than the ${zoneMaxSize} octets of zone-max-size`),
    );
  const built = sink.builder.finish();
  if (!built.ok) return refuse(problem(built.error.code, sink.place ?? sink.secondSoa ?? path, built.error.message));
  const { version, dropped } = withoutCaseDuplicates(built.value);
  const found = [...dropped.map(inOtherCase), ...checkZone(version, { limit: MAX_FINDINGS, now })];
  const placed = withPlaces(
    found,
    found.length === 0 ? [] : placesOfRecords(text, { apex, path, include }, found),
    path,
  );
  const errors = placed.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) return refuse(errors);
  const warnings = parsed.value.warnings.map((warning) => ofText('warning', warning));
  return ok({ version, seal, findings: [...warnings, ...placed].slice(0, MAX_FINDINGS) });
}

export function refuse(findings: readonly ZoneFileFinding[]): { ok: false; error: ZoneFileProblem } {
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : '';
  const [{ check }] = findings;
  return { ok: false, error: { code: check, message: `${findingText(findings[0])}${more}`, findings } };
}

function ofText(severity: 'error' | 'warning', { code, reason, file, line, column }: ZoneTextProblem): ZoneFileFinding {
  return { check: code, severity, place: `${file}:${line}:${column}`, message: reason };
}

function inOtherCase({ name, type }: { name: ZoneVersion['apex']; type: number }): ZoneFinding {
  const message = `there are ${typeToText(type)} records that differ only in the case of a name; one of them is kept (RFC 4034 6.3)`;
  return { code: 'record-in-other-case', severity: 'warning', name, type, message };
}

function withPlaces(
  found: readonly ZoneFinding[],
  places: readonly (string | undefined)[],
  path: string,
): ZoneFileFinding[] {
  return found.map(({ code, severity, name, message }, i) => ({
    check: code,
    severity,
    place: places[i] ?? path,
    name: nameToText(name),
    message,
  }));
}
