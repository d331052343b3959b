import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ResourceRecord } from '../record/record.ts';
import { a, answer, ID, LIMITS, NotingSink, soa, ZONE } from './fixtures/answers.ts';
import { TransferInterpreter } from './interpreter.ts';

// Failing runs print their seed: run again with fc.assert(…, { seed, path }).
const runs = Number(process.env.FUZZ_RUNS ?? 2_000);

const piece: fc.Arbitrary<ResourceRecord> = fc.oneof(
  fc.integer({ min: 1, max: 6 }).map((serial) => soa(serial)),
  fc.constantFrom('a.example.test.', 'b.example.test.', 'example.test.').map((owner) => a(owner)),
  fc.constantFrom(a('outside.test.'), { ...a('example.test.'), class: 3 }, soa(1, { owner: 'a.example.test.' })),
);
const stream = fc.array(fc.array(piece, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 });

/** What no stream, however wrong, may lead to. */
function holds(messages: readonly Uint8Array[], request: 'axfr' | 'ixfr', transport: 'udp' | 'tcp'): void {
  const sink = new NotingSink();
  const interpreter = new TransferInterpreter({
    zone: ZONE,
    request,
    id: ID,
    haveSerial: 3,
    transport,
    limits: LIMITS,
    sink,
  });
  let ended = '';
  for (const message of messages) {
    const progress = interpreter.push(message);
    if (ended !== '') expect(progress.state).toBe('refused');
    if (progress.state === 'refused') expect(progress.code).toMatch(/^(transfer|ixfr)-[a-z-]+$/);
    if (progress.state === 'done') {
      ended = progress.outcome;
      const { seen } = sink;
      if (progress.outcome === 'zone') {
        expect(seen.slice(0, 2)).toEqual(['zone', `+ SOA ${progress.serial}`]);
        expect(seen.slice(2).every((line) => /^\+ (?!SOA)/.test(line))).toBe(true);
      } else if (progress.outcome === 'diffs') {
        // Every sequence starts where the one before ended, at our serial first and at the new one last.
        const text = seen.map((line) => (/^[+-] (?!SOA)/.test(line) ? line[0] : line)).join('\n');
        expect(text).toMatch(/^(diff \d+\n- SOA \d+\n(-\n)*\+ SOA \d+\n(\+\n)*end \d+(\n|$))+$/);
        const edges = seen.filter((line) => /^(diff|end)/.test(line)).map((line) => Number(line.split(' ')[1]));
        expect([edges[0], edges.at(-1)]).toEqual([3, progress.serial]);
        for (let i = 1; i + 1 < edges.length; i += 2) expect(edges[i]).toBe(edges[i + 1]);
        for (let i = 0; i < edges.length; i += 2) expect(edges[i + 1]).toBeGreaterThan(edges[i]);
      } else expect(seen).toEqual([]);
    }
  }
}

const kind = fc.constantFrom<['axfr' | 'ixfr', 'udp' | 'tcp', number]>(
  ['axfr', 'tcp', 252],
  ['ixfr', 'tcp', 251],
  ['ixfr', 'udp', 251],
);

test('RFC 1995 4, RFC 5936 2.2: any order of SOAs and records ends in a sound zone, sound differences, or a refusal', () => {
  fc.assert(
    fc.property(stream, kind, (messages, [request, transport, type]) => {
      holds(
        messages.map((records) => answer(records, {}, type)),
        request,
        transport,
      );
    }),
    { numRuns: runs * 2 },
  );
});

test('mutated octets never throw', () => {
  const changes = fc.array(fc.tuple(fc.nat(400), fc.oneof(fc.nat(255), fc.constantFrom(0, 0xc0, 0xff))), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(stream, kind, changes, fc.boolean(), (messages, [request, transport, type], list, cut) => {
      const bytes = messages.map((records) => {
        const message = answer(records, {}, type);
        for (const [at, value] of list) message[at % message.length] = value;
        return cut ? message.slice(0, message.length - (list[0][0] % 30)) : message;
      });
      holds(bytes, request, transport);
    }),
    { numRuns: runs },
  );
});
