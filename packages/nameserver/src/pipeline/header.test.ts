import { CLASS, encodeMessage, name, nameToText, OPCODE } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { answered, server } from '../fixtures/asking.ts';
import { query, rcodeText } from '../fixtures/queries.ts';
import { HANDED_OVER, SILENCE } from './query-pipeline.ts';

describe('header', () => {
  it('ID, opcode, question and RD are copied; AA set; RA, AD, CD and Z cleared (RFC 1035 4.1.1, RFC 4035 3.1.6)', () => {
    const request = query('WWW.example.test.', 'A', { rd: true, ad: true, cd: true, ra: true, aa: true, tc: true });
    request[3] |= 0x40;
    const message = answered(request);
    expect(message).toMatchObject({
      id: 0x1234,
      qr: true,
      aa: true,
      tc: false,
      rd: true,
      ra: false,
      ad: false,
      cd: false,
    });
    expect(message.answer.length).toBe(1);
    expect(nameToText(message.question[0].name)).toBe('WWW.example.test.');
    expect(nameToText(message.answer[0].name)).toBe('WWW.example.test.');
  });

  it('silence for what is no request', () => {
    expect(server.ask(new Uint8Array(11))).toBe(SILENCE);
    expect(server.ask(query('www.example.test.', 'A', { qr: true }))).toBe(SILENCE);
  });

  it.each<[string, Uint8Array, string, number]>([
    ['no question', encodeMessage({ id: 1 }), 'FORMERR', 0],
    [
      'two questions (RFC 9619)',
      encodeMessage({ id: 1, question: [1, 2].map((type) => ({ name: name('a.'), type, class: 1 })) }),
      'FORMERR',
      0,
    ],
    ['a header that promises more', query('a.', 'A').subarray(0, 12), 'FORMERR', 0],
    ['octets behind the end', Uint8Array.from([...query('a.', 'A'), 1]), 'FORMERR', 1],
    ['IQUERY (RFC 3425 3)', query('a.', 'A', { opcode: OPCODE.IQUERY }), 'NOTIMP', 0],
    ['DSO without a question (RFC 8490 5.1)', encodeMessage({ id: 1, opcode: OPCODE.DSO }), 'NOTIMP', 0],
    ['an unknown opcode that cannot be read', Uint8Array.of(0, 1, 0x78, 0, 0, 9, 0, 0, 0, 0, 0, 0), 'NOTIMP', 0],
    ['class HS', query('example.test.', 'A', {}, CLASS.HS), 'REFUSED', 1],
    ['class NONE', query('example.test.', 'A', {}, CLASS.NONE), 'REFUSED', 1],
  ])('%s', (_what, request, rcode, questions) => {
    const message = answered(request);
    expect(rcodeText(message)).toBe(rcode);
    expect(message.opcode).toBe((request[2] >> 3) & 15);
    expect(message.question.length).toBe(questions);
    expect(message.answer.length + message.authority.length + message.additional.length).toBe(0);
  });

  it.each([
    ['NOTIFY', query('example.test.', 'SOA', { opcode: OPCODE.NOTIFY })],
    ['UPDATE', query('example.test.', 'SOA', { opcode: OPCODE.UPDATE })],
    ['AXFR', query('example.test.', 'AXFR')],
    ['IXFR', query('example.test.', 'IXFR')],
  ])('%s is handed over', (_what, request) => expect(server.ask(request)).toBe(HANDED_OVER));
});
