import { describe, expect, test } from 'vitest';
import { expireOption } from '../edns/options.ts';
import type { MessageDraft } from '../message/message.ts';
import { name } from '../name/name.ts';
import { OPCODE, RCODE } from '../record/constants.ts';
import { a, answer, ID, interpret, LIMITS, NotingSink, record, soa, ZONE } from './fixtures/answers.ts';
import { TransferInterpreter } from './interpreter.ts';

/** Rules that AXFR and IXFR answers share, and AXFR's own. */
const whole = [soa(5), a('example.test.'), a('www.example.test.', 2), soa(5)];

describe('RFC 5936 2.2: a whole zone', () => {
  const seen = ['zone', '+ SOA 5', '+ example.test. 1 c0000201', '+ www.example.test. 1 c0000202'];
  test('in one message', () => {
    const message = answer(whole);
    expect(interpret([message])).toEqual({
      progress: {
        state: 'done',
        outcome: 'zone',
        serial: 5,
        records: 4,
        bytes: message.length,
        messages: 1,
        expire: undefined,
      },
      code: 'zone',
      seen,
    });
  });
  test('cut into messages anywhere, one record a message too', () => {
    for (let cut = 1; cut < whole.length; cut++)
      expect(interpret([answer(whole.slice(0, cut)), answer(whole.slice(cut))])).toMatchObject({ code: 'zone', seen });
    expect(interpret(whole.map((one) => answer([one])))).toMatchObject({
      code: 'zone',
      seen,
      progress: { records: 4, messages: 4 },
    });
  });
  test('several that arrive in turns are each their own', () => {
    const sinks = [new NotingSink(), new NotingSink()];
    const interpreters = sinks.map(
      (sink) => new TransferInterpreter({ zone: ZONE, request: 'axfr', id: ID, limits: LIMITS, sink }),
    );
    const others = [soa(6), a('other.example.test.', 3), a('www.example.test.', 4), soa(6)];
    const ends = whole.map((one, i) => [
      interpreters[0].push(answer([one])).state,
      interpreters[1].push(answer([others[i]])).state,
    ]);
    expect(ends.at(-1)).toEqual(['done', 'done']);
    expect(sinks.map((sink) => sink.seen)).toEqual([
      seen,
      ['zone', '+ SOA 6', '+ other.example.test. 1 c0000203', '+ www.example.test. 1 c0000204'],
    ]);
  });
  test('before the second SOA there is always more to come', () => {
    expect(interpret(whole.slice(0, 3).map((one) => answer([one])))).toMatchObject({ code: 'more' });
  });
  test('a zone that is its SOA alone', () => {
    expect(interpret([answer([soa(5), soa(5)])])).toMatchObject({ code: 'zone', seen: ['zone', '+ SOA 5'] });
  });
  test('the SOAs may differ in the case of their names, and in TTL', () => {
    const last = soa(5, { owner: 'EXAMPLE.test.', mname: 'NS1.Example.test.', ttl: 0 });
    expect(interpret([answer([...whole.slice(0, 3), last])]).code).toBe('zone');
  });
});

describe('RFC 5936 2.2.1: the question', () => {
  const first = answer(whole.slice(0, 2));
  const rest = whole.slice(2);
  const q = (changes: object) => [{ name: ZONE, type: 252, class: 1, ...changes }];
  test('may be missing in later messages, or be repeated, in any case', () => {
    expect(interpret([first, answer(rest, { question: [] })]).code).toBe('zone');
    expect(interpret([first, answer(rest, { question: q({ name: name('EXAMPLE.Test.') }) })]).code).toBe('zone');
  });
  test.each([
    ['missing in the first message', [answer(whole, { question: [] })], 'transfer-question-count'],
    ['twice', [answer(whole, { question: [...q({}), ...q({})] })], 'transfer-question-count'],
    ['twice in a later message', [first, answer(rest, { question: [...q({}), ...q({})] })], 'transfer-question-count'],
    ['of another name', [answer(whole, { question: q({ name: name('example.') }) })], 'transfer-wrong-question'],
    ['of another type', [answer(whole, { question: q({ type: 251 }) })], 'transfer-wrong-question'],
    ['of another class', [answer(whole, { question: q({ class: 3 }) })], 'transfer-wrong-question'],
    [
      'of another name in a later message',
      [first, answer(rest, { question: q({ name: name('b.test.') }) })],
      'transfer-wrong-question',
    ],
  ])('%s: refused', (_, messages, code) => {
    expect(interpret(messages).code).toBe(code);
  });
});

