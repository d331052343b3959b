import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyFile, newKey } from '../commands/key.ts';
import { DATA, KEY_FILE, KEY_ID, SAMPLE_ZONES } from './layout.ts';

/**
 * Makes what the configurations in demo/ refer to: a key, and copies of the sample zones for the primary to own.
 * What is there from an earlier run stays, as on a real node; `fresh` throws it away first.
 */
export function prepareData(options: { fresh: boolean }): void {
  if (options.fresh) rmSync(DATA, { recursive: true, force: true });
  const zones = join(DATA, 'zones');
  mkdirSync(zones, { recursive: true });
  if (!existsSync(KEY_FILE)) writeFileSync(KEY_FILE, keyFile(newKey(KEY_ID, 'hmac-sha256')), { mode: 0o600 });
  for (const file of readdirSync(SAMPLE_ZONES)) {
    const copy = join(zones, file);
    if (file.endsWith('.zone') && !existsSync(copy)) copyFileSync(join(SAMPLE_ZONES, file), copy);
  }
}
