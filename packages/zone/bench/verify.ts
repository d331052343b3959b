// Time to verify a zone before it is served. `node packages/zone/bench/verify.ts [records]`: DNSSEC of a signed zone of so many
// records (default 100,000), whole and beside a version checked before; ZONEMD of an unsigned zone of ten times as many.
import { TYPE, unwrap } from '@zonewire/shared-protocol';
import { makeKey, NOW, reallySigned } from '../src/fixtures/real-signatures.ts';
import type { Signing } from '../src/fixtures/signed-zone.ts';
import { records, zoneOf } from '../src/fixtures/zone-text.ts';
import { applyDiff, validateDnssec, verifyZonemd, ZoneBuilder, ZoneDiff } from '../src/mod.ts';
import { cpuMs } from './cpu.ts';
import { APEX, feedMillion } from './million.ts';

const RECORDS = Number(process.argv[2] ?? 100_000);

function timed<T>(what: string, run: () => T): T {
  const started = cpuMs();
  const result = run();
  console.log(`  ${what.padEnd(60)} ${(cpuMs() - started).toFixed(0).padStart(6)} ms`);
  return result;
}

// Of every name: A, NSEC or NSEC3, an RRSIG over each.
const names = Array.from({ length: RECORDS / 4 }, (_, i) => `host-${i} A 10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
const ways: readonly [string, number, Signing][] = [
  ['ECDSAP256SHA256, NSEC', 13, { denial: 'nsec' }],
  ['ECDSAP256SHA256, NSEC3', 13, { denial: 'nsec3' }],
  ['RSASHA256 (1024 bits), NSEC', 8, { denial: 'nsec' }],
  ['ED25519, NSEC', 15, { denial: 'nsec' }],
];
for (const [what, algorithm, how] of ways) {
  const version = zoneOf(reallySigned(`@ NS ns.elsewhere.\n${names.join('\n')}`, how, [makeKey(algorithm)]));
  console.log(`${what}: ${version.recordCount} records, ${(version.byteLength / 2 ** 20).toFixed(1)} MiB`);
  const verdict = timed('all signatures', () => validateDnssec(version, { now: NOW }));
  if (verdict.result !== 'valid') throw new Error(`${verdict.findings[0].code}`);
  const address = records('host-7 A 10.0.0.8');
  const old = version.rrset(address[0].name, TYPE.A)!;
  const removed = { ...address[0], rdata: old.rdatas[0] };
  const diff = ZoneDiff.build(version.apex, [version.soaRecord, removed], [version.soaRecord, ...address]);
  const changed = unwrap(applyDiff(version, diff));
  const again = timed('after an IXFR of one record, beside the version before', () =>
    validateDnssec(changed, { now: NOW, checked: version }),
  );
  if (again.findings.length !== 1) throw new Error('the record changed was to be found');
}

const builder = new ZoneBuilder(APEX);
feedMillion(builder, RECORDS * 10 - 1, 'sorted');
const zonemd = records(`@ ZONEMD 1 1 1 ${'00'.repeat(48)}`)[0];
builder.addRecord(zonemd);
const large = unwrap(builder.finish());
console.log(`ZONEMD: ${large.recordCount} records, ${(large.byteLength / 2 ** 20).toFixed(1)} MiB`);
timed('SHA-384', () => verifyZonemd(large));
const { apex } = large;
const second = records(`@ ZONEMD 1 1 2 ${'00'.repeat(64)}`)[0];
const both = unwrap(applyDiff(large, ZoneDiff.build(apex, [large.soaRecord], [large.soaRecord, second])));
timed('SHA-384 and SHA-512', () => verifyZonemd(both));
