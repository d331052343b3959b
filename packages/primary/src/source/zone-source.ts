import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { type IncludePort, ok, type Problem, type Result } from '@zonewire/shared-protocol';
import { type FileContent, type FilePort, type FileStamp, sameStamp } from './file-port.ts';

/** What a zone was read from: the file and everything it includes, in the order of reading. */
export interface SourceSeal {
  /** sha256 over names, lengths and contents, hex. */
  readonly digest: string;
  readonly stamps: readonly FileStamp[];
}

/** Whether the files are still those of `seal`; reads them only when their stamps have changed. */
export async function sourceIsUnchanged(files: FilePort, path: string, seal: SourceSeal): Promise<boolean> {
  if (seal.stamps[0]?.path !== path) return false;
  const stamps = await Promise.all(seal.stamps.map((stamp) => files.stamp(stamp.path)));
  if (seal.stamps.every((stamp, i) => sameStamp(stamp, stamps[i]))) return true;
  const digest = createHash('sha256');
  for (const stamp of seal.stamps) {
    const read = await files.read(stamp.path).catch(() => undefined);
    if (read === undefined) return false;
    updateDigest(digest, stamp.path, read.content);
  }
  return digest.digest('hex') === seal.digest;
}

/** Reads the files of one zone and notes what it has read. */
export class ZoneSource {
  readonly #files: FilePort;
  readonly #digest = createHash('sha256');
  readonly #stamps: FileStamp[] = [];
  readonly #limit: number;
  #octets = 0;

  /** Beyond `limit` octets in all nothing more is included. */
  constructor(files: FilePort, limit: number = Number.POSITIVE_INFINITY) {
    this.#files = files;
    this.#limit = limit;
  }

  /** More was to be read than the limit allows: what was parsed is not the whole zone. */
  get isBeyondLimit(): boolean {
    return this.#octets > this.#limit;
  }

  /** The zone file itself. */
  async open(path: string): Promise<Result<Uint8Array>> {
    try {
      return ok(this.#note(await this.#files.read(path)));
    } catch (error) {
      return { ok: false, error: unreadable(path, error) };
    }
  }

  /** The same in a thread that has nothing else to do. */
  openSync(path: string): Result<Uint8Array> {
    try {
      return ok(this.#note(this.#files.readSync(path)));
    } catch (error) {
      return { ok: false, error: unreadable(path, error) };
    }
  }

  /** $INCLUDE: a relative path is relative to the file that it stands in. */
  readonly include: IncludePort = (path, fromFile) => {
    const file = resolve(dirname(fromFile), path);
    try {
      const text = this.#note(this.#files.readSync(file));
      // Given up: the whole is read again on a thread.
      return ok({ text: this.isBeyondLimit ? new Uint8Array(0) : text, file });
    } catch (error) {
      return { ok: false, error: unreadable(file, error) };
    }
  };

  /** Of everything read so far. */
  seal(): SourceSeal {
    return { digest: this.#digest.copy().digest('hex'), stamps: [...this.#stamps] };
  }

  #note({ content, stamp }: FileContent): Uint8Array {
    this.#stamps.push(stamp);
    this.#octets += content.length;
    updateDigest(this.#digest, stamp.path, content);
    return content;
  }
}

function updateDigest(digest: ReturnType<typeof createHash>, path: string, content: Uint8Array): void {
  digest.update(`${path}\0${content.length}\0`);
  digest.update(content);
}

function unreadable(path: string, error: unknown): Problem {
  const { code, message } = error as NodeJS.ErrnoException;
  const why = (code !== undefined && UNREADABLE[code]) || message;
  return { code: 'zone-file-unreadable', message: `cannot read the zone file ${path}: ${why}` };
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: `this process (uid ${process.getuid?.() ?? '?'}) may not read it`,
  EISDIR: 'it is a folder; name the file in it',
  ENOTDIR: 'what should be a folder of its path is a file',
  ELOOP: 'its symbolic links lead in a circle',
};