describe('RFC 5936 2.2.1: the header', () => {
  const cases: [string, Partial<MessageDraft>, string][] = [
    ['wrong ID', { id: 1 }, 'transfer-wrong-id'],
    ['a request, not a response', { qr: false }, 'transfer-not-a-response'],
    ['another opcode', { opcode: OPCODE.NOTIFY }, 'transfer-wrong-opcode'],
    ['TC over TCP', { tc: true }, 'transfer-truncated'],
  ];
  test.each(cases)('%s: refused, in the first message and in a later one', (_, changes, code) => {
    expect(interpret([answer(whole, changes)]).code).toBe(code);
    expect(interpret([answer(whole.slice(0, 2)), answer(whole.slice(2), changes)]).code).toBe(code);
  });
  test('the AA bit is not asked for', () => {
    expect(interpret([answer(whole, { aa: false })]).code).toBe('zone');
  });
  test('an RCODE other than NOERROR is refused and told', () => {
    const refusal = answer([], { rcode: RCODE.REFUSED, question: [] });
    expect(interpret([refusal]).progress).toMatchObject({ state: 'refused', code: 'transfer-error-rcode', rcode: 5 });
    expect(interpret([answer(whole.slice(0, 2)), answer([], { rcode: 2 })]).progress).toMatchObject({ rcode: 2 });
  });
});

describe('RFC 5936 2.2: malformed sequences', () => {
  test.each([
    ['empty answer section', [answer([])], 'transfer-empty-answer'],
    ['empty answer section in a later message', [answer([soa(5)]), answer([])], 'transfer-empty-answer'],
    ['the first record is not an SOA', [answer([a('www.example.test.'), ...whole])], 'transfer-first-not-soa'],
    ['the first SOA is of another name', [answer([soa(5, { owner: 'other.test.' })])], 'transfer-soa-other-name'],
    ['the first SOA is of a name below', [answer([soa(5, { owner: 'a.example.test.' })])], 'transfer-soa-other-name'],
    ['the first SOA is of the parent', [answer([soa(5, { owner: 'test.' })])], 'transfer-soa-other-name'],
    ['an SOA below the apex', [answer([soa(5), soa(5, { owner: 'a.example.test.' })])], 'transfer-soa-below-apex'],
    ['the SOA outside the zone', [answer([soa(5), soa(5, { owner: 'test.' })])], 'transfer-soa-below-apex'],
    ['the serial changes in mid-transfer', [answer([soa(5), a('example.test.'), soa(6)])], 'transfer-soa-changed'],
    ['the serial changes by 32, as letters do', [answer([soa(0x41), soa(0x61)])], 'transfer-soa-changed'],
    ['the last SOA has other data', [answer([soa(5), soa(5, { minimum: 61 })])], 'transfer-soa-changed'],
    [
      'the last SOA has another mname',
      [answer([soa(5), soa(5, { mname: 'ns2.example.test.' })])],
      'transfer-soa-changed',
    ],
    ['records after the end', [answer([...whole, a('x.example.test.')])], 'transfer-data-after-end'],
    ['a third SOA', [answer([...whole, soa(5)])], 'transfer-data-after-end'],
    ['a message after the end', [answer(whole), answer([soa(5)])], 'transfer-message-after-end'],
    ['an owner outside the zone', [answer([soa(5), a('www.example.')])], 'transfer-out-of-zone'],
    ['an owner that only ends alike', [answer([soa(5), a('badexample.test.')])], 'transfer-out-of-zone'],
    [
      'an owner with the zone inside its last label',
      [answer([soa(5), a('a\\007example\\004test.')])],
      'transfer-out-of-zone',
    ],
    ['the parent as owner', [answer([soa(5), a('test.')])], 'transfer-out-of-zone'],
    ['the root as owner', [answer([soa(5), a('.')])], 'transfer-out-of-zone'],
    [
      'class CH',
      [answer([soa(5), record('example.test.', 16, Uint8Array.of(0), { class: 3 })])],
      'transfer-wrong-class',
    ],
    [
      'class ANY',
      [answer([soa(5), record('example.test.', 1, new Uint8Array(0), { class: 255 })])],
      'transfer-wrong-class',
    ],
    ['the first SOA of class CH', [answer([{ ...soa(5), class: 3 }])], 'transfer-wrong-class'],
    ['a record of type ANY', [answer([soa(5), record('example.test.', 255, Uint8Array.of())])], 'transfer-meta-type'],
    ['a record of type TSIG', [answer([soa(5), record('example.test.', 250, Uint8Array.of())])], 'transfer-meta-type'],
    [
      'an OPT among the answers',
      [answer([soa(5), record('example.test.', 41, Uint8Array.of())])],
      'transfer-meta-type',
    ],
  ])('%s: refused', (_, messages, code) => {
    expect(interpret(messages).code).toBe(code);
  });
  test('an owner outside the zone behind one inside is found, whatever the compression', () => {
    const records = [soa(5), a('www.example.test.'), a('www.example.test.', 2), a('www.test.'), a('www.example.test.')];
    expect(interpret([answer(records)]).code).toBe('transfer-out-of-zone');
  });
  test('names are compared without case (RFC 4343)', () => {
    expect(interpret([answer([soa(5), a('WWW.eXample.TEST.'), soa(5)])]).code).toBe('zone');
    expect(interpret([answer(whole)], { zone: name('EXAMPLE.TEST.') }).code).toBe('zone');
  });
  test('the root zone', () => {
    const question = [{ name: name('.'), type: 252, class: 1 }];
    const root = [soa(5, { owner: '.' }), a('anything.'), soa(5, { owner: '.' })];
    expect(interpret([answer(root, { question })], { zone: name('.') }).code).toBe('zone');
  });
  test('a refusal is final, and says which record', () => {
    const bad = answer([soa(5), a('www.example.')]);
    const { progress } = interpret([bad, answer(whole)]);
    expect(progress).toMatchObject({ code: 'transfer-out-of-zone' });
    expect(progress.state === 'refused' && progress.message).toContain(
      'record 2 of the transfer (www.example., type 1)',
    );
  });
});

