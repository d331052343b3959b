import {
  decodeMessage,
  encodeMessage,
  isResponse,
  messageId,
  messageOpcode,
  name,
  signMessage,
} from '@zonewire/shared-protocol';
import { hostileMessage, seededRandom } from '@zonewire/testkit';
import { describe, expect, it } from 'vitest';
import { decode, edns, query } from '../fixtures/queries.ts';
import { contextOf, exampleTable, KEY, offline, rule } from '../fixtures/zones.ts';
import { HANDED_OVER, SILENCE } from './query-pipeline.ts';

/** A failing run is repeated with FUZZ_SEED=… as printed; FUZZ_PACKETS sets how many. */
const SEED = Number(process.env.FUZZ_SEED ?? 20261120);
const PACKETS = Number(process.env.FUZZ_PACKETS ?? 100_000);

const owners = ['www', 'alias', 'many', 'big', 'x.wild', 'a.b.sub', 'sub', 'nothing', 'mail', '@'].map((owner) =>
  owner === '@' ? 'example.test.' : `${owner}.example.test.`,
);
const types = ['A', 'AAAA', 'TXT', 'MX', 'NS', 'SOA', 'DS', 'ANY', 'AXFR', 'IXFR', 'TYPE250', 'TYPE0', 'CNAME'];
const options = [3, 9, 10, 11, 12, 15, 65001].map((code) => ({ code, data: new Uint8Array(code & 3) }));

function seedPackets(): Uint8Array[] {
  const packets: Uint8Array[] = [];
  for (const owner of [...owners, 'elsewhere.', '.'])
    for (const type of types) {
      packets.push(query(owner, type), query(owner, type, { edns: edns({ udpSize: 1400, dnssecOk: true, options }) }));
    }
  for (const opcode of [1, 2, 3, 4, 5, 6, 15]) packets.push(query('example.test.', 'SOA', { opcode, edns: edns() }));
  packets.push(query('id.server.', 'TXT', {}, 3), query('version.bind.', 'TXT', { edns: edns() }, 3));
  const soa = {
    name: name('example.test.'),
    type: 6,
    class: 1,
    ttl: 0,
    rdata: Uint8Array.from([0, 0, ...new Uint8Array(20)]),
  };
  packets.push(query('example.test.', 'IXFR', { authority: [soa] }));
  packets.push(
    encodeMessage({
      id: 1,
      opcode: 5,
      question: [{ name: name('example.test.'), type: 6, class: 1 }],
      answer: [soa],
      authority: [soa],
    }),
  );
  const signed = packets
    .filter((_, i) => i % 7 === 0)
    .map((packet) => signMessage(packet, KEY, Date.now() / 1000).bytes);
  return [...packets, ...signed];
}

describe('hostile packets', () => {
  it(`${PACKETS} random and mutated packets: no exception, every answer well-formed and within its limit`, async () => {
    const table = exampleTable();
    const entry = table.get(name('example.test.'))!;
    entry.acl = [rule(['notify', 'update', 'transfer'])];
    const server = offline(table, { keys: [KEY] });
    const random = seededRandom(SEED);
    const seeds = seedPackets();
    const outcome = { silent: 0, handed: 0, answered: 0 };
    for (let i = 0; i < PACKETS; i++) {
      const packet = hostileMessage(seeds, random);
      const context = contextOf(random(4) === 0 ? 'tcp' : 'udp');
      const before = packet.slice();
      let reply = server.ask(packet, context);
      const where = `FUZZ_SEED=${SEED} packet ${i}: ${Buffer.from(packet).toString('hex')}`;
      if (reply === HANDED_OVER) {
        outcome.handed++;
        const sent = await server.handle(packet, context);
        if (sent.length !== 1) throw new Error(`${sent.length} answers; ${where}`);
        reply = sent[0];
      } else if (reply === SILENCE) {
        outcome.silent++;
        if (packet.length >= 12 && !isResponse(packet)) throw new Error(`a request without answer; ${where}`);
        continue;
      } else outcome.answered++;
      if (typeof reply === 'number') throw new Error(`${reply}; ${where}`);
      const decoded = decodeMessage(reply);
      if (!decoded.ok)
        throw new Error(`${decoded.error.message} in the answer ${Buffer.from(reply).toString('hex')}; ${where}`);
      const limit = context.transport === 'tcp' ? 65_535 : 1232;
      if (reply.length > limit) throw new Error(`${reply.length} octets; ${where}`);
      if (context.transport === 'udp' && decoded.value.edns === undefined && reply.length > 512)
        throw new Error(`${reply.length} octets without EDNS; ${where}`);
      if (
        !isResponse(reply) ||
        messageId(reply) !== messageId(packet) ||
        messageOpcode(reply) !== messageOpcode(packet)
      )
        throw new Error(`header; ${where}`);
      if (Buffer.compare(before, packet) !== 0) throw new Error(`the request was changed; ${where}`);
    }
    expect(server.counters.internalErrors).toBe(0);
    expect(outcome.answered).toBeGreaterThan(PACKETS / 4);
    expect(outcome.handed).toBeGreaterThan(PACKETS / 50);
    expect(decode(server.ask(query('www.example.test.', 'A')) as Uint8Array).answer.length).toBe(1);
  }, 120_000);
});
