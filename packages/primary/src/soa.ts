import { type ResourceRecord, readSoa, unwrap, writeSoa } from '@zonewire/shared-protocol';

/** The SOA record with another serial. */
export function soaWithSerial(record: ResourceRecord, serial: number): ResourceRecord {
  return { ...record, rdata: writeSoa({ ...unwrap(readSoa(record.rdata)), serial }) };
}
