/**
 * How fast a transfer of a million records is parsed: `node packages/shared-protocol/bench/transfer-parse.ts [records]`.
 * Makes synthetic zones, packs them with TransferWriter, and pushes the messages through TransferInterpreter into a sink that
 * only counts. Target: 4 million records a second.
 */
import {
  name,
  TransferInterpreter,
  type TransferSink,
  TransferWriter,
  TsigStreamSigner,
  TsigStreamVerifier,
  TYPE,
  writeSoa,
} from '../src/mod.ts';

const records = Number(process.argv[2] ?? 1_000_000);
const zone = name('example.test.');
const soa = writeSoa({
  mname: name('ns1.example.test.'),
  rname: name('hostmaster.example.test.'),
  serial: 1,
  refresh: 1,
  retry: 1,
  expire: 1,
  minimum: 1,
});

type Shape = 'hosts' | 'random names' | 'delegations' | 'same owners';

function* zoneRecords(shape: Shape): Generator<[owner: Uint8Array, type: number, rdata: Uint8Array]> {
  let seed = 1;
  for (let i = 0; i < records; i++) {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    if (shape === 'hosts') yield [name(`host${i}.example.test.`), TYPE.A, Uint8Array.of(10, i >>> 16, i >>> 8, i)];
    else if (shape === 'random names')
      yield [
        name(`${(seed >>> 8).toString(36).slice(0, 1 + (seed % 6))}-${i.toString(36)}.example.test.`),
        TYPE.AAAA,
        new Uint8Array(16).fill(i),
      ];
    else if (shape === 'delegations')
      yield [name(`d${i >>> 1}.example.test.`), TYPE.NS, name(`ns${i % 2}.hoster${seed % 1000}.example.`)];
    else yield [name(`h${i >>> 3}.example.test.`), TYPE.A, Uint8Array.of(10, i >>> 16, i >>> 8, i)];
  }
}

function pack(shape: Shape, maxMessageSize: number): { messages: Uint8Array[]; ms: number } {
  const messages: Uint8Array[] = [];
  const writer = new TransferWriter({
    id: 1,
    question: { name: zone, type: TYPE.AXFR, class: 1 },
    flags: 0x8400,
    maxMessageSize,
    onMessage: (message) => messages.push(message),
  });
  const all = [...zoneRecords(shape)];
  const started = performance.now();
  writer.add(zone, 0, zone.length, TYPE.SOA, 3600, soa, 0, soa.length);
  for (const [owner, type, rdata] of all) writer.add(owner, 0, owner.length, type, 3600, rdata, 0, rdata.length);
  writer.add(zone, 0, zone.length, TYPE.SOA, 3600, soa, 0, soa.length);
  writer.end();
  return { messages, ms: performance.now() - started };
}

class Count implements TransferSink {
  adds = 0;
  octets = 0;
  beginZone(): void {}
  beginDiff(): void {}
  endDiff(): void {}
  remove(): void {}
  add(_o: Uint8Array, os: number, oe: number, _t: number, _ttl: number, _r: Uint8Array, rs: number, re: number): void {
    this.adds++;
    this.octets += oe - os + re - rs;
  }
}

function parse(messages: Uint8Array[]): number {
  const sink = new Count();
  const interpreter = new TransferInterpreter({
    zone,
    request: 'axfr',
    id: 1,
    limits: { maxBytes: 2 ** 40, maxRecords: 2 ** 40, maxMessages: 2 ** 40 },
    sink,
  });
  const started = performance.now();
  let state = 'more';
  for (const message of messages) {
    const progress = interpreter.push(message);
    state = progress.state === 'refused' ? progress.message : progress.state;
  }
  const ms = performance.now() - started;
  if (state !== 'done' || sink.adds !== records + 1) throw new Error(`${state}, ${sink.adds} records`);
  return ms;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

const rate = (ms: number) => `${((records + 2) / ms / 1000).toFixed(2)} M records/s (${ms.toFixed(0)} ms)`;
for (const shape of ['hosts', 'random names', 'delegations', 'same owners'] as const)
  for (const size of [16_384, 65_535]) {
    const { messages, ms } = pack(shape, size);
    const octets = messages.reduce((sum, message) => sum + message.length, 0);
    const times = Array.from({ length: 5 }, () => parse(messages));
    console.log(
      `${shape.padEnd(12)} ${messages.length} messages of up to ${size}, ${(octets / 1e6).toFixed(1)} MB: parse first ${rate(times[0])}, median ${rate(median(times))}; pack ${rate(ms)}`,
    );
    if (shape === 'hosts' && size === 16_384) {
      const key = { name: name('xfr.example.'), algorithm: 'hmac-sha256', secret: new Uint8Array(32) } as const;
      const mac = new Uint8Array(32);
      const signer = new TsigStreamSigner(key, mac, () => 1000);
      const signStart = performance.now();
      const signed = messages.map((message) => signer.sign(message, false));
      const verifyStart = performance.now();
      const verifier = new TsigStreamVerifier(key, mac, () => 1000);
      for (const message of signed) if (!verifier.push(message).ok) throw new Error('TSIG refused');
      const end = performance.now();
      console.log(
        `  TSIG sha256: sign ${(verifyStart - signStart).toFixed(0)} ms, verify ${(end - verifyStart).toFixed(0)} ms`,
      );
    }
  }
