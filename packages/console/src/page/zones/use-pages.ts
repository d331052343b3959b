import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { query } from '../api/client.ts';
import { ApiFailure, type Failure } from '../api/failure.ts';
import { useLink } from '../context.ts';
import type { ReplicasPage, ZoneReplicas } from '../contract.ts';
import { mergeReplicas } from '../live/merge-replicas.ts';
import { useEvent } from '../use/use-event.ts';
import { useLinkState } from '../use/use-link-state.ts';

export const PAGE_SIZE = 50;
/** Pages that are kept although they are out of view. */
const PAGES_KEPT = 12;
/** What is in view is asked again this often; without events sooner. */
const AGAIN_MS = 15_000;
const POLL_MS = 4_000;

export interface Filters {
  readonly search?: string | undefined;
  readonly health?: string | undefined;
  readonly secondary?: string | undefined;
}

export interface Pages {
  /** Undefined until the first answer. */
  readonly total: number | undefined;
  readonly failure: Failure | undefined;
  row(index: number): ZoneReplicas | undefined;
}

interface State {
  readonly total: number | undefined;
  readonly pages: ReadonlyMap<number, readonly ZoneReplicas[]>;
  readonly failure: Failure | undefined;
}

const EMPTY: State = { total: undefined, pages: new Map(), failure: undefined };

/** The zones that match, page by page as `wanted` asks for them, kept current by events. */
export function usePages({ search, health, secondary }: Filters, wanted: readonly number[]): Pages {
  const { client } = useLink();
  const live = useLinkState() === 'live';
  const [state, setState] = useState(EMPTY);
  const key = query({ search, health, secondary });
  const generation = useRef(new AbortController());
  const asked = useRef(new Set<number>());
  const inView = useRef(wanted);
  inView.current = wanted;

  const load = useCallback(
    async (page: number) => {
      if (asked.current.has(page)) return;
      asked.current.add(page);
      const { signal } = generation.current;
      const range = { search, health, secondary, offset: page * PAGE_SIZE, limit: PAGE_SIZE };
      try {
        const { total, zones } = await client.get<ReplicasPage>(`/api/v1/replicas${query(range)}`, signal);
        setState((before) => ({ total, failure: undefined, pages: kept(before.pages, page, zones, inView.current) }));
      } catch (error) {
        if (signal.aborted || !(error instanceof ApiFailure)) return;
        const { failure } = error;
        setState((before) => ({ ...before, failure }));
      } finally {
        if (!signal.aborted) asked.current.delete(page);
      }
    },
    [client, key],
  );

  useEffect(() => {
    generation.current = new AbortController();
    asked.current = new Set();
    setState((before) => ({ ...EMPTY, total: before.total }));
    void load(0);
    return () => generation.current.abort();
  }, [load]);

  const wantedKey = wanted.join();
  useEffect(() => {
    for (const page of inView.current) if (!state.pages.has(page)) void load(page);
  }, [wantedKey, load, state.pages]);

  useEffect(() => {
    const timer = setInterval(() => inView.current.forEach((page) => void load(page)), live ? AGAIN_MS : POLL_MS);
    return () => clearInterval(timer);
  }, [live, load]);

  useEvent((event) =>
    setState((before) => {
      for (const [page, rows] of before.pages) {
        const at = rows.findIndex(({ zone }) => zone === event.zone);
        if (at === -1) continue;
        const row = mergeReplicas(rows[at], event);
        if (row === rows[at]) return before;
        return { ...before, pages: new Map(before.pages).set(page, rows.with(at, row)) };
      }
      return before;
    }),
  );

  return {
    total: state.total,
    failure: state.failure,
    row: (index) => state.pages.get(Math.floor(index / PAGE_SIZE))?.[index % PAGE_SIZE],
  };
}

/** The pages with the new one; the oldest that nobody sees go. */
function kept(
  pages: State['pages'],
  page: number,
  zones: readonly ZoneReplicas[],
  inView: readonly number[],
): State['pages'] {
  const next = new Map(pages);
  next.delete(page);
  next.set(page, zones);
  for (const old of next.keys()) {
    if (next.size <= PAGES_KEPT) break;
    if (old !== page && !inView.includes(old)) next.delete(old);
  }
  return next;
}
