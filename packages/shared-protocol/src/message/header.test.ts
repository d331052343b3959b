import { expect, test } from 'vitest';
import {
  FLAG,
  isResponse,
  isTruncated,
  messageFlags,
  messageId,
  messageOpcode,
  messageRcode,
  responseFlags,
  sectionCount,
} from './header.ts';

const response = Uint8Array.of(0xab, 0xcd, 0xaf, 0xb3, 0, 1, 1, 2, 3, 4, 0xff, 0xff);

test('RFC 1035 4.1.1: header fields are read from the bytes', () => {
  expect(messageId(response)).toBe(0xabcd);
  expect(messageFlags(response)).toBe(0xafb3);
  expect(messageOpcode(response)).toBe(5);
  expect(messageRcode(response)).toBe(3);
  expect(isResponse(response)).toBe(true);
  expect(isTruncated(response)).toBe(true);
  expect([0, 1, 2, 3].map((section) => sectionCount(response, section))).toEqual([1, 0x0102, 0x0304, 0xffff]);
});

test('RFC 1035 4.1.1: a query has neither QR nor TC', () => {
  const query = new Uint8Array(12);
  expect(isResponse(query)).toBe(false);
  expect(isTruncated(query)).toBe(false);
});

test('RFC 4035 3.2.2: an answer copies RD and CD, not AD, TC, RA or Z', () => {
  const query = Uint8Array.of(0, 1, 0x03, 0xf5, 0, 0, 0, 0, 0, 0, 0, 0);
  expect(responseFlags(query, 5, FLAG.AA)).toBe(FLAG.QR | FLAG.AA | FLAG.RD | FLAG.CD | 5);
});

test('RFC 2136 2.2: an answer to UPDATE copies the opcode and none of the bits that mean nothing there', () => {
  const update = Uint8Array.of(0, 1, 0x29, 0x10, 0, 0, 0, 0, 0, 0, 0, 0);
  expect(responseFlags(update, 9)).toBe(FLAG.QR | (5 << 11) | 9);
});

test('an RCODE above 15 leaves the flags alone', () => {
  expect(responseFlags(new Uint8Array(12), 16)).toBe(FLAG.QR);
});
