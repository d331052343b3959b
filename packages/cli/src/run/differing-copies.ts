import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '@zonewire/nameserver';
import type { ZoneAtSecondary } from '@zonewire/replicas';
import { z } from 'zod';

/** Copies remembered at most; those beyond are found again by the next regular comparison. */
export const REMEMBERED_MOST = 10_000;

const FILE = 'differing-copies.json';
const CONTENT = z.array(z.strictObject({ zone: z.string(), secondary: z.string() }));

/** Which copies of secondaries are known to differ, in the data folder: a restart must not make them look well. */
export class DifferingCopies {
  readonly #path: string;
  readonly #log: Log;

  constructor(dataDir: string, log: Log) {
    this.#path = join(dataDir, FILE);
    this.#log = log;
  }

  /** A file that cannot be used is said, and counts as none. */
  read(): readonly ZoneAtSecondary[] {
    try {
      return CONTENT.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.#log.warn(
          { err: error },
          `${this.#path} cannot be read: copies that differed are found by the next comparison`,
        );
      return [];
    }
  }

  /** Seldom: when a copy is found to differ, or to do so no longer. */
  write(copies: readonly ZoneAtSecondary[]): void {
    const temporary = `${this.#path}.new`;
    try {
      writeFileSync(temporary, JSON.stringify(copies.slice(0, REMEMBERED_MOST)), { mode: 0o600 });
      renameSync(temporary, this.#path);
    } catch (error) {
      this.#log.warn({ err: error }, `${this.#path} cannot be written: a restart forgets which copies differ`);
    }
  }
}
