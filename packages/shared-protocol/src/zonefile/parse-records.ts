import { ZonewireError } from '../errors.ts';
import { type Name, ROOT } from '../name/name.ts';
import { CLASS } from '../record/constants.ts';
import type { RecordSink, ResourceRecord } from '../record/record.ts';
import { parseZoneText } from './parse.ts';

/** A sink that makes an object of every record: for small zones and tests. */
export class RecordCollector implements RecordSink {
  readonly records: ResourceRecord[] = [];

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
    this.records.push({
      name: owner.slice(ownerStart, ownerEnd),
      type,
      class: CLASS.IN,
      ttl,
      rdata: rdata.slice(rdataStart, rdataEnd),
    });
  }
}

/**
 * The records of a zone file text, for tests and small inputs. Records without any TTL get 3600. Throws ZonewireError with the
 * first problem's code, its place in the message (`text:line:column: ...`).
 */
export function parseRecords(text: string, origin: Name = ROOT): ResourceRecord[] {
  const collector = new RecordCollector();
  const result = parseZoneText(text, { origin, file: 'text', sink: collector, defaultTtl: 3600 });
  if (!result.ok) throw new ZonewireError(result.error.code, result.error.message);
  return collector.records;
}
