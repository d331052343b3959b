/** What identifies the content of a file without reading it. `ctimeMs` moves with every change, also one that keeps `mtimeMs`. */
export interface FileStamp {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly inode: number;
}

/** Stamped before it is read: a change in between shows as a changed stamp the next time. */
export interface FileContent {
  readonly content: Uint8Array;
  readonly stamp: FileStamp;
}

/** Zone files. Errors are those of node:fs. */
export interface FilePort {
  /** The files are those of node:fs, so that a thread can read them by itself. */
  readonly onDisk?: boolean;
  /** undefined: there is no such file. */
  stamp(path: string): Promise<FileStamp | undefined>;
  /** `stamp`: one that was taken a moment ago; else it is taken now. */
  read(path: string, stamp?: FileStamp): Promise<FileContent>;
  /** For $INCLUDE, which is met in the middle of reading. */
  readSync(path: string): FileContent;
  /**
   * Replaces the file whole: a reader, or a crash, meets the old content or the new, durable when resolved.
   * With `keepAs` the old content is kept under that name.
   */
  replace(path: string, content: Iterable<string>, keepAs?: string): Promise<void>;
}

export function sameStamp(a: FileStamp, b: FileStamp | undefined): boolean {
  return (
    a.path === b?.path && a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.inode === b.inode
  );
}
