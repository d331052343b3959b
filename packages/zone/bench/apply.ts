// One-record diffs applied to a large zone, as a busy primary or its secondary does. `node packages/zone/bench/apply.ts [records] [diffs]`
import { CLASS, TYPE, unwrap } from '@zonewire/shared-protocol';
import {
  applyDiff,
  compact,
  needsCompaction,
  replaceBase,
  ZoneBuilder,
  ZoneDiff,
  type ZoneVersion,
} from '../src/mod.ts';
import { cpuMs } from './cpu.ts';
import { APEX, feedMillion, HostName, soaRdata } from './million.ts';

const records = Number(process.argv[2] ?? 1_000_000);
const diffs = Number(process.argv[3] ?? 60_000);

const builder = new ZoneBuilder(APEX);
feedMillion(builder, records, 'unsorted');
let version = unwrap(builder.finish());
const host = new HostName();

/** Changes the address of one host (which had `n` or, later, its complement), spread over the zone. */
function change(from: ZoneVersion, i: number): ZoneDiff {
  const n = 1 + ((i * 7919) % (records - 3));
  host.set(n);
  const name = host.bytes.slice(host.start, host.end);
  const old = from.rrset(name, TYPE.A)!;
  const record = (rdata: Uint8Array) => ({ name, type: TYPE.A, class: CLASS.IN, ttl: old.ttl, rdata });
  const soa = { ...from.soaRecord, rdata: soaRdata(from.serial + 1) };
  return ZoneDiff.build(
    APEX,
    [from.soaRecord, record(old.rdatas[0])],
    [soa, record(old.rdatas[0].map((octet) => ~octet))],
  );
}

const times: number[] = [];
let compactions = 0;
let compactionMs = 0;
let mostLayers = 0;
const started = cpuMs();
for (let i = 0; i < diffs; i++) {
  const diff = change(version, i);
  const before = performance.now();
  version = unwrap(applyDiff(version, diff));
  times.push(performance.now() - before);
  mostLayers = Math.max(mostLayers, version.layers.length);
  if (needsCompaction(version)) {
    compactions++;
    const compacting = performance.now();
    version = replaceBase(version, version, compact(version));
    compactionMs += performance.now() - compacting;
  }
}
const cpu = cpuMs() - started - compactionMs;
times.sort((a, b) => a - b);
const at = (part: number) =>
  `${(times[Math.min(times.length - 1, Math.floor(times.length * part))] * 1000).toFixed(0)} us`;
console.log(
  `${diffs} one-record diffs in a zone of ${records}: p50 ${at(0.5)}, p99 ${at(0.99)}, p99.9 ${at(0.999)}, longest ${at(1)}; ` +
    `cpu ${((cpu * 1000) / diffs).toFixed(0)} us each with making the diff, at most ${mostLayers} layers, ` +
    `${(version.byteLength / 1e6).toFixed(1)} MB, ${compactions} compactions of ${(compactionMs / Math.max(1, compactions)).toFixed(0)} ms`,
);
