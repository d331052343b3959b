import { describe, expect, test } from 'vitest';
import { encodeMessage } from '../message/encode.ts';
import { name } from '../name/name.ts';
import { signSparsely } from './fixtures/sparse-stream.ts';
import type { TsigKey } from './key.ts';
import { signMessage } from './sign.ts';
import { MAX_UNSIGNED, TsigStreamSigner, TsigStreamVerifier } from './stream.ts';

const NOW = 1_700_000_000;
const key: TsigKey = { name: name('xfr.example.'), algorithm: 'hmac-sha384', secret: new Uint8Array(48).fill(7) };
const requestMac = new Uint8Array(48).fill(1);

function message(n: number): Uint8Array {
  const txt = { name: name('t.test.'), type: 16, class: 1, ttl: 0, rdata: Uint8Array.of(2, n >> 8, n) };
  return encodeMessage({ id: 5, qr: true, answer: [txt] });
}

function signedStream(length: number): Uint8Array[] {
  const signer = new TsigStreamSigner(key, requestMac, () => NOW);
  return Array.from({ length }, (_, n) => signer.sign(message(n), n === length - 1));
}

function sparseStream(length: number, isSigned: (n: number) => boolean): Uint8Array[] {
  const plain = Array.from({ length }, (_, n) => message(n));
  return signSparsely(plain, key, requestMac, NOW, isSigned);
}

/** The code of the first refusal, or of `finish`, or 'ok'. */
function verify(messages: readonly Uint8Array[], now = NOW): string {
  const verifier = new TsigStreamVerifier(key, requestMac, () => now);
  for (const bytes of messages) {
    const result = verifier.push(bytes.slice());
    if (!result.ok) {
      const again = verifier.push(bytes);
      const end = verifier.finish();
      expect(!again.ok && again.error).toBe(result.error);
      expect(!end.ok && end.error).toBe(result.error);
      return result.error.code;
    }
  }
  const end = verifier.finish();
  return end.ok ? 'ok' : end.error.code;
}

test('RFC 8945 5.3.1: a stream verifies, and every message comes back as it was', () => {
  const verifier = new TsigStreamVerifier(key, requestMac, () => NOW);
  for (const [n, bytes] of signedStream(5).entries())
    expect(verifier.push(bytes)).toEqual({ ok: true, value: message(n) });
  expect(verifier.finish().ok).toBe(true);
});

describe('RFC 8945 5.3.1: unsigned messages in between', () => {
  test('are covered by the next signature', () => {
    expect(verify(sparseStream(10, (n) => n === 0 || n === 4 || n === 9))).toBe('ok');
  });
  test('a changed one is noticed there', () => {
    const stream = sparseStream(10, (n) => n === 0 || n === 4 || n === 9);
    stream[2] = stream[2].slice();
    stream[2][stream[2].length - 1] ^= 1;
    expect(verify(stream.slice(0, 4))).toBe('tsig-last-unsigned');
    expect(verify(stream)).toBe('tsig-bad-signature');
  });
  test(`${MAX_UNSIGNED} of them, not more`, () => {
    expect(verify(sparseStream(MAX_UNSIGNED + 2, (n) => n === 0 || n === MAX_UNSIGNED + 1))).toBe('ok');
    expect(verify(sparseStream(MAX_UNSIGNED + 3, (n) => n === 0 || n === MAX_UNSIGNED + 2))).toBe(
      'tsig-too-many-unsigned',
    );
    // The count starts again at each signature.
    expect(verify(sparseStream(301, (n) => n % 100 === 0))).toBe('ok');
  });
  test('the first and the last must be signed', () => {
    expect(verify(sparseStream(3, (n) => n > 0))).toBe('tsig-missing');
    expect(verify(sparseStream(3, (n) => n < 2))).toBe('tsig-last-unsigned');
    expect(verify([])).toBe('tsig-missing');
  });
});

describe('RFC 8945 5.3.1: the chain', () => {
  const stream = signedStream(4);
  test.each([
    ['a message left out', [stream[0], stream[1], stream[3]]],
    ['a message twice', [stream[0], stream[1], stream[1], stream[2], stream[3]]],
    ['two messages exchanged', [stream[0], stream[2], stream[1], stream[3]]],
    ['the first left out', stream.slice(1)],
    ['a message put in', [stream[0], message(9), ...stream.slice(1)]],
  ])('%s', (_, messages) => {
    expect(verify(messages)).toBe('tsig-bad-signature');
  });
  test('bound to the request', () => {
    const other = new TsigStreamVerifier(key, new Uint8Array(48), () => NOW);
    expect(other.push(signedStream(1)[0]).ok).toBe(false);
  });
  test('later messages are signed over time and fudge alone: their full variables do not verify', () => {
    const first = signMessage(message(0), key, NOW, { requestMac });
    const second = signMessage(message(1), key, NOW, { requestMac: first.mac });
    expect(verify([first.bytes, second.bytes])).toBe('tsig-bad-signature');
  });
  test('another key in the middle', () => {
    const other = new TsigStreamSigner({ ...key, name: name('other.') }, requestMac, () => NOW);
    expect(verify([stream[0], other.sign(message(1), false)])).toBe('tsig-wrong-key');
  });
  test('time is checked in every message', () => {
    expect(verify(signedStream(3), NOW + 301)).toBe('tsig-bad-time');
    let now = NOW;
    const signer = new TsigStreamSigner(key, requestMac, () => now);
    const first = signer.sign(message(0), false);
    now += 1000;
    expect(verify([first, signer.sign(message(1), true)])).toBe('tsig-bad-time');
  });
  test('malformed messages', () => {
    expect(verify([stream[0], stream[1].slice(0, -1)])).toBe('message-truncated');
    expect(verify([new Uint8Array(3)])).toBe('message-too-short');
  });
});
