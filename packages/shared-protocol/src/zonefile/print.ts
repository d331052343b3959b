import { type Name, nameToText } from '../name/name.ts';
import { classToText } from '../rdata/code-names.ts';
import { nameToRelativeText } from '../rdata/name-text.ts';
import { rdataToText } from '../rdata/rdata.ts';
import { typeToText } from '../rdata/registry.ts';
import type { ResourceRecord } from '../record/record.ts';
import { readSoa, type Soa } from '../record/soa.ts';
import { TYPE } from '../record/types.ts';

/**
 * A zone as text for people, a line or two at a time, which reads back as exactly the same records (names' case too): $ORIGIN,
 * $TTL, names relative to the origin, the SOA first whatever its place in `records`, an owner written once for records that
 * follow one another. Only the records before the SOA are held in memory.
 */
export function* printZone(
  records: Iterable<ResourceRecord>,
  options: { readonly origin: Name },
): Generator<string, void, void> {
  const { origin } = options;
  yield `$ORIGIN ${nameToText(origin)}\n`;
  const before: ResourceRecord[] = [];
  const lines = new Lines(origin);
  let soaSeen = false;
  for (const record of records) {
    if (!soaSeen && record.type !== TYPE.SOA) {
      before.push(record);
      continue;
    }
    if (!soaSeen) {
      soaSeen = true;
      yield lines.ttl(record.ttl);
      yield lines.record(record);
      for (const earlier of before) yield lines.record(earlier);
      before.length = 0;
    } else {
      yield lines.record(record);
    }
  }
  if (before.length > 0) yield lines.ttl(before[0].ttl);
  for (const record of before) yield lines.record(record);
}

class Lines {
  private readonly origin: Name;
  private defaultTtl = -1;
  private owner = '';

  constructor(origin: Name) {
    this.origin = origin;
  }

  ttl(ttl: number): string {
    this.defaultTtl = ttl;
    return `$TTL ${ttl}\n`;
  }

  record(record: ResourceRecord): string {
    const { origin } = this;
    const owner = nameToRelativeText(record.name, origin);
    const shown = owner === this.owner ? '' : owner;
    this.owner = owner;
    const ttl = record.ttl === this.defaultTtl ? '' : `${record.ttl}`;
    const head = `${shown.padEnd(23)} ${ttl.padStart(7)} ${classToText(record.class)} ${typeToText(record.type).padEnd(7)}`;
    const soa = record.type === TYPE.SOA ? readSoa(record.rdata) : undefined;
    const rdata = soa?.ok ? soaText(soa.value, origin) : rdataToText(record.type, record.rdata, origin);
    return `${head} ${rdata}\n`;
  }
}

/** The SOA over several lines, each number with what it is. */
function soaText(soa: Soa, origin: Name): string {
  const line = (value: number, comment: string) => `\n${' '.repeat(44)}${String(value).padEnd(10)} ; ${comment}`;
  return [
    `${nameToRelativeText(soa.mname, origin)} ${nameToRelativeText(soa.rname, origin)} (`,
    line(soa.serial, 'serial'),
    line(soa.refresh, 'refresh'),
    line(soa.retry, 'retry'),
    line(soa.expire, 'expire'),
    line(soa.minimum, 'minimum'),
    `\n${' '.repeat(44)})`,
  ].join('');
}
