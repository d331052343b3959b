import type { Result } from '@zonewire/shared-protocol';
import type { FilePort } from './file-port.ts';
import { parseZoneFile, refuse } from './parse-zone-file.ts';
import { parseOnThread } from './threaded-parse.ts';
import type { ZoneFile, ZoneFileProblem, ZoneFileRequest } from './zone-file.ts';
import { ZoneSource } from './zone-source.ts';

/** Octets of text up to which parsing here takes less time (10 ms) than starting a thread for it. */
const PARSED_HERE = 256 * 1024;
/** Records of $GENERATE up to which the same is so. */
const GENERATED_HERE = 10_000;

export interface ReadOptions {
  /** False: everything is done on this thread, for a command that has nothing else to do. */
  readonly threads?: boolean;
}

/**
 * Reads a zone file and everything it includes into a version, and checks it. A large one is read, parsed and checked on a thread of
 * its own, which shares the version with this one without copying: answering goes on meanwhile.
 */
export async function readZoneFile(
  files: FilePort,
  request: ZoneFileRequest,
  { threads = true }: ReadOptions = {},
): Promise<Result<ZoneFile, ZoneFileProblem>> {
  const { path } = request;
  const onThread = threads && files.onDisk === true;
  if (onThread && ((await files.stamp(path).catch(() => undefined))?.size ?? 0) > PARSED_HERE)
    return parseOnThread(request);
  const source = new ZoneSource(files, onThread ? PARSED_HERE : undefined);
  const text = await source.open(path);
  if (!text.ok)
    return refuse([{ check: text.error.code, severity: 'error', place: path, message: text.error.message }]);
  const parsed = parseZoneFile(text.value, source, request, onThread ? { generated: GENERATED_HERE } : {});
  const tooMuchHere = source.isBeyondLimit || (!parsed.ok && parsed.error.code === 'generate-too-many');
  return onThread && tooMuchHere ? parseOnThread(request) : parsed;
}
