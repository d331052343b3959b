import dnsPacket from 'dns-packet';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findTsig } from '../tsig/locate.ts';
import { decodeMessage } from './decode.ts';
import { encodeMessage } from './encode.ts';
import type { Message } from './message.ts';

// Failing runs print their seed: run again with fc.assert(…, { seed, path }).
const runs = Number(process.env.FUZZ_RUNS ?? 2_000);

const label = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'A', 'www', 'example', 'test').map((l) => Buffer.from(l)) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 63 }) },
);
const wireName = fc
  .array(label, { maxLength: 6 })
  .map((labels) => Uint8Array.from([...labels.flatMap((l) => [l.length, ...l]), 0]))
  .filter((n) => n.length <= 255);
const u16 = fc.integer({ min: 0, max: 0xffff });
const bits = (n: number) => fc.integer({ min: 0, max: 2 ** n - 1 });

const rdata = fc.oneof(
  fc.record({ type: fc.constantFrom(2, 5, 12, 39), rdata: wireName }),
  fc.record({ type: fc.constant(1), rdata: fc.uint8Array({ minLength: 4, maxLength: 4 }) }),
  fc.record({ type: fc.constant(28), rdata: fc.uint8Array({ minLength: 16, maxLength: 16 }) }),
  fc
    .tuple(fc.constantFrom(15, 18, 36), u16, wireName)
    .map(([type, n, target]) => ({ type, rdata: Uint8Array.of(n >> 8, n, ...target) })),
  fc
    .tuple(wireName, wireName, fc.uint8Array({ minLength: 20, maxLength: 20 }))
    .map(([m, r, rest]) => ({ type: 6, rdata: Uint8Array.of(...m, ...r, ...rest) })),
  fc
    .tuple(fc.uint8Array({ minLength: 6, maxLength: 6 }), wireName)
    .map(([fixed, target]) => ({ type: 33, rdata: Uint8Array.of(...fixed, ...target) })),
  fc.record({ type: fc.constantFrom(16, 46, 47, 64, 257, 65_280), rdata: fc.uint8Array({ maxLength: 60 }) }),
);
const record = fc
  .tuple(wireName, rdata, bits(31))
  .map(([name, { type, rdata }, ttl]) => ({ name, type, class: 1, ttl, rdata }));
const records = fc.array(record, { maxLength: 8 });
const options = fc.array(fc.record({ code: u16, data: fc.uint8Array({ maxLength: 12 }) }), { maxLength: 3 });
const edns = fc
  .record({ udpSize: u16, version: bits(8), dnssecOk: fc.boolean(), options })
  .map((e) => ({ ...e, extendedRcode: 0 }));

const message: fc.Arbitrary<Message> = fc
  .record({
    id: u16,
    opcode: bits(4),
    rcode: bits(4),
    flags: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()),
    question: fc.array(fc.record({ name: wireName, type: u16, class: u16 }), { maxLength: 2 }),
    answer: records,
    authority: records,
    additional: records,
    edns: fc.option(edns, { nil: undefined }),
    extended: bits(8),
  })
  .map(({ flags: [qr, aa, tc, rd, ra, ad, cd], edns, extended, rcode, ...rest }) => ({
    ...rest,
    ...{ qr, aa, tc, rd, ra, ad, cd },
    ...(edns === undefined
      ? { rcode }
      : { rcode: rcode | (extended << 4), edns: { ...edns, extendedRcode: extended } }),
  }));

test('decode(encode(m)) = m, case of every name included', () => {
  fc.assert(
    fc.property(message, (m) => {
      expect(decodeMessage(encodeMessage(m))).toEqual({ ok: true, value: m });
    }),
    { numRuns: runs / 4 },
  );
});

/** Neither throws nor loops; whatever it accepts can be sent and read again. */
function survives(bytes: Uint8Array): void {
  const decoded = decodeMessage(bytes);
  findTsig(bytes);
  if (!decoded.ok) {
    expect(decoded.error.code).toMatch(/^[a-z-]+$/);
    return;
  }
  const { tsig: _, ...rest } = decoded.value;
  let again: Uint8Array;
  try {
    again = encodeMessage(rest);
  } catch (error) {
    // Expanded, a hostile message can be larger than any message.
    expect((error as { code: string }).code).toBe('message-too-large');
    return;
  }
  if (again.length < 60_000) expect(decodeMessage(again)).toEqual({ ok: true, value: rest });
}

