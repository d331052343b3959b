import { dlopen } from 'node:ffi';

/** MiB that the process may have grown by before what it has freed is looked for: that takes the main thread up to 30 ms. */
export const GROWTH_MIB = 16;

/** How often the process is looked at, ms. */
const EVERY_MS = 2_000;

export interface FreedMemoryPorts {
  /** Octets that the process has resident. */
  readonly resident: () => number;
  readonly giveBack: () => void;
}

/**
 * Gives memory that was freed back to the system whenever the process has grown by {@link GROWTH_MIB}. glibc keeps what lies between
 * pieces still in use: after the first load of 3,000 zones 22 MiB, some for each thread. Where the C library has no `malloc_trim`
 * (musl), nothing is done.
 */
export function giveBackFreedMemory(): void {
  const giveBack = mallocTrim();
  if (giveBack === undefined) return;
  const look = watchGrowth({ resident: () => process.memoryUsage.rss(), giveBack });
  setInterval(look, EVERY_MS).unref();
}

/** To be called again and again. */
export function watchGrowth({ resident, giveBack }: FreedMemoryPorts): () => void {
  let least = resident();
  return () => {
    const now = resident();
    if (now - least < GROWTH_MIB * 2 ** 20) {
      least = Math.min(least, now);
      return;
    }
    giveBack();
    least = resident();
  };
}

/** Foreign code, and safe: it takes a number, no address, and what it gives back nobody uses. */
function mallocTrim(): (() => void) | undefined {
  try {
    const { functions } = dlopen(null, { malloc_trim: { arguments: ['uint64'], return: 'int32' } } as const);
    return () => functions.malloc_trim(0n);
  } catch {
    return undefined;
  }
}
