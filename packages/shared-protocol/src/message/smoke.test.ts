import { expect, test } from 'vitest';
import { name } from '../name/name.ts';
import { decodeMessage } from './decode.ts';
import { encodeMessage } from './encode.ts';

test('smoke', () => {
  const m = {
    id: 7,
    qr: true,
    opcode: 0,
    aa: true,
    tc: false,
    rd: false,
    ra: false,
    ad: false,
    cd: false,
    rcode: 16,
    question: [{ name: name('Www.Example.test.'), type: 2, class: 1 }],
    answer: [
      { name: name('www.example.test.'), type: 2, class: 1, ttl: 5, rdata: name('ns1.example.test.') },
      { name: name('Www.Example.test.'), type: 1, class: 1, ttl: 5, rdata: Uint8Array.of(1, 2, 3, 4) },
    ],
    authority: [],
    additional: [],
    edns: {
      udpSize: 1232,
      version: 0,
      dnssecOk: true,
      extendedRcode: 1,
      options: [{ code: 3, data: Uint8Array.of(1) }],
    },
  };
  expect(decodeMessage(encodeMessage(m))).toEqual({ ok: true, value: m });
});
