import { describe, expect, test } from 'vitest';
import { decodeMessage } from './message/decode.ts';
import { encodeMessage } from './message/encode.ts';
import type { Message, MessageDraft } from './message/message.ts';
import { name } from './name/name.ts';
import { buildNotify, notifyResponse, readNotify } from './notify.ts';
import { RCODE } from './record/constants.ts';
import { writeSoa } from './record/soa.ts';

const zone = name('example.test.');
const names = { mname: name('ns1.example.test.'), rname: name('host.example.test.') };
const rdata = writeSoa({ ...names, serial: 77, refresh: 1, retry: 1, expire: 1, minimum: 1 });
const soa = { name: zone, type: 6, class: 1, ttl: 60, rdata };

function decode(bytes: Uint8Array): Message {
  const decoded = decodeMessage(bytes);
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.value;
}

function notify(changes: Partial<MessageDraft>): Message {
  return decode(
    encodeMessage({ id: 1, opcode: 4, aa: true, question: [{ name: zone, type: 6, class: 1 }], ...changes }),
  );
}

test('RFC 1996 3.7: a NOTIFY carries the question, AA, and the SOA as a hint', () => {
  const message = decode(buildNotify(zone, soa, 0x1234));
  expect(message).toMatchObject({
    id: 0x1234,
    qr: false,
    opcode: 4,
    aa: true,
    rcode: 0,
    authority: [],
    additional: [],
  });
  expect(message.question).toEqual([{ name: zone, type: 6, class: 1 }]);
  expect(message.answer).toEqual([soa]);
  expect(readNotify(message)).toEqual({ ok: true, value: { zone, serialHint: 77 } });
  expect(readNotify(decode(buildNotify(zone, undefined, 1)))).toEqual({
    ok: true,
    value: { zone, serialHint: undefined },
  });
});

describe('RFC 1996 3.11: a hint that does not fit is no hint', () => {
  test.each([
    ['of another name', { ...soa, name: name('other.test.') }],
    ['of another class', { ...soa, class: 3 }],
    ['of another type', { ...soa, type: 16 }],
  ])('%s', (_, record) => {
    expect(readNotify(notify({ answer: [record] }))).toEqual({ ok: true, value: { zone, serialHint: undefined } });
  });
  test('in another case it is one', () => {
    expect(readNotify(notify({ answer: [{ ...soa, name: name('EXAMPLE.test.') }] }))).toMatchObject({
      value: { serialHint: 77 },
    });
  });
});

describe('refused, with the RCODE of the answer', () => {
  const q = { name: zone, type: 6, class: 1 };
  test.each([
    ['an answer', { qr: true }, 'notify-is-a-response', RCODE.FORMERR],
    ['no question', { question: [] }, 'notify-question-count', RCODE.FORMERR],
    ['two questions', { question: [q, q] }, 'notify-question-count', RCODE.FORMERR],
    ['RFC 1996 3.3 another type', { question: [{ ...q, type: 1 }] }, 'notify-not-soa', RCODE.FORMERR],
    ['another class', { question: [{ ...q, class: 3 }] }, 'notify-class', RCODE.NOTAUTH],
  ])('%s', (_, changes, code, rcode) => {
    expect(readNotify(notify(changes))).toMatchObject({ ok: false, error: { code, rcode } });
  });
});

test('RFC 1996 4.7: the answer has the ID, the opcode and the question', () => {
  const request = decode(buildNotify(zone, soa, 9));
  const answer = decode(encodeMessage(notifyResponse(request, RCODE.NOERROR)));
  expect(answer).toMatchObject({
    id: 9,
    qr: true,
    opcode: 4,
    aa: true,
    rcode: 0,
    question: request.question,
    answer: [],
  });
  expect(decode(encodeMessage(notifyResponse(request, RCODE.REFUSED)))).toMatchObject({ aa: false, rcode: 5 });
});
