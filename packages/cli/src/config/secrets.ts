import { fail, ok, type Result } from '@zonewire/shared-protocol';
import { keyId } from './sections.ts';

/** What the loader needs of the file system. */
export interface ConfigFiles {
  /** @throws with `code` ENOENT, EACCES … */
  readText(path: string): string;
  /** Permission bits, such as 0o600. */
  mode(path: string): number;
}

/** Reads the base64 secret of a key as it stands in a file: alone, or inside BIND's `key "name" { … };`. */
export function secretFromText(text: string, key: { id: string; algorithm: string }): Result<Uint8Array> {
  const clause = /\bkey\s+"?([^\s"{]+)"?\s*\{([\s\S]*?)\}/.exec(text);
  if (!clause) return secretFromBase64(text.trim());
  const [, name, body] = clause;
  const algorithm = /\balgorithm\s+"?([^\s";]+)"?\s*;/.exec(body)?.[1].toLowerCase();
  const secret = /\bsecret\s+"?([^\s";]+)"?\s*;/.exec(body)?.[1];
  if (keyId(name) !== keyId(key.id)) return fail('key-other-name', `it holds the key ${name}, not ${key.id}`);
  if (algorithm !== undefined && algorithm !== key.algorithm)
    return fail('key-other-algorithm', `it says algorithm ${algorithm}, the configuration ${key.algorithm}`);
  return secretFromBase64(secret ?? '');
}

/** @returns the octets; never repeats the text in the refusal. */
export function secretFromBase64(text: string): Result<Uint8Array> {
  const compact = text.replace(/\s+/g, '');
  const valid = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(compact);
  if (compact === '' || !valid) return fail('key-bad-secret', 'it is not base64; make a secret with: zonewire key new');
  return ok(new Uint8Array(Buffer.from(compact, 'base64')));
}

/** An operator's words for a file that cannot be read. */
export function fileTrouble(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES' || code === 'EPERM') return `this user (uid ${process.getuid?.() ?? '?'}) may not read it`;
  if (code === 'EISDIR') return 'it is a folder';
  return message;
}
