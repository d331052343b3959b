import type { FillRandom } from './ports.ts';

/** Octets asked of `source` at once. */
const POOL = 1024;

/** `source` in larger portions: one call of it costs as much for two octets as for a thousand. What was given is wiped from the pool. */
export function randomPool(source: FillRandom): FillRandom {
  const pool = new Uint8Array(POOL);
  let left = 0;
  return (out) => {
    if (out.length > POOL) {
      source(out);
      return;
    }
    if (left < out.length) {
      source(pool);
      left = POOL;
    }
    const given = pool.subarray(left - out.length, left);
    out.set(given);
    given.fill(0);
    left -= out.length;
  };
}
