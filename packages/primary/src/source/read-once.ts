import type { FileContent, FilePort, FileStamp } from './file-port.ts';

/** Octets of content up to which it is kept: larger files are read again by a thread. */
const KEPT = 256 * 1024;

/**
 * The same files for one load, which wants to know whether they have changed, how large they are and what they say: each is looked at once and
 * read once. What was read may be older than the file by the time of a load, and so is its stamp: the next load sees it.
 */
export function readOnce(files: FilePort): FilePort {
  const stamps = new Map<string, Promise<FileStamp | undefined>>();
  const contents = new Map<string, FileContent>();
  const stamp = (path: string) => {
    let stamped = stamps.get(path);
    if (stamped === undefined) {
      stamped = files.stamp(path);
      stamps.set(path, stamped);
    }
    return stamped;
  };
  const keep = (path: string, content: FileContent) => {
    if (content.content.length <= KEPT) contents.set(path, content);
    return content;
  };
  return {
    ...(files.onDisk === undefined ? {} : { onDisk: files.onDisk }),
    stamp,
    read: async (path) =>
      contents.get(path) ?? keep(path, await files.read(path, await stamp(path).catch(() => undefined))),
    readSync: (path) => contents.get(path) ?? keep(path, files.readSync(path)),
    replace: (path, content, keepAs) => files.replace(path, content, keepAs),
  };
}