test('one receive buffer for all messages', () => {
  const buffer = Buffer.alloc(512);
  const sink = new NotingSink();
  const interpreter = new TransferInterpreter({ zone: ZONE, request: 'axfr', id: ID, limits: LIMITS, sink });
  const states = whole.map((one) => {
    const message = answer([one]);
    buffer.fill(0xff).set(message);
    return interpreter.push(buffer.subarray(0, message.length)).state;
  });
  expect(states).toEqual(['more', 'more', 'more', 'done']);
});

describe('malformed messages', () => {
  const message = answer(whole);
  test('RFC 1035 4.1: cut anywhere, refused without throwing', () => {
    for (let end = 0; end < message.length; end++)
      expect(interpret([message.slice(0, end)]).progress, `cut at ${end}`).toMatchObject({ state: 'refused' });
    expect(interpret([message.slice(0, -1)]).code).toBe('transfer-malformed-message');
    expect(interpret([message.slice(0, 5)]).code).toBe('transfer-malformed-message');
  });
  test('octets behind the last record', () => {
    expect(interpret([Uint8Array.from([...message, 0])]).code).toBe('transfer-malformed-message');
  });
  test('an SOA whose rdata is no SOA', () => {
    const short = record('example.test.', 6, Uint8Array.of(0, 0, 1, 2, 3));
    expect(interpret([answer([short])]).code).toBe('transfer-malformed-message');
  });
});

describe('limits', () => {
  const messages = whole.map((one) => answer([one]));
  const bytes = messages.reduce((sum, one) => sum + one.length, 0);
  test.each([
    ['octets', { maxBytes: bytes }, { maxBytes: bytes - 1 }, 'transfer-too-large'],
    ['records', { maxRecords: 4 }, { maxRecords: 3 }, 'transfer-too-many-records'],
    ['messages', { maxMessages: 4 }, { maxMessages: 3 }, 'transfer-too-many-messages'],
  ])('%s: just enough, and one too few', (_, enough, few, code) => {
    expect(interpret(messages, { limits: { ...LIMITS, ...enough } }).code).toBe('zone');
    expect(interpret(messages, { limits: { ...LIMITS, ...few } }).code).toBe(code);
  });
});

describe('RFC 5936 2.2.4, 2.2.5: other sections', () => {
  const edns = { udpSize: 1232, version: 0, dnssecOk: false, extendedRcode: 0 };
  test('records there are ignored', () => {
    const more = { authority: [a('other.')], additional: [a('another.')], edns: { ...edns, options: [] } };
    expect(interpret([answer(whole, more)]).code).toBe('zone');
  });
  test('RFC 7314 4: EXPIRE is reported', () => {
    const message = answer(whole, { edns: { ...edns, options: [expireOption(1234)] } });
    expect(interpret([message]).progress).toMatchObject({ expire: 1234 });
    const [first, last] = [whole.slice(0, 2), whole.slice(2)];
    const early = answer(first, { edns: { ...edns, options: [expireOption(7)] } });
    expect(interpret([early, answer(last)]).progress).toMatchObject({ expire: 7 });
  });
});
