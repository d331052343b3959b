/** xorshift32: the same numbers for the same seed, each from 0 to `below` - 1. */
export function seededRandom(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** A message that nobody should send: one of `seeds` with one to three wounds, or noise. Never empty. */
export function hostileMessage(seeds: readonly Uint8Array[], random: (below: number) => number): Uint8Array {
  if (random(20) === 0) return Uint8Array.from({ length: 1 + random(600) }, () => random(256));
  let message = seeds[random(seeds.length)].slice();
  for (let wounds = 1 + random(3); wounds > 0; wounds--) message = wounded(message, seeds, random);
  return message;
}

function wounded(
  message: Uint8Array,
  seeds: readonly Uint8Array[],
  random: (below: number) => number,
): Uint8Array<ArrayBuffer> {
  const changed = message.slice();
  switch (random(6)) {
    case 0:
      changed[random(changed.length)] = random(256);
      return changed;
    // The header: flags, counts.
    case 1:
      changed[random(Math.min(12, changed.length))] = random(8);
      return changed;
    case 2:
      return changed.slice(0, 1 + random(changed.length));
    case 3: {
      const other = seeds[random(seeds.length)];
      const head = changed.subarray(0, 1 + random(changed.length));
      return Uint8Array.from([...head, ...other.subarray(random(other.length))]);
    }
    // A compression pointer, to anywhere in the first 64 octets.
    case 4:
      changed[random(changed.length)] = 0xc0 | random(64);
      return changed;
    default:
      return Uint8Array.from([...changed, ...changed.subarray(random(changed.length))]);
  }
}
