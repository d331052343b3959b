/** What a process did to the files below one directory, in order. Paths are relative to it; `''` is the directory itself. */
export interface Recording {
  readonly events: readonly DiskEvent[];
}

export type DiskEvent =
  | { readonly kind: 'create'; readonly path: string; readonly file: number; readonly isDirectory: boolean }
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'rename'; readonly path: string; readonly to: string }
  | { readonly kind: 'write'; readonly file: number; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly file: number; readonly size: number }
  /** Over. `begun`: the index of the first event that it need not have seen. */
  | { readonly kind: 'sync'; readonly file: number; readonly begun: number }
  | { readonly kind: 'said'; readonly text: string };

/** The number of the directory itself among the files. */
export const ROOT = 0;

/** Makes a recording of system calls, and knows which file each name stands for while they happen. */
export class Recorder implements Recording {
  readonly events: DiskEvent[] = [];
  readonly #names = new Map<string, number>([['', ROOT]]);
  #next = ROOT + 1;

  get now(): number {
    return this.events.length;
  }

  opened(path: string, flags: string): void {
    const known = this.#names.get(path);
    if (known !== undefined) {
      if (flags.includes('O_TRUNC')) this.truncated(path, 0);
    } else if (flags.includes('O_CREAT')) this.made(path, false);
  }

  made(path: string, isDirectory: boolean): void {
    const file = this.#next++;
    this.#names.set(path, file);
    this.events.push({ kind: 'create', path, file, isDirectory });
  }

  wrote(path: string, offset: number, bytes: Uint8Array): void {
    const file = this.#names.get(path);
    // Removed while it was open: nobody finds it again.
    if (file === undefined) return;
    if (!Number.isInteger(offset)) throw new Error(`a write into ${path} at ${offset}`);
    this.events.push({ kind: 'write', file, offset, bytes });
  }

  truncated(path: string, size: number): void {
    const file = this.#names.get(path);
    if (file === undefined) return;
    if (!Number.isInteger(size)) throw new Error(`${path} was cut to ${size}`);
    this.events.push({ kind: 'truncate', file, size });
  }

  synced(path: string, begun: number): void {
    const file = this.#names.get(path);
    if (file !== undefined) this.events.push({ kind: 'sync', file, begun });
  }

  removed(path: string): void {
    if (this.#names.delete(path)) this.events.push({ kind: 'remove', path });
  }

  renamed(path: string, to: string): void {
    const file = this.#names.get(path);
    if (file === undefined) throw new Error(`${path} was renamed and never made`);
    this.#names.delete(path);
    this.#names.set(to, file);
    this.events.push({ kind: 'rename', path, to });
  }

  said(text: string): void {
    this.events.push({ kind: 'said', text });
  }
}

/** As if the files whose first name matches had never been synced: a test of the test. */
export function withoutSyncs({ events }: Recording, names: RegExp): Recording {
  const files = new Set<number>();
  for (const event of events) if (event.kind === 'create' && names.test(event.path)) files.add(event.file);
  return { events: events.map((event) => (event.kind === 'sync' && files.has(event.file) ? NOT_SYNCED : event)) };
}

const NOT_SYNCED: DiskEvent = { kind: 'said', text: '' };
