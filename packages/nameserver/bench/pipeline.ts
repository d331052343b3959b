// ns per query through the pipeline, bytes in to bytes out, one thread, no sockets. Run: node packages/nameserver/bench/pipeline.ts [names]
import { CLASS, encodeMessage, name, TYPE } from '@zonewire/shared-protocol';
import { ZoneBuilder } from '@zonewire/zone';
import { newCounters } from '../src/counters.ts';
import { EventLog } from '../src/event-log.ts';
import { QueryPipeline } from '../src/pipeline/query-pipeline.ts';
import { silentLog, systemClock } from '../src/ports.ts';
import { ZoneTable } from '../src/zone-table.ts';

const NAMES = Number(process.argv[2] ?? 100_000);
const QUERIES = 16_384;
const ROUNDS = 40;
const apex = name('bench.test.');

function zone() {
  const builder = new ZoneBuilder(apex);
  const add = (owner: string, type: number, rdata: Uint8Array) =>
    builder.addRecord({ name: name(owner, apex), type, class: CLASS.IN, ttl: 300, rdata });
  const soa = Uint8Array.from([...name('ns1', apex), ...name('host', apex), ...new Uint8Array(20).fill(1)]);
  add('@', TYPE.SOA, soa);
  for (const ns of ['ns1', 'ns2']) {
    add('@', TYPE.NS, name(ns, apex));
    add(ns, TYPE.A, Uint8Array.of(192, 0, 2, 1));
  }
  for (let i = 0; i < NAMES; i++) add(`host-${i}`, TYPE.A, Uint8Array.of(10, i >> 16, i >> 8, i));
  for (let i = 0; i < 1000; i++) {
    add(`cut-${i}`, TYPE.NS, name(`ns1.cut-${i}`, apex));
    add(`cut-${i}`, TYPE.NS, name(`ns2.cut-${i}`, apex));
    add(`ns1.cut-${i}`, TYPE.A, Uint8Array.of(10, 0, 0, 1));
    add(`ns2.cut-${i}`, TYPE.A, Uint8Array.of(10, 0, 0, 2));
  }
  const built = builder.finish();
  if (!built.ok) throw new Error(built.error.message);
  return built.value;
}

const zones = new ZoneTable();
zones.add({ apex, version: zone(), acl: [], role: 'primary', handler: {} });
const pipeline = new QueryPipeline({
  zones,
  keys: () => new Map(),
  identity: 'bench',
  version: false,
  udpAnswerSize: 1232,
  tcpIdleTimeout: 10_000,
  counters: newCounters(),
  events: new EventLog(silentLog, systemClock),
});
const edns = { udpSize: 1232, version: 0, dnssecOk: false, extendedRcode: 0, options: [] };
const context = { transport: 'udp', peerAddress: '127.0.0.1', peerPort: 5353, now: Date.now() } as const;
const reply = new Uint8Array(4096);

function measure(label: string, owner: (i: number) => string): void {
  let random = 1;
  const packets = Array.from({ length: QUERIES }, (_, i) => {
    random = (Math.imul(random, 1103515245) + 12345) & 0x7fffffff;
    const question = [{ name: name(owner(random >>> 8), apex), type: TYPE.A, class: CLASS.IN }];
    return encodeMessage({ id: i, question, edns });
  });
  const times: number[] = [];
  let octets = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.hrtime.bigint();
    octets = 0;
    for (const packet of packets) octets += pipeline.answer(packet, packet.length, reply, context);
    times.push(Number(process.hrtime.bigint() - start) / QUERIES);
  }
  times.sort((a, b) => a - b);
  const median = times[ROUNDS / 2].toFixed(0);
  console.log(
    `${label.padEnd(28)} ${median.padStart(6)} ns median  ${times[0].toFixed(0).padStart(6)} ns best  ${(octets / QUERIES).toFixed(0)} octets`,
  );
}

const heapBefore = process.memoryUsage().heapUsed;
measure('hit', (i) => `host-${i % NAMES}`);
measure('NXDOMAIN', (i) => `nothing-${i % NAMES}`);
measure('referral with glue', (i) => `www.cut-${i % 1000}`);
measure('hit (second time)', (i) => `host-${i % NAMES}`);
console.log(
  `heap grew by ${((process.memoryUsage().heapUsed - heapBefore) / 1024 / 1024).toFixed(1)} MiB (packets included)`,
);
