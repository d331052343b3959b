import { canonicalRdata, lowercaseName, nameToText, type ResourceRecord, typeToText } from '@zonewire/shared-protocol';

/**
 * What the records of `server` have and lack, a line each; '' when they are the same, TTLs included. Case does not count in owners
 * (RFC 4343), nor in names inside the data of Knot and NSD, which keep names in lower case; every other octet does.
 */
export function differenceOf(
  ours: readonly ResourceRecord[],
  theirs: readonly ResourceRecord[] | string,
  server: string,
): string {
  if (typeof theirs === 'string') return theirs;
  const line = (record: ResourceRecord) => lineOf(record, server === 'bind');
  const mine = new Set(ours.map(line));
  const other = new Set(theirs.map(line));
  const lines = [
    ...[...other].filter((line) => !mine.has(line)).map((line) => `+ ${line}`),
    ...[...mine].filter((line) => !other.has(line)).map((line) => `- ${line}`),
  ];
  if (lines.length === 0 && ours.length !== theirs.length) return `${theirs.length} records, not ${ours.length}`;
  return lines.join('\n');
}

function lineOf({ name, type, ttl, rdata }: ResourceRecord, exact: boolean): string {
  const octets = Buffer.from(exact ? rdata : canonicalRdata(type, rdata)).toString('hex');
  return `${nameToText(lowercaseName(name))} ${ttl} ${typeToText(type)} ${octets}`;
}