test('random bytes are decoded or refused, never thrown at', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), survives), { numRuns: runs });
});

test('random bytes behind a plausible header', () => {
  const counts = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(counts, fc.uint8Array({ maxLength: 200 }), fc.constantFrom(0, 0xc0), (c, body, mask) => {
      // Half of the runs are full of pointers to low offsets.
      const tail = mask === 0 ? body : body.map((octet, i) => (i % 3 === 0 ? mask : octet & 0x1f));
      survives(Uint8Array.from([0, 1, 0x84, 0, ...c.flatMap((n) => [0, n]), ...tail]));
    }),
    { numRuns: runs },
  );
});

test('mutated messages: octets changed, cut out, doubled', () => {
  const mutation = fc.record({
    at: fc.nat(2_000),
    kind: fc.constantFrom('set', 'cut', 'double'),
    value: fc.oneof(bits(8), fc.constantFrom(0, 0xc0, 0xff, 0x3f)),
    length: fc.nat(20),
  });
  fc.assert(
    fc.property(message, fc.array(mutation, { minLength: 1, maxLength: 4 }), (m, mutations) => {
      let bytes = [...encodeMessage(m)];
      for (const { at, kind, value, length } of mutations) {
        const place = at % bytes.length;
        if (kind === 'set') bytes[place] = value;
        else if (kind === 'cut') bytes.splice(place, length);
        else bytes = [...bytes.slice(0, place + length), ...bytes.slice(place)];
        if (bytes.length === 0) bytes = [0];
      }
      survives(Uint8Array.from(bytes));
    }),
    { numRuns: runs },
  );
});

/** dns-packet, an independent implementation, reads what we write and we read what it writes. It is simpler: no case, no hostile input. */
interface Packet {
  id: number;
  type: 'query' | 'response';
  flags: number;
  questions: { name: string; type: string; class: string }[];
  answers: { name: string; type: string; ttl: number; class: string; data: unknown }[];
  authorities: Packet['answers'];
  additionals: Packet['answers'];
}
const oracle = dnsPacket as unknown as { encode(packet: object): Buffer; decode(bytes: Buffer): Packet };

const host = fc
  .array(fc.stringMatching(/^[a-z0-9]{1,10}$/), { minLength: 1, maxLength: 4 })
  .map((labels) => labels.join('.'));
const answer = fc
  .tuple(
    host,
    fc.oneof(
      fc.record({ type: fc.constant('A'), data: fc.ipV4() }),
      fc.record({ type: fc.constantFrom('NS', 'CNAME', 'PTR'), data: host }),
      fc.record({ type: fc.constant('MX'), data: fc.record({ preference: u16, exchange: host }) }),
      fc.record({
        type: fc.constant('SRV'),
        data: fc.record({ priority: u16, weight: u16, port: u16, target: host }),
      }),
      fc.record({
        type: fc.constant('SOA'),
        data: fc.record({
          mname: host,
          rname: host,
          serial: bits(32),
          refresh: bits(31),
          retry: bits(31),
          expire: bits(31),
          minimum: bits(31),
        }),
      }),
    ),
    bits(31),
  )
  .map(([name, data, ttl]) => ({ name, ttl, class: 'IN', ...data }));

test('dns-packet: its messages decode, and ours decode to the same there', () => {
  fc.assert(
    fc.property(
      u16,
      host,
      fc.array(answer, { maxLength: 6 }),
      fc.array(answer, { maxLength: 3 }),
      (id, name, answers, additionals) => {
        const packet = {
          id,
          type: 'response',
          flags: 0x0400,
          questions: [{ name, type: 'A', class: 'IN' }],
          answers,
          additionals,
        };
        const theirs = oracle.encode(packet);
        const decoded = decodeMessage(theirs);
        if (!decoded.ok) throw new Error(decoded.error.message);
        const seen = oracle.decode(Buffer.from(encodeMessage(decoded.value)));
        expect(seen.questions).toEqual(packet.questions);
        const plain = (list: Packet['answers']) =>
          list.map(({ name, type, ttl, class: c, data }) => ({ name, type, ttl, class: c, data }));
        expect(plain(seen.answers)).toEqual(plain(oracle.decode(theirs).answers));
        expect(plain(seen.answers)).toEqual(plain(answers as Packet['answers']));
        expect(plain(seen.additionals)).toEqual(plain(additionals as Packet['answers']));
        expect([seen.id, seen.type]).toEqual([id, 'response']);
      },
    ),
    { numRuns: 300 },
  );
});
