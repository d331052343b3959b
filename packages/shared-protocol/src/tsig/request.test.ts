import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeMessage } from '../message/decode.ts';
import { encodeMessage } from '../message/encode.ts';
import { type Name, name, namesEqual, nameToText } from '../name/name.ts';
import { RCODE } from '../record/constants.ts';
import type { TsigAlgorithm, TsigKey } from './key.ts';
import { isTsigAlgorithm, TSIG_ALGORITHMS, tsigAlgorithmOf, tsigLength } from './key.ts';
import { addSignedMessage, addVariables, startMac } from './mac.ts';
import type { TsigRecord } from './record.ts';
import { type TsigRefused, tsigErrorResponse, verifyRequest } from './request.ts';
import { verifyResponse } from './response.ts';
import { appendTsig, signMessage } from './sign.ts';

const ALGORITHMS = Object.keys(TSIG_ALGORITHMS) as TsigAlgorithm[];
const NOW = 1_700_000_000;
const key: TsigKey = { name: name('Xfr.Example.'), algorithm: 'hmac-sha256', secret: new Uint8Array(32).fill(7) };
const request = encodeMessage({
  id: 0x1234,
  rd: true,
  question: [{ name: name('example.test.'), type: 252, class: 1 }],
  edns: { udpSize: 1232, version: 0, dnssecOk: false, extendedRcode: 0, options: [] },
});

function keyring(...keys: TsigKey[]) {
  return (wanted: Name) => keys.find((candidate) => namesEqual(candidate.name, wanted));
}

function refused(bytes: Uint8Array, now = NOW, keys = keyring(key)): TsigRefused {
  const verdict = verifyRequest(bytes, keys, now);
  if (verdict.status !== 'refused') throw new Error(`not refused but ${verdict.status}`);
  return verdict;
}

function tsigOf(bytes: Uint8Array): TsigRecord {
  const decoded = decodeMessage(bytes);
  if (!decoded.ok || decoded.value.tsig === undefined) throw new Error('no TSIG');
  return decoded.value.tsig;
}

/** The request with a TSIG of these contents; the MAC is the right one, cut to `macLength`. */
function signedWith(changes: { algorithm?: Name; macLength?: number; time?: number; originalId?: number }): Uint8Array {
  const variables = {
    keyName: key.name,
    algorithm: changes.algorithm ?? name('hmac-sha256.'),
    timeSigned: changes.time ?? NOW,
    fudge: 300,
    error: 0,
    otherData: new Uint8Array(0),
  };
  const id = changes.originalId ?? 0x1234;
  const hmac = startMac(key, undefined);
  const unsigned = appendTsig(request, variables, new Uint8Array(0), id);
  addSignedMessage(hmac, unsigned, tsigOf(unsigned));
  addVariables(hmac, variables);
  return appendTsig(request, variables, hmac.digest().subarray(0, changes.macLength), id);
}

describe.each(ALGORITHMS)('%s (RFC 8945 6)', (algorithm) => {
  const own: TsigKey = { ...key, algorithm };
  test('RFC 8945 4.3: a signed request verifies and comes back as it was', () => {
    const signed = signMessage(request, own, NOW + 0.9);
    expect(signed.bytes.length).toBeLessThanOrEqual(request.length + tsigLength(own));
    const verdict = verifyRequest(signed.bytes, keyring(own), NOW + 300);
    expect(verdict).toEqual({ status: 'ok', key: own, mac: new Uint8Array(signed.mac), message: request });
  });
  test('RFC 8945 4.3.3: the MAC covers message, names in lower case, class, TTL, times, error and other data', () => {
    const signed = signMessage(request, own, NOW, { fudge: 7 });
    const hmac = createHmac(algorithm.replace('hmac-', ''), own.secret);
    hmac.update(request);
    hmac.update(Buffer.from('\x03xfr\x07example\x00'));
    hmac.update(Buffer.from('00ff00000000', 'hex'));
    hmac.update(Buffer.concat([Buffer.of(algorithm.length), Buffer.from(algorithm), Buffer.of(0)]));
    hmac.update(Buffer.from(`00006553f100${'0007'}${'0000'}${'0000'}`, 'hex'));
    expect(Buffer.from(signed.mac).toString('hex')).toBe(hmac.digest('hex'));
    expect(signed.mac.length).toBe(TSIG_ALGORITHMS[algorithm].macLength);
  });
  test('any changed octet is noticed', () => {
    const { bytes } = signMessage(request, own, NOW);
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] ^= 0x01;
      const verdict = verifyRequest(changed, keyring(own), NOW);
      // The ID on the wire is a forwarder's to change, and the TTL of a TSIG says nothing (RFC 8945 4.2).
      const ttl = tsigOf(bytes).start + own.name.length + 4;
      if (at < 2 || (at >= ttl && at < ttl + 4)) expect(verdict.status).toBe('ok');
      else expect(verdict.status, `octet ${at}`).not.toBe('ok');
    }
  });
});

