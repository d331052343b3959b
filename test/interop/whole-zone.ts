import {
  canonicalRdata,
  lowercaseName,
  parseRecords,
  type ResourceRecord,
  recordToText,
} from '@zonewire/shared-protocol';
import { type Address, dig, digKey, type PeerKey } from '@zonewire/testkit';
import { expect } from 'vitest';
import { patiently, untilServed } from './patiently.ts';

/**
 * The records of a zone in canonical form (RFC 4034 6.2: Knot, NSD and PowerDNS keep names in lower case), sorted, each once: two
 * of these are equal if and only if the zones are.
 */
export function canonicalZone(text: string): string[] {
  return [...new Set(parseRecords(text).map(canonicalLine))].sort();
}

/** The whole zone as a server gives it to dig, which knows nothing of our code; with the SOA that it answers last. */
async function fetchedZone(server: Address, zone: string, key: PeerKey | undefined): Promise<string[]> {
  const out = await dig(server, ...digKey(key), '+noall', '+answer', '+nocomments', zone, 'AXFR');
  const records = out.split('\n').filter((line) => !line.startsWith(';') && !/\sANY\sTSIG\s|\sTSIG\shmac/.test(line));
  const zoneRecords = canonicalZone(records.join('\n'));
  if (zoneRecords.length === 0) throw new Error(`no records:\n${out}`);
  return zoneRecords;
}

/** Waits until a server answers with this serial, then compares every record with `text`. */
export async function expectZone(
  server: Address,
  { zone, key }: { readonly zone: string; readonly key: PeerKey | undefined },
  serial: number,
  text: string,
): Promise<void> {
  await untilServed(server, zone, serial);
  // NSD closes connections of the process that a reload has replaced: dig then has nothing, and asks again.
  const records = await patiently(`AXFR of ${zone} from port ${server.port}`, () => fetchedZone(server, zone, key));
  expect(records).toEqual(canonicalZone(text));
}

function canonicalLine(record: ResourceRecord): string {
  const { name, type, rdata } = record;
  return recordToText({ ...record, name: lowercaseName(name), rdata: canonicalRdata(type, rdata) });
}
