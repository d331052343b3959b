// Nanoseconds a lookup. `node packages/zone/bench/lookup.ts [names]`
import { type Name, name, parseRecords, TYPE, unwrap } from '@zonewire/shared-protocol';
import { applyDiff, LookupResult, lookup, ZoneBuilder, ZoneDiff, type ZoneVersion } from '../src/mod.ts';
import { cpuMs } from './cpu.ts';
import { APEX, feedMillion, soaRdata } from './million.ts';

const names = Number(process.argv[2] ?? 100_000);
const ROUNDS = 1_000_000;

const builder = new ZoneBuilder(APEX);
feedMillion(builder, names, 'sorted');
const extra = parseRecords(
  `$TTL 300
*.wild A 192.0.2.1
alias CNAME host1
sub NS ns1.sub
sub NS ns2.sub
ns1.sub A 192.0.2.2
ns2.sub A 192.0.2.3
a.b.c.d A 192.0.2.4
mx MX 10 host1
mx MX 20 host2
`,
  APEX,
);
for (const record of extra) builder.addRecord(record);
const base = unwrap(builder.finish());

const questions: [string, (i: number) => Name, number][] = [
  ['hit', (i) => name(`host${1 + ((i * 7919) % (names - 3))}.example.`), TYPE.A],
  ['NODATA', (i) => name(`host${1 + ((i * 7919) % (names - 3))}.example.`), TYPE.AAAA],
  ['NXDOMAIN', (i) => name(`none${i}.example.`), TYPE.A],
  ['wildcard', (i) => name(`x${i}.wild.example.`), TYPE.A],
  ['CNAME', () => name('alias.example.'), TYPE.A],
  ['referral with glue', (i) => name(`x${i}.sub.example.`), TYPE.A],
  ['four labels deep', () => name('a.b.c.d.example.'), TYPE.A],
  ['MX with addresses', () => name('mx.example.'), TYPE.MX],
  ['apex SOA', () => APEX, TYPE.SOA],
];

class QuestionBuffer {
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;

  constructor(all: readonly Name[]) {
    this.bytes = new Uint8Array(Buffer.concat(all));
    this.starts = new Int32Array(all.length + 1);
    all.forEach((one, i) => {
      this.starts[i + 1] = this.starts[i] + one.length;
    });
  }
}

function layered(version: ZoneVersion): ZoneVersion {
  let current = version;
  for (let i = 0; i < 3000; i++) {
    const record = (rdata: number) => parseRecords(`host${i * 3 + 1} 3600 A 0.0.0.${rdata}`, APEX)[0];
    const soa = (serial: number) => ({ ...current.soaRecord, rdata: soaRdata(serial) });
    const diff = ZoneDiff.build(APEX, [soa(current.serial)], [soa(current.serial + 1), record(i & 255)]);
    const next = applyDiff(current, diff);
    if (next.ok) current = next.value;
  }
  return current;
}

for (const version of [base, layered(base)]) {
  console.log(`${names} names, ${version.layers.length} layer(s)`);
  const result = new LookupResult();
  for (const [what, question, type] of questions) {
    // In one buffer, as they come in messages, so that the questions themselves are not what misses the cache.
    const asked = new QuestionBuffer(Array.from({ length: 50_000 }, (_, i) => question(i)));
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 5; round++) {
      const started = cpuMs();
      for (let i = 0, k = 0; i < ROUNDS; i++) {
        lookup(version, asked.bytes, asked.starts[k], asked.starts[k + 1], type, false, result);
        if (++k === 50_000) k = 0;
      }
      best = Math.min(best, cpuMs() - started);
    }
    console.log(`  ${what.padEnd(20)} ${((best * 1e6) / ROUNDS).toFixed(0).padStart(5)} ns`);
  }
}