test('RFC 8945 4.2: key names are compared and signed in lower case', () => {
  const upper = signMessage(request, { ...key, name: name('XFR.EXAMPLE.') }, NOW).bytes;
  expect(verifyRequest(upper, keyring(key), NOW).status).toBe('ok');
  const at = tsigOf(upper).start;
  upper.set(name('xFr.eXample.'), at);
  expect(verifyRequest(upper, keyring(key), NOW).status).toBe('ok');
});

describe('no TSIG', () => {
  test('a message without one is unsigned', () => {
    expect(verifyRequest(request, keyring(key), NOW)).toEqual({ status: 'unsigned' });
    const bare = encodeMessage({ id: 1, question: [] });
    expect(verifyRequest(bare, keyring(key), NOW)).toEqual({ status: 'unsigned' });
  });
});

describe('RFC 8945 5.1: malformed requests are for FORMERR', () => {
  const { bytes } = signMessage(request, key, NOW);
  const count = (n: number, b: Uint8Array) => b.with(11, n);
  const tsig = bytes.slice(tsigOf(bytes).start);
  const opt = [0, 0, 41, 4, 0, 0, 0, 0, 0, 0, 0];
  test.each([
    ['cut', bytes.slice(0, -1), 'message-truncated'],
    ['too short', bytes.slice(0, 11), 'message-too-short'],
    ['octets behind it', Uint8Array.from([...bytes, 0]), 'message-trailing-bytes'],
    ['counted but absent', count(2, request), 'message-truncated'],
    ['not last', count(3, Uint8Array.from([...bytes, ...opt])), 'tsig-misplaced'],
    ['twice', count(3, Uint8Array.from([...bytes, ...tsig])), 'tsig-misplaced'],
    ['in the answer section', Uint8Array.from([...count(1, bytes.with(7, 2)), ...opt]), 'tsig-misplaced'],
    ['class IN', bytes.with(bytes.length - tsig.length + key.name.length + 3, 1), 'tsig-class'],
    ['RFC 8945 5.2.2.1 MAC longer than the hash', bytesWithMac(33), 'tsig-mac-size'],
    ['RFC 8945 5.2.2.1 MAC shorter than half the hash', bytesWithMac(15), 'tsig-mac-size'],
    ['RFC 8945 5.2.2.1 no MAC at all', bytesWithMac(0), 'tsig-mac-size'],
  ])('%s', (_, message, code) => {
    const verdict = verifyRequest(message, keyring(key), NOW);
    expect(verdict.status === 'malformed' ? verdict.problem.code : verdict.status).toBe(code);
  });

  function bytesWithMac(length: number): Uint8Array {
    const variables = {
      keyName: key.name,
      algorithm: name('hmac-sha256.'),
      timeSigned: NOW,
      fudge: 300,
      error: 0,
      otherData: new Uint8Array(0),
    };
    return appendTsig(request, variables, new Uint8Array(length), 0x1234);
  }
  test('RFC 8945 5.2.2.1: of sha1 at least 10 octets, half the hash', () => {
    const sha1: TsigKey = { ...key, algorithm: 'hmac-sha1' };
    for (const [length, status] of [
      [9, 'malformed'],
      [10, 'refused'],
      [20, 'refused'],
      [21, 'malformed'],
    ] as const) {
      const variables = {
        keyName: key.name,
        algorithm: name('hmac-sha1.'),
        timeSigned: NOW,
        fudge: 300,
        error: 0,
        otherData: new Uint8Array(0),
      };
      const message = appendTsig(request, variables, new Uint8Array(length), 0x1234);
      expect(verifyRequest(message, keyring(sha1), NOW).status).toBe(status);
    }
  });
});

