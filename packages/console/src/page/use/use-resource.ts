import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Client } from '../api/client.ts';
import { ApiFailure, type Failure } from '../api/failure.ts';
import { useLink } from '../context.ts';
import type { NodeEvent } from '../contract.ts';
import { useEvent } from './use-event.ts';

export interface Resource<T> {
  /** The last answer; stays while the node is away. */
  readonly data: T | undefined;
  readonly failure: Failure | undefined;
}

export interface ResourceOptions<T> {
  /** The answer after an event; the same object when the event does not touch it. */
  readonly merge?: (data: T, event: NodeEvent) => T;
  /** Events after which the node is asked again, at most once in {@link AGAIN_MS}. */
  readonly wants?: (event: NodeEvent) => boolean;
}

/** While no events come. */
const POLL_MS = 3_000;
/** While they come: for what no event tells. */
const SLOW_POLL_MS = 20_000;
/** Between two questions that events have caused. */
export const AGAIN_MS = 1_000;

/** An answer of the node, kept current by events and by asking again. `path` undefined: nothing is asked. */
export function useResource<T>(path: string | undefined, options: ResourceOptions<T> = {}): Resource<T> {
  const { client, stream } = useLink();
  const [state, setState] = useState<Resource<T> & { path?: string | undefined }>(() => ({
    data: remembered<T>(client, path),
    failure: undefined,
    path,
  }));
  const again = useRef<() => void>(() => {});
  const load = useCallback(
    async (signal: AbortSignal) => {
      try {
        const data = await client.get<T>(path!, signal);
        remember(client, path!, data);
        setState({ data, failure: undefined, path });
      } catch (error) {
        if (signal.aborted || !(error instanceof ApiFailure)) return;
        const { failure } = error;
        setState((before) => ({ data: before.path === path ? before.data : undefined, failure, path }));
      }
    },
    [client, path],
  );
  useEffect(() => {
    if (path === undefined) return;
    const gone = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let last = 0;
    let running = false;
    /** Something has happened since the running question was asked: its answer may not know of it. */
    let stale = false;
    const plan = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(run, ms);
    };
    const run = async () => {
      if (running) return;
      running = true;
      last = Date.now();
      stale = false;
      await load(gone.signal);
      running = false;
      if (!gone.signal.aborted) plan(stale ? AGAIN_MS : stream.state === 'live' ? SLOW_POLL_MS : POLL_MS);
    };
    again.current = () => {
      stale = true;
      if (!running) plan(Math.max(0, last + AGAIN_MS - Date.now()));
    };
    const unwatch = stream.onState(() => again.current());
    void run();
    return () => {
      unwatch();
      clearTimeout(timer);
      gone.abort();
    };
  }, [load, stream, path]);
  useEvent((event) => {
    const { merge, wants } = options;
    if (merge)
      setState((before) => {
        if (before.data === undefined) return before;
        const data = merge(before.data, event);
        return data === before.data ? before : { ...before, data };
      });
    if (wants?.(event)) again.current();
  });
  return state.path === path ? state : { data: undefined, failure: undefined };
}

/** The last answers of a node, so that a page that is opened again shows something at once. */
const answers = new WeakMap<Client, Map<string, unknown>>();
const REMEMBERED = 30;

function remembered<T>(client: Client, path: string | undefined): T | undefined {
  return path === undefined ? undefined : (answers.get(client)?.get(path) as T | undefined);
}

function remember(client: Client, path: string, data: unknown): void {
  const known = answers.get(client) ?? new Map<string, unknown>();
  answers.set(client, known);
  known.delete(path);
  known.set(path, data);
  if (known.size > REMEMBERED) known.delete(known.keys().next().value!);
}
