// CPU milliseconds that checkZone and withoutCaseDuplicates take. `node packages/zone/bench/checks.ts [records]`
import { name, parseZoneText, unwrap } from '@zonewire/shared-protocol';
import { checkZone, withoutCaseDuplicates, ZoneBuilder } from '../src/mod.ts';
import { cpuMs } from './cpu.ts';

const RECORDS = Number(process.argv[2] ?? 1_000_000);
const HEAD = '$TTL 300\n@ SOA ns host 1 3600 600 1209600 60\n@ NS ns\nns A 192.0.2.1\n';
const times = (count: number, text: (i: number) => string) => Array.from({ length: count }, (_, i) => text(i)).join('');
const RRSIG = '8 2 300 20400101000000 20250101000000 1 example. AAAA';

const ZONES: Readonly<Record<string, () => string>> = {
  hosts: () => times(RECORDS, (i) => `h${i} A 192.0.2.${i % 250}\n`),
  texts: () => times(RECORDS, (i) => `h${i} TXT "some text of record ${i}"\n`),
  'delegations, two servers each': () => times(RECORDS / 2, (i) => `h${i} NS ns1.d.test.\nh${i} NS ns2.d.test.\n`),
  'delegations with DS and glue': () =>
    times(RECORDS / 3, (i) => `h${i} NS ns.h${i}\nh${i} DS 1 8 1 ${'ab'.repeat(20)}\nns.h${i} A 192.0.2.1\n`),
  'mail: MX, SPF, DMARC': () =>
    times(
      RECORDS / 3,
      (i) => `h${i} MX 10 ns\nh${i} TXT "v=spf1 mx include:x.test -all"\n_dmarc.h${i} TXT "v=DMARC1; p=none"\n`,
    ),
  signed: () => times(RECORDS / 2, (i) => `h${i} A 192.0.2.1\nh${i} RRSIG A ${RRSIG}\n`),
};

for (const [what, text] of Object.entries(ZONES)) {
  const apex = name('example.');
  const builder = new ZoneBuilder(apex);
  unwrap(parseZoneText(HEAD + text(), { origin: apex, file: 'zone', sink: builder }));
  const version = unwrap(builder.finish());
  const start = cpuMs();
  const findings = checkZone(version, { now: Date.UTC(2026, 0, 1) });
  const checked = cpuMs();
  withoutCaseDuplicates(version);
  const duplicates = cpuMs() - checked;
  const checks = checked - start;
  console.log(
    `${what}: ${version.recordCount} records, checks ${checks.toFixed(0)} ms (${findings.length} findings), case duplicates ${duplicates.toFixed(0)} ms`,
  );
}
