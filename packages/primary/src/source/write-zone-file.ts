import { type Name, nameToText, printZone, ZonewireError } from '@zonewire/shared-protocol';
import type { ZoneVersion } from '@zonewire/zone';
import type { FileFacts } from '../facts.ts';
import type { FilePort } from './file-port.ts';
import { sourceIsUnchanged, ZoneSource } from './zone-source.ts';

/** Where the file goes that `freeze` replaces. */
function keptName(path: string): string {
  return `${path}.before-freeze`;
}

export interface WrittenZoneFile {
  readonly file: FileFacts;
  /** Where the content of before is; undefined when there was nothing of the operator's in it. */
  readonly keptAs: string | undefined;
}

/**
 * Writes the zone over its file, whole or not at all, as one text without includes. What stood there is kept, unless it is the
 * untouched result of an earlier freeze: so a second one does not throw away the operator's own file.
 */
export async function writeZoneFile(
  files: FilePort,
  apex: Name,
  path: string,
  version: ZoneVersion,
  before: FileFacts | undefined,
  now: number,
): Promise<WrittenZoneFile> {
  try {
    const exists = (await files.stamp(path)) !== undefined;
    const isOurs = before?.written === true && (await sourceIsUnchanged(files, path, before));
    const keptAs = exists && !isOurs ? keptName(path) : undefined;
    await files.replace(path, printZone(version.records(), { origin: apex }), keptAs);
    const source = new ZoneSource(files);
    const read = await source.open(path);
    if (!read.ok) throw new Error(read.error.message);
    const { digest, stamps } = source.seal();
    return { file: { path, serial: version.serial, loadedAt: now, digest, stamps, written: true }, keptAs };
  } catch (error) {
    const message = `cannot write the zone to ${path}: ${(error as Error).message}; nothing was frozen`;
    throw new ZonewireError('zone-file-not-written', message, { zone: nameToText(apex), cause: error });
  }
}
