import { describe, expect, test } from 'vitest';
import { encodeMessage } from '../message/encode.ts';
import { name } from '../name/name.ts';
import { RCODE } from '../record/constants.ts';
import type { TsigKey } from './key.ts';
import { verifyResponse } from './response.ts';
import { appendTsig, signMessage } from './sign.ts';

const NOW = 1_700_000_000;
const key: TsigKey = { name: name('xfr.example.'), algorithm: 'hmac-sha256', secret: new Uint8Array(32).fill(7) };
const answer = encodeMessage({ id: 5, qr: true, question: [{ name: name('example.test.'), type: 6, class: 1 }] });
const requestMac = new Uint8Array(32).fill(1);

function codeOf(bytes: Uint8Array, now = NOW): string {
  const result = verifyResponse(bytes, key, requestMac, now);
  return result.ok ? 'ok' : result.error.code;
}

test('RFC 8945 5.3: an answer is bound to the MAC of its request', () => {
  const { bytes, mac } = signMessage(answer, key, NOW, { requestMac });
  expect(verifyResponse(bytes, key, requestMac, NOW)).toEqual({
    ok: true,
    value: { message: answer, mac: new Uint8Array(mac) },
  });
  const other = verifyResponse(bytes, key, new Uint8Array(32).fill(2), NOW);
  expect(!other.ok && other.error.code).toBe('tsig-bad-signature');
  expect(codeOf(signMessage(answer, key, NOW).bytes)).toBe('tsig-bad-signature');
});

describe('RFC 8945 5.4: refused answers', () => {
  const signed = (changes: Partial<TsigKey>) => signMessage(answer, { ...key, ...changes }, NOW, { requestMac }).bytes;
  test.each([
    ['no TSIG', answer, 'tsig-missing'],
    ['other key', signed({ name: name('other.') }), 'tsig-wrong-key'],
    ['other algorithm', signed({ algorithm: 'hmac-sha1' }), 'tsig-algorithm-mismatch'],
    ['other secret', signed({ secret: new Uint8Array(1) }), 'tsig-bad-signature'],
    ['malformed', signed({}).slice(0, -1), 'message-truncated'],
    ['signed error', signMessage(answer, key, NOW, { requestMac, error: RCODE.BADTRUNC }).bytes, 'tsig-peer-error'],
  ])('%s', (_, bytes, code) => {
    expect(codeOf(bytes)).toBe(code);
  });
  test('RFC 8945 5.1: the TSIG last, but in another section', () => {
    for (const section of [7, 9]) expect(codeOf(signed({}).with(section, 1).with(11, 0))).toBe('tsig-misplaced');
  });
  test('time, with fudge', () => {
    expect(codeOf(signed({}), NOW + 300)).toBe('ok');
    expect(codeOf(signed({}), NOW + 301)).toBe('tsig-bad-time');
    expect(codeOf(signed({}), NOW - 301)).toBe('tsig-bad-time');
  });
  test('RFC 8945 5.3.2: unsigned errors say what the peer dislikes, and never pass', () => {
    const unsigned = (error: number, mac = 0) =>
      appendTsig(
        answer,
        {
          keyName: key.name,
          algorithm: name('hmac-sha256.'),
          timeSigned: NOW,
          fudge: 300,
          error,
          otherData: new Uint8Array(0),
        },
        new Uint8Array(mac),
        5,
      );
    expect(codeOf(unsigned(RCODE.BADKEY))).toBe('tsig-peer-bad-key');
    expect(codeOf(unsigned(RCODE.BADSIG))).toBe('tsig-peer-bad-signature');
    expect(codeOf(unsigned(0))).toBe('tsig-mac-size');
    expect(codeOf(unsigned(RCODE.BADTIME))).toBe('tsig-peer-bad-time');
    expect(codeOf(unsigned(RCODE.BADKEY, 32))).toBe('tsig-bad-signature');
    expect(codeOf(unsigned(0, 20))).toBe('tsig-bad-truncation');
  });
});
