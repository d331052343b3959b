import { describe, expect, test } from 'vitest';
import { decodeMessage } from '../message/decode.ts';
import { encodeMessage } from '../message/encode.ts';
import { name, namesEqual } from '../name/name.ts';
import type { TsigKey } from './key.ts';
import { verifyRequest } from './request.ts';
import { verifyResponse } from './response.ts';
import { signMessage } from './sign.ts';

const key: TsigKey = { name: name('Xfr.example.'), algorithm: 'hmac-sha256', secret: new Uint8Array(32).fill(7) };
const request = encodeMessage({ id: 1, question: [{ name: name('example.test.'), type: 252, class: 1 }] });
test('round', () => {
  const s = signMessage(request, key, 1000);
  const v = verifyRequest(s.bytes, (n) => (namesEqual(n, key.name) ? key : undefined), 1100);
  expect(v).toEqual({ status: 'ok', key, mac: new Uint8Array(s.mac), message: request });
  const r = signMessage(request, key, 1000, { requestMac: s.mac });
  expect(verifyResponse(r.bytes, key, s.mac, 1000).ok).toBe(true);
});
