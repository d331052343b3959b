import { canonicalRdata, lowercaseName, nameToText, type ResourceRecord, typeToText } from '@zonewire/shared-protocol';

/**
 * What `theirs` has and lacks, a line each; '' when the records are the same, TTLs included. Names' case does not count (Knot and
 * NSD keep names in lower case, RFC 4343), every other octet does.
 */
export function differenceOf(ours: readonly ResourceRecord[], theirs: readonly ResourceRecord[] | string): string {
  if (typeof theirs === 'string') return theirs;
  const mine = new Set(ours.map(lineOf));
  const other = new Set(theirs.map(lineOf));
  const lines = [
    ...[...other].filter((line) => !mine.has(line)).map((line) => `+ ${line}`),
    ...[...mine].filter((line) => !other.has(line)).map((line) => `- ${line}`),
  ];
  if (lines.length === 0 && ours.length !== theirs.length) return `${theirs.length} records, not ${ours.length}`;
  return lines.join('\n');
}

function lineOf({ name, type, ttl, rdata }: ResourceRecord): string {
  const octets = Buffer.from(canonicalRdata(type, rdata)).toString('hex');
  return `${nameToText(lowercaseName(name))} ${ttl} ${typeToText(type)} ${octets}`;
}
