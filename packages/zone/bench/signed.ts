// Nanoseconds a lookup in signed zones, with DO. `node packages/zone/bench/signed.ts [names]`
import { type Name, name, parseRecords, TYPE, unwrap } from '@zonewire/shared-protocol';
import { sign } from '../src/fixtures/signed-zone.ts';
import { LookupResult, lookup, ZoneBuilder, type ZoneVersion } from '../src/mod.ts';
import { cpuMs } from './cpu.ts';

const NAMES = Number(process.argv[2] ?? 100_000);
const ROUNDS = 500_000;
const QUESTIONS = 50_000;
const apex = name('example.');

const plain = parseRecords(
  `$TTL 300
@ SOA ns host 1 3600 600 86400 60
@ NS ns
ns A 192.0.2.1
*.wild A 192.0.2.2
plain NS ns
${Array.from({ length: NAMES }, (_, i) => `host-${i} A 10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`).join('\n')}
`,
  apex,
);

function build(how: Parameters<typeof sign>[1]): ZoneVersion {
  const builder = new ZoneBuilder(apex);
  for (const record of sign(plain, how)) builder.addRecord(record);
  return unwrap(builder.finish());
}

const questions: [string, (i: number) => Name, number][] = [
  ['hit', (i) => name(`host-${(i * 7919) % NAMES}.example.`), TYPE.A],
  ['NODATA', (i) => name(`host-${(i * 7919) % NAMES}.example.`), TYPE.AAAA],
  ['NXDOMAIN', (i) => name(`nothing-${i}.example.`), TYPE.A],
  ['NXDOMAIN in between', (i) => name(`host-${(i * 7919) % NAMES}x.example.`), TYPE.A],
  ['wildcard', (i) => name(`x${i}.wild.example.`), TYPE.A],
  ['unsigned referral', (i) => name(`x${i}.plain.example.`), TYPE.A],
];

for (const how of [{ denial: 'nsec' }, { denial: 'nsec3' }] as const) {
  const version = build(how);
  console.log(
    `${how.denial}, ${NAMES} names, ${(version.byteLength / version.recordCount).toFixed(1)} octets a record`,
  );
  const result = new LookupResult();
  for (const [what, question, type] of questions) {
    const all = Array.from({ length: QUESTIONS }, (_, i) => question(i));
    const bytes = new Uint8Array(Buffer.concat(all));
    const starts = new Int32Array(QUESTIONS + 1);
    all.forEach((one, i) => {
      starts[i + 1] = starts[i] + one.length;
    });
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 5; round++) {
      const started = cpuMs();
      for (let i = 0, k = 0; i < ROUNDS; i++) {
        lookup(version, bytes, starts[k], starts[k + 1], type, true, result);
        if (++k === QUESTIONS) k = 0;
      }
      best = Math.min(best, cpuMs() - started);
    }
    console.log(`  ${what.padEnd(20)} ${((best * 1e6) / ROUNDS).toFixed(0).padStart(5)} ns`);
  }
}
