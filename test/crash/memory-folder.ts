import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** For files that are made anew hundreds of times: their syncs need no disk. */
export function memoryFolder(): string {
  return existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
}
