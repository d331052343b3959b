import { expect, test } from 'vitest';
import { randomPool } from './random-pool.ts';

test('every octet is given once, and the source is asked seldom', () => {
  let calls = 0;
  let next = 0;
  const fill = randomPool((out) => {
    calls++;
    const words = new Uint16Array(out.buffer, out.byteOffset, out.length >> 1);
    for (let i = 0; i < words.length; i++) words[i] = ++next;
  });
  const seen = new Set<number>();
  const id = new Uint8Array(2);
  for (let i = 0; i < 2_000; i++) {
    fill(id);
    seen.add((id[0] << 8) | id[1]);
  }
  expect(seen.size).toBe(2_000);
  expect(seen).not.toContain(0);
  expect(calls).toBe(4);
  const large = new Uint8Array(4_096);
  fill(large);
  expect(calls).toBe(5);
  expect(large.every((octet, i) => i % 2 === 1 || octet !== 0 || large[i + 1] !== 0)).toBe(true);
});
