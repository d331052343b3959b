import { describe, expect, test } from 'vitest';
import type { MessageDraft } from '../message/message.ts';
import type { ResourceRecord } from '../record/record.ts';
import { a, answer, interpret, soa, ZONE } from './fixtures/answers.ts';
import { TransferInterpreter } from './interpreter.ts';
import type { TransferOptions } from './progress.ts';

const HAVE = 3;

function ixfr(
  messages: readonly (readonly ResourceRecord[])[],
  options: Partial<TransferOptions> = {},
  changes: Partial<MessageDraft> = {},
) {
  const bytes = messages.map((records) => answer(records, changes, 251));
  return interpret(bytes, { request: 'ixfr', haveSerial: HAVE, ...options });
}

const old = a('old.example.test.', 1);
const young = a('new.example.test.', 2);
const between = a('mid.example.test.', 3);
const OLD = '- old.example.test. 1 c0000201';
const NEW = '+ new.example.test. 1 c0000202';

/** Two sequences, 3 → 4 → 6. */
const two = [soa(6), soa(3), old, soa(4), between, soa(4), between, soa(6), young, soa(6)];
const twoSeen = [
  ...['diff 3', '- SOA 3', OLD, '+ SOA 4', '+ mid.example.test. 1 c0000203', 'end 4'],
  ...['diff 4', '- SOA 4', '- mid.example.test. 1 c0000203', '+ SOA 6', NEW, 'end 6'],
];

test('RFC 1995 4: one sequence (also what RFC 1995 5 calls condensed)', () => {
  expect(ixfr([[soa(6), soa(3), old, soa(6), young, soa(6)]])).toMatchObject({
    code: 'diffs',
    seen: ['diff 3', '- SOA 3', OLD, '+ SOA 6', NEW, 'end 6'],
    progress: { serial: 6, records: 6, messages: 1 },
  });
});

test('RFC 1995 4: several sequences, cut into messages anywhere', () => {
  expect(ixfr([two])).toMatchObject({ code: 'diffs', seen: twoSeen });
  for (let cut = 1; cut < two.length; cut++)
    expect(ixfr([two.slice(0, cut), two.slice(cut)])).toMatchObject({ code: 'diffs', seen: twoSeen });
  expect(ixfr(two.map((one) => [one]))).toMatchObject({ code: 'diffs', seen: twoSeen });
});

test('RFC 1995 4: sequences that only remove, only add, or only change the SOA', () => {
  expect(ixfr([[soa(6), soa(3), soa(6), soa(6)]])).toMatchObject({
    code: 'diffs',
    seen: ['diff 3', '- SOA 3', '+ SOA 6', 'end 6'],
  });
  expect(ixfr([[soa(6), soa(3), old, soa(6), soa(6)]]).code).toBe('diffs');
  expect(ixfr([[soa(6), soa(3), soa(6), young, soa(6)]]).code).toBe('diffs');
});

test('RFC 1982: serials that wrap around', () => {
  const records = [soa(1), soa(0xffff_fffe), soa(1), soa(1)];
  expect(ixfr([records], { haveSerial: 0xffff_fffe })).toMatchObject({ code: 'diffs', progress: { serial: 1 } });
});

describe('RFC 1995 4: an AXFR-style answer', () => {
  const seen = ['zone', '+ SOA 6', NEW, '+ mid.example.test. 1 c0000203'];
  test('is known by its second record, in the same message or the next', () => {
    const whole = [soa(6), young, between, soa(6)];
    for (let cut = 1; cut <= whole.length; cut++)
      expect(ixfr([whole.slice(0, cut), whole.slice(cut)].filter((part) => part.length > 0))).toMatchObject({
        code: 'zone',
        seen,
        progress: { serial: 6, records: 4 },
      });
  });
  test('with the serial we have is the caller’s to judge', () => {
    expect(ixfr([[soa(HAVE), young, soa(HAVE)]])).toMatchObject({ code: 'zone', progress: { serial: HAVE } });
  });
  test('its last SOA must be the first', () => {
    expect(ixfr([[soa(6), young, soa(7)]]).code).toBe('transfer-soa-changed');
  });
});

describe('RFC 1995 2, 4: a single SOA', () => {
  test('with our serial: up to date', () => {
    expect(ixfr([[soa(HAVE)]])).toMatchObject({ code: 'up-to-date', seen: [], progress: { serial: HAVE } });
    expect(ixfr([[soa(HAVE)]], { transport: 'udp' }).code).toBe('up-to-date');
  });
  test('with an older serial: up to date, the caller sees the serial', () => {
    expect(ixfr([[soa(2)]])).toMatchObject({ code: 'up-to-date', progress: { serial: 2 } });
  });
  test('with a serial half the circle away (RFC 1982 3.2): not newer', () => {
    expect(ixfr([[soa((HAVE + 0x8000_0000) >>> 0)]]).code).toBe('up-to-date');
  });
  test('with a newer serial over UDP: ask over TCP', () => {
    expect(ixfr([[soa(4)]], { transport: 'udp' })).toMatchObject({ code: 'retry-tcp', progress: { serial: 4 } });
  });
  test('with a newer serial over TCP: the rest is in later messages', () => {
    expect(ixfr([[soa(4)]]).code).toBe('more');
    expect(ixfr([[soa(4)], [soa(3), soa(4), soa(4)]]).code).toBe('diffs');
  });
  test('then nothing more may come', () => {
    expect(ixfr([[soa(HAVE)], [soa(HAVE)]]).code).toBe('transfer-message-after-end');
  });
});