describe('RFC 8945 5.2.1: BADKEY', () => {
  test.each([
    ['unknown key', { ...key, name: name('other.') }, 'tsig-unknown-key', 'no key other.'],
    ['other algorithm', { ...key, algorithm: 'hmac-sha512' as const }, 'tsig-algorithm-mismatch', 'hmac-sha512.'],
  ])('%s', (_, used, code, words) => {
    const signed = signMessage(request, used, NOW).bytes;
    const verdict = refused(signed);
    expect([verdict.error, verdict.problem.code]).toEqual([RCODE.BADKEY, code]);
    expect(verdict.problem.message).toContain(words);
    const answer = decodeMessage(tsigErrorResponse(signed, verdict, NOW));
    // RFC 8945 5.3.2: unsigned, the key's name and algorithm repeated.
    expect(answer.ok && answer.value).toMatchObject({ id: 0x1234, qr: true, rcode: RCODE.NOTAUTH, opcode: 0 });
    expect(answer.ok && answer.value.question[0].type).toBe(252);
    expect(answer.ok && answer.value.edns).toBeDefined();
    expect(answer.ok && answer.value.tsig).toMatchObject({ error: RCODE.BADKEY, mac: new Uint8Array(0) });
    expect(answer.ok && nameToText(answer.value.tsig!.keyName)).toBe(nameToText(used.name).toLowerCase());
  });
  test('hmac-md5 is known, refused, and the log can say what to do', () => {
    const verdict = refused(signedWith({ algorithm: name('HMAC-MD5.SIG-ALG.REG.INT.') }));
    expect([verdict.error, verdict.problem.code]).toEqual([RCODE.BADKEY, 'tsig-algorithm-refused']);
    expect(verdict.problem.message).toContain('hmac-sha256');
    expect(tsigAlgorithmOf(name('hmac-md5.sig-alg.reg.int.'))).toBe('hmac-md5');
    expect(isTsigAlgorithm('hmac-md5')).toBe(false);
    expect(isTsigAlgorithm('constructor')).toBe(false);
  });
});

test('RFC 8945 5.2.2: BADSIG is answered without a signature', () => {
  const signed = signMessage(request, { ...key, secret: new Uint8Array(32) }, NOW).bytes;
  const verdict = refused(signed);
  expect([verdict.error, verdict.problem.code, verdict.key]).toEqual([RCODE.BADSIG, 'tsig-bad-signature', undefined]);
  const answer = tsigErrorResponse(signed, verdict, NOW);
  expect(tsigOf(answer)).toMatchObject({ error: RCODE.BADSIG, mac: new Uint8Array(0), otherData: new Uint8Array(0) });
});

describe('RFC 8945 5.2.3: time', () => {
  test('the fudge is included on both sides', () => {
    for (const [now, status] of [
      [NOW - 301, 'refused'],
      [NOW - 300, 'ok'],
      [NOW + 300.9, 'ok'],
      [NOW + 301, 'refused'],
    ] as const)
      expect(verifyRequest(signMessage(request, key, NOW).bytes, keyring(key), now).status).toBe(status);
  });
  test('BADTIME is signed, repeats the client’s time and fudge, and carries ours', () => {
    const signed = signMessage(request, key, NOW, { fudge: 60 });
    const verdict = refused(signed.bytes, NOW + 1000);
    expect([verdict.error, verdict.problem.code]).toEqual([RCODE.BADTIME, 'tsig-bad-time']);
    const answer = tsigErrorResponse(signed.bytes, verdict, NOW + 1000);
    expect(tsigOf(answer)).toMatchObject({ error: RCODE.BADTIME, timeSigned: NOW, fudge: 60 });
    expect(Buffer.from(tsigOf(answer).otherData).readUIntBE(0, 6)).toBe(NOW + 1000);
    const seen = verifyResponse(answer, key, signed.mac, NOW);
    expect(!seen.ok && seen.error.code).toBe('tsig-peer-bad-time');
    expect(!seen.ok && seen.error.message).toContain('1000 s ahead');
    const forged = verifyResponse(answer, { ...key, secret: new Uint8Array(1) }, signed.mac, NOW);
    expect(!forged.ok && forged.error.code).toBe('tsig-bad-signature');
  });
  test('48 bits: after the year 2106', () => {
    const later = 2 ** 33 + 5;
    expect(tsigOf(signMessage(request, key, later).bytes).timeSigned).toBe(later);
    expect(verifyRequest(signMessage(request, key, later).bytes, keyring(key), later).status).toBe('ok');
    expect(verifyRequest(signMessage(request, key, later).bytes, keyring(key), 5).status).toBe('refused');
  });
});

