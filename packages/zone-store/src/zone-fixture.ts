import { type Name, name, type ResourceRecord, unwrap, writeSoa } from '@zonewire/shared-protocol';
import { diffVersions, ZoneBuilder, type ZoneDiff, type ZoneVersion } from '@zonewire/zone';

/** Zones for the tests of this package. */

const A = 1;
const NS = 2;
const SOA = 6;
const TXT = 16;
const IN = 1;

export function soaRecord(apex: Name, serial: number): ResourceRecord {
  const soa = { serial, refresh: 3600, retry: 600, expire: 86_400, minimum: 300 };
  const rdata = writeSoa({ mname: name('ns1.test'), rname: name('hostmaster.test'), ...soa });
  return { name: apex, type: SOA, class: IN, ttl: 3600, rdata };
}

/** The address record of `host<n>` in the zone. */
export function hostRecord(apex: Name, n: number, address = n): ResourceRecord {
  const rdata = new Uint8Array([10, address >>> 16, address >>> 8, address]);
  return { name: name(`host${n}`, apex), type: A, class: IN, ttl: 300, rdata };
}

/** A TXT record of `octets` octets (at most 255 of text). */
export function textRecord(apex: Name, owner: string, octets: number): ResourceRecord {
  const rdata = new Uint8Array(octets + 1).fill(0x78);
  rdata[0] = octets;
  return { name: name(owner, apex), type: TXT, class: IN, ttl: 300, rdata };
}

/** SOA, NS and host1 … host`hosts`, and `more`. */
export function zoneVersion(
  apex: Name,
  serial: number,
  hosts: number,
  more: readonly ResourceRecord[] = [],
): ZoneVersion {
  const builder = new ZoneBuilder(apex);
  builder.addRecord(soaRecord(apex, serial));
  builder.addRecord({ name: apex, type: NS, class: IN, ttl: 3600, rdata: name('ns1.test') });
  for (let n = 1; n <= hosts; n++) builder.addRecord(hostRecord(apex, n));
  for (const record of more) builder.addRecord(record);
  return unwrap(builder.finish());
}

/** One change after the other: `next` returns a diff from the current version and the version behind it. */
export interface ZoneHistory {
  version: ZoneVersion;
  next(): { diff: ZoneDiff; version: ZoneVersion };
}

/** A small zone in which each version has another TXT record: built anew each time, nothing is shared between versions. */
export function zoneHistory(apex: Name, firstSerial: number, hosts = 3, octets = 20): ZoneHistory {
  let serial = firstSerial;
  const build = () => zoneVersion(apex, serial, hosts, [textRecord(apex, `change${serial}`, octets)]);
  const history: ZoneHistory = {
    version: build(),
    next() {
      serial = (serial + 1) >>> 0;
      const version = build();
      const diff = diffVersions(history.version, version);
      history.version = version;
      return { diff, version };
    },
  };
  return history;
}