describe('RFC 1995 2: over UDP the answer is one message', () => {
  test('TC: ask over TCP, whatever is in it', () => {
    expect(ixfr([[]], { transport: 'udp' }, { tc: true }).code).toBe('retry-tcp');
    expect(ixfr([[soa(6), soa(3), old]], { transport: 'udp' }, { tc: true })).toMatchObject({
      code: 'retry-tcp',
      seen: [],
    });
  });
  test('whole differences are taken', () => {
    expect(ixfr([two], { transport: 'udp' }).code).toBe('diffs');
  });
  test('differences without their end are refused', () => {
    expect(ixfr([two.slice(0, 5)], { transport: 'udp' }).code).toBe('transfer-udp-incomplete');
  });
  test('an empty answer is refused', () => {
    expect(ixfr([[]], { transport: 'udp' }).code).toBe('transfer-empty-answer');
  });
});

describe('RFC 1995 4: malformed sequences', () => {
  test.each([
    ['the first record is not an SOA', [young, soa(6)], 'transfer-first-not-soa'],
    ['the chain does not start at our serial', [soa(6), soa(2), soa(6), soa(6)], 'ixfr-wrong-start'],
    ['the chain starts after our serial', [soa(6), soa(4), soa(6), soa(6)], 'ixfr-wrong-start'],
    ['two equal SOAs and nothing else', [soa(6), soa(6)], 'ixfr-wrong-start'],
    ['a gap between sequences', [soa(6), soa(3), soa(4), soa(5), soa(6), soa(6)], 'ixfr-chain-broken'],
    ['a sequence after the final one', [soa(6), soa(3), soa(6), soa(6), soa(7), soa(6)], 'transfer-data-after-end'],
    ['past the final serial', [soa(6), soa(3), soa(7), soa(7), soa(8)], 'ixfr-chain-broken'],
    ['the end comes before the final serial', [soa(6), soa(3), soa(4), soa(6)], 'ixfr-chain-broken'],
    ['a sequence back in time', [soa(6), soa(3), soa(2)], 'ixfr-not-newer'],
    ['a sequence that stands still', [soa(6), soa(3), soa(3)], 'ixfr-not-newer'],
    ['a later sequence back in time', [soa(6), soa(3), soa(5), soa(5), soa(4)], 'ixfr-not-newer'],
    ['half the circle ahead (RFC 1982 3.2)', [soa(6), soa(3), soa(3 + 0x8000_0000)], 'ixfr-not-newer'],
    ['the last SOA differs from the first', [soa(6), soa(3), soa(6), soa(6, { minimum: 1 })], 'transfer-soa-changed'],
    ['another serial at the end', [soa(6), soa(3), soa(6), young, soa(7)], 'transfer-soa-changed'],
    ['records after the end', [...two, young], 'transfer-data-after-end'],
    ['a removal outside the zone', [soa(6), soa(3), a('www.example.')], 'transfer-out-of-zone'],
    ['an addition outside the zone', [soa(6), soa(3), soa(6), a('www.example.')], 'transfer-out-of-zone'],
    ['an SOA below the apex', [soa(6), soa(3), soa(4, { owner: 'a.example.test.' })], 'transfer-soa-below-apex'],
    ['a class other than IN', [soa(6), soa(3), { ...old, class: 254 }], 'transfer-wrong-class'],
    ['a meta type', [soa(6), soa(3), { ...old, type: 255 }], 'transfer-meta-type'],
  ])('%s: refused', (_, records, code) => {
    expect(ixfr([records]).code).toBe(code);
    // The same, a record a message. A lone SOA that is not newer would end the transfer at once.
    expect(ixfr(records.map((one) => [one])).code).toBe(
      code === 'transfer-data-after-end' ? 'transfer-message-after-end' : code,
    );
  });
  test('the question must be the IXFR that was asked', () => {
    const messages = [answer(two, {}, 252)];
    expect(interpret(messages, { request: 'ixfr', haveSerial: HAVE }).code).toBe('transfer-wrong-question');
  });
});

test('an IXFR without a serial to start from is the caller’s mistake', () => {
  const limits = { maxBytes: 1, maxRecords: 1, maxMessages: 1 };
  const sink = { beginZone() {}, beginDiff() {}, endDiff() {}, add() {}, remove() {} };
  expect(() => new TransferInterpreter({ zone: ZONE, request: 'ixfr', id: 1, limits, sink })).toThrow('serial');
});