describe('RFC 8945 5.2.4: truncated MACs', () => {
  test('by default only full ones; the answer is BADTRUNC, signed', () => {
    for (const macLength of [16, 20, 31]) {
      const signed = signedWith({ macLength });
      const verdict = refused(signed);
      expect([verdict.error, verdict.problem.code]).toEqual([RCODE.BADTRUNC, 'tsig-bad-truncation']);
      const answer = tsigErrorResponse(signed, verdict, NOW);
      expect(tsigOf(answer).mac.length).toBe(32);
      const seen = verifyResponse(answer, key, tsigOf(signed).mac, NOW);
      expect(!seen.ok && seen.error.code).toBe('tsig-peer-error');
    }
    expect(verifyRequest(signedWith({ macLength: 32 }), keyring(key), NOW).status).toBe('ok');
  });
  test('a wrong truncated MAC is BADSIG, not BADTRUNC', () => {
    const signed = signedWith({ macLength: 16 });
    signed[signed.length - 10] ^= 1;
    expect(refused(signed).error).toBe(RCODE.BADSIG);
  });
  test('a policy may accept shorter ones, down to its minimum', () => {
    const policy = { minimumMac: 20 };
    expect(verifyRequest(signedWith({ macLength: 20 }), keyring(key), NOW, policy).status).toBe('ok');
    expect(verifyRequest(signedWith({ macLength: 19 }), keyring(key), NOW, policy).status).toBe('refused');
    expect(verifyRequest(signedWith({ macLength: 32 }), keyring(key), NOW, { minimumMac: 999 }).status).toBe('ok');
  });
});

test('RFC 8945 5.1: a forwarder may change the ID: the MAC is over the original one, the answer goes to the one on the wire', () => {
  const signed = signedWith({ originalId: 0x9999 });
  const verdict = verifyRequest(signed, keyring(key), NOW);
  expect(verdict.status === 'ok' && verdict.message).toEqual(request);
});

test('the request is not touched, also when it is a Buffer, whose slice() would share memory', () => {
  const bytes = Buffer.from(signMessage(request, key, NOW).bytes);
  const before = bytes.toString('hex');
  const verdict = verifyRequest(bytes, keyring(key), NOW);
  expect(bytes.toString('hex')).toBe(before);
  bytes.fill(0);
  expect(verdict.status === 'ok' && verdict.message).toEqual(request);
});

test('a message that leaves no room for its TSIG cannot be signed', () => {
  const txt = { name: name('t.'), type: 16, class: 1, ttl: 0, rdata: new Uint8Array(65_480) };
  const large = encodeMessage({ id: 1, answer: [txt] });
  expect(() => signMessage(large, key, NOW)).toThrow('no room');
});

test('random and mutated bytes never throw', () => {
  const { bytes } = signMessage(request, key, NOW);
  const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(changes, fc.nat(bytes.length), (list, end) => {
      const changed = bytes.slice(0, list.length % 2 === 0 ? end : undefined);
      for (const [at, value] of list) if (at < changed.length) changed[at] = value;
      const verdict = verifyRequest(changed, keyring(key), NOW);
      if (verdict.status === 'refused') expect(tsigErrorResponse(changed, verdict, NOW).length).toBeGreaterThan(12);
      verifyResponse(changed, key, new Uint8Array(32), NOW);
    }),
    { numRuns: 3_000 },
  );
});
