import { parentPort, workerData } from 'node:worker_threads';
import { diskFiles } from './disk-files.ts';
import { parseZoneFile, refuse } from './parse-zone-file.ts';
import type { ThreadAnswer } from './threaded-parse.ts';
import type { ZoneFileRequest } from './zone-file.ts';
import { ZoneSource } from './zone-source.ts';

parentPort?.postMessage(answer(workerData as ZoneFileRequest));

function answer(request: ZoneFileRequest): ThreadAnswer {
  const { path } = request;
  const source = new ZoneSource(diskFiles);
  const text = source.openSync(path);
  if (!text.ok)
    return refuse([{ check: text.error.code, severity: 'error', place: path, message: text.error.message }]);
  const parsed = parseZoneFile(text.value, source, request);
  if (!parsed.ok) return parsed;
  const { version, seal, findings } = parsed.value;
  return { ok: true, layers: version.layers, seal, findings };
}
