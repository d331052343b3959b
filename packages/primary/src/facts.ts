import type { Facts, JsonValue } from '@zonewire/zone-store';
import type { FileStamp } from './source/file-port.ts';
import type { SourceSeal } from './source/zone-source.ts';

/** What a primary remembers of a zone over a restart, beside its records. */
export interface PrimaryFacts {
  readonly role: 'primary';
  /** Absent until the zone was loaded from a file (a zone taken over from a secondary). */
  readonly file?: FileFacts;
  /** Commits by UPDATE or API since the file was loaded or written: what loading another file would lose. */
  readonly updatesSince: number;
  /** Updates are refused until `thaw`. */
  readonly frozen?: boolean;
}

export interface FileFacts extends SourceSeal {
  readonly path: string;
  /** The serial that stands in the file. */
  readonly serial: number;
  /** ms since the epoch */
  readonly loadedAt: number;
  /** The file is what `freeze` has written: nothing of the operator's is lost when it is replaced. */
  readonly written?: boolean;
}

export const NO_FACTS: PrimaryFacts = { role: 'primary', updatesSince: 0 };

/**
 * Reads stored facts. Those of a secondary, of nobody, or of an unknown form are as none: then the file is new, and what it says
 * is compared with what is stored, serial rules included.
 */
export function readFacts(stored: Facts): PrimaryFacts {
  if (stored.role !== 'primary') return NO_FACTS;
  const updatesSince = isNumber(stored.updatesSince) ? stored.updatesSince : 0;
  return { role: 'primary', updatesSince, file: readFile(stored.file), frozen: stored.frozen === true };
}

export function writeFacts(facts: PrimaryFacts): Facts {
  const { role, updatesSince, frozen, file } = facts;
  return { role, updatesSince, frozen: frozen || undefined, file: file && writeFile(file) };
}

function writeFile({ path, serial, loadedAt, written, digest, stamps }: FileFacts): JsonValue {
  return {
    path,
    serial,
    loadedAt,
    written: written || undefined,
    digest,
    stamps: stamps.map((stamp) => ({ ...stamp })),
  };
}

function readFile(stored: JsonValue | undefined): FileFacts | undefined {
  if (!isObject(stored)) return undefined;
  const { path, serial, loadedAt, digest, stamps, written } = stored;
  if (typeof path !== 'string' || typeof digest !== 'string' || !isNumber(serial) || !isNumber(loadedAt))
    return undefined;
  if (!Array.isArray(stamps) || !stamps.every(isStamp)) return undefined;
  return { path, serial, loadedAt, digest, stamps, written: written === true };
}

function isStamp(value: JsonValue): value is JsonValue & FileStamp {
  if (!isObject(value) || typeof value.path !== 'string') return false;
  return [value.size, value.mtimeMs, value.ctimeMs, value.inode].every(isNumber);
}

function isNumber(value: JsonValue | undefined): value is number {
  return typeof value === 'number';
}

function isObject(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
