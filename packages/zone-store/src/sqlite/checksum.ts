import { crc32 } from 'node:zlib';

/** CRC-32 over everything a row says: its fields, and its octets when it has any. */
export function rowChecksum(fields: readonly (number | string)[], bytes?: Uint8Array): number {
  const crc = crc32(fields.join(' '));
  return bytes === undefined ? crc : crc32(bytes, crc);
}
