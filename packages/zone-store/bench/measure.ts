import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory on the disk under test (`ZONEWIRE_BENCH_DIR`, else the system's temporary one), removed afterwards. */
export async function inDirectory(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(process.env.ZONEWIRE_BENCH_DIR ?? tmpdir(), 'zonewire-bench-'));
  try {
    await work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

export async function timed<T>(what: string, work: () => Promise<T> | T): Promise<T> {
  const start = performance.now();
  const result = await work();
  console.log(`${what.padEnd(64)} ${(performance.now() - start).toFixed(1).padStart(9)} ms`);
  return result;
}

/** Median, 99th percentile and maximum of `times` (milliseconds). */
export function spread(times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(3);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`;
}
