import { CLASS, name, type ResourceRecord, TYPE, unwrap, writeSoa } from '@zonewire/shared-protocol';
import { applyDiff, needsCompaction, replaceBase, ZoneBuilder, ZoneDiff, type ZoneVersion } from '@zonewire/zone';
import { describe, expect, test } from 'vitest';
import { Compactor } from './compactor.ts';

const APEX = name('example.test.');

function soa(serial: number): ResourceRecord {
  const rdata = writeSoa({ mname: APEX, rname: APEX, serial, refresh: 1, retry: 1, expire: 1, minimum: 1 });
  return { name: APEX, type: TYPE.SOA, class: CLASS.IN, ttl: 60, rdata };
}

function host(n: number): ResourceRecord {
  return {
    name: name(`h${n}`, APEX),
    type: TYPE.A,
    class: CLASS.IN,
    ttl: 60,
    rdata: Uint8Array.of(10, n >> 16, n >> 8, n),
  };
}

/** A zone of `hosts` hosts, and the versions after adding a quarter more, a hundred at a time. */
function grown(hosts: number): ZoneVersion {
  const builder = new ZoneBuilder(APEX);
  builder.addRecord(soa(0));
  for (let n = 0; n < hosts; n++) builder.addRecord(host(n));
  let version = unwrap(builder.finish());
  for (let n = hosts; n < hosts * 1.25; n += 100)
    version = step(
      version,
      Array.from({ length: 100 }, (_, i) => host(n + i)),
    );
  return version;
}

function step(version: ZoneVersion, added: ResourceRecord[]): ZoneVersion {
  const diff = ZoneDiff.build(APEX, [version.soaRecord], [soa(version.serial + 1), ...added]);
  return unwrap(applyDiff(version, diff));
}

describe('Compactor', () => {
  test.each([
    ['here, between two turns of the event loop', 4_000, 0],
    ['on a thread', 50_000, 1],
  ])('layers are merged %s; what was committed meanwhile stands upon the new base', async (_, hosts, onThread) => {
    const from = grown(hosts);
    expect(needsCompaction(from)).toBe(true);
    const compactor = new Compactor();
    const running = compactor.compact(from);
    const current = step(from, [host(900_000)]);
    const compacted = await running;
    expect(compacted.layers).toHaveLength(1);
    expect(compacted.digest()).toBe(from.digest());
    const replaced = replaceBase(current, from, compacted);
    expect(replaced.digest()).toBe(current.digest());
    expect(needsCompaction(replaced)).toBe(false);
    expect(compactor.counters).toEqual({ compactions: 1, onThread, failed: 0 });
  });
});
