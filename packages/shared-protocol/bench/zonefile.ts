/**
 * How fast zone file text becomes records: `node packages/shared-protocol/bench/zonefile.ts [records]` (default 1,000,000).
 * Target: 1,000,000 simple records in at most 2.5 s.
 */
import { name, parseZoneText, printZone, RecordCollector, type RecordSink } from '../src/mod.ts';

const count = Number(process.argv[2] ?? 1_000_000);
const head = '$ORIGIN example.test.\n$TTL 3600\n@ IN SOA ns1 hostmaster 1 7200 3600 1209600 3600\n@ IN NS ns1\n';

const zones: Readonly<Record<string, (i: number) => string>> = {
  'A records, short': (i) => `h${i} A 10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}\n`,
  'A records as servers print them': (i) =>
    `host-${i}.example.test.\t\t\t      3600 IN A\t\t10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}\n`,
  'delegations, TLD-like': (i) =>
    i % 3 === 2
      ? `domain${i} 86400 IN DS ${i & 0xffff} 13 2 ${'0123456789ABCDEF'.repeat(4)}\n`
      : `domain${i} IN NS ns${i % 5}.provider${i % 1000}.example.\n`,
  'a bit of everything': (i) =>
    [
      `n${i} IN AAAA 2001:db8::${(i & 0xffff).toString(16)}\n`,
      `n${i} IN MX 10 mail${i % 100}\n`,
      `n${i} IN TXT "v=spf1 include:_spf.example.net ~all" "second ${i}"\n`,
      `_s._tcp.n${i} IN SRV 0 5 5060 n${i}\n`,
      `n${i} IN HTTPS 1 . alpn=h2,h3 ipv4hint=192.0.2.1\n`,
      `n${i} IN CNAME target${i}.example.net.\n`,
    ][i % 6],
};

class Counter implements RecordSink {
  octets = 0;
  add(
    _owner: Uint8Array,
    start: number,
    end: number,
    _type: number,
    _ttl: number,
    _rdata: Uint8Array,
    rdataStart: number,
    rdataEnd: number,
  ): void {
    this.octets += end - start + rdataEnd - rdataStart;
  }
}

for (const [title, line] of Object.entries(zones)) {
  const parts = [head];
  for (let i = 0; i < count; i++) parts.push(line(i));
  const text = new TextEncoder().encode(parts.join(''));
  const times: number[] = [];
  let records = 0;
  for (let run = 0; run < 5; run++) {
    const sink = new Counter();
    const start = performance.now();
    const result = parseZoneText(text, {
      origin: name('example.test.'),
      file: 'bench',
      sink,
      zone: name('example.test.'),
    });
    times.push(performance.now() - start);
    if (!result.ok) throw new Error(result.error.message);
    records = result.value.records;
  }
  const median = times.sort((a, b) => a - b)[2];
  const rate = Math.round(records / median);
  console.log(
    `${title.padEnd(34)} ${records} records, ${(text.length / 1e6).toFixed(1)} MB: ${median.toFixed(0)} ms median of 5 (first included), ${rate} records/ms`,
  );
}

const collector = new RecordCollector();
const text = head + Array.from({ length: count / 10 }, (_, i) => zones['a bit of everything'](i)).join('');
parseZoneText(text, { origin: name('example.test.'), file: 'bench', sink: collector });
const start = performance.now();
let printed = 0;
for (const line of printZone(collector.records, { origin: name('example.test.') })) printed += line.length;
const ms = performance.now() - start;
console.log(
  `printing ${collector.records.length} records, ${(printed / 1e6).toFixed(1)} MB: ${ms.toFixed(0)} ms, ${Math.round(collector.records.length / ms)} records/ms`,
);
