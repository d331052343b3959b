/**
 * A copy of `bytes[start..end)` as a plain Uint8Array. Not `bytes.slice()`: sockets and files give Buffers, and slicing a
 * Buffer shares its memory.
 */
export function copyBytes(bytes: Uint8Array, start = 0, end: number = bytes.length): Uint8Array {
  return new Uint8Array(bytes.subarray(start, end));
}
