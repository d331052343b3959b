import { notLoaded } from '../refusals.ts';
import type { LoadPorts } from './load.ts';
import { writeZoneFile } from './write-zone-file.ts';

/**
 * Makes the file say what the zone says, and remembers that the zone is frozen. The caller refuses new changes from before this
 * is called; those accepted earlier are waited for. Rejects when the file cannot be written: then nothing is frozen.
 */
export async function freezeZone(
  { apex, files, line, now }: Omit<LoadPorts, 'examine'>,
  path: string,
): Promise<{ readonly message: string; readonly serial: number }> {
  await line.settled();
  const { version, facts } = line.tip;
  if (version === undefined) throw notLoaded(apex);
  const { serial } = version;
  let { file } = facts;
  let message = `frozen; no dynamic update came since ${path} was loaded, so it stays as it is`;
  if (facts.updatesSince > 0 || file === undefined) {
    const written = await writeZoneFile(files, apex, path, version, file, now());
    ({ file } = written);
    message = `frozen; the zone with serial ${serial} is written to ${path}`;
    if (written.keptAs !== undefined) message += `, what stood there is kept as ${written.keptAs}`;
  }
  await line.accept('facts', version, { ...facts, file, updatesSince: 0, frozen: true });
  return { message, serial };
}
