import { useEffect, useRef, useState } from 'preact/hooks';
import { lookOf, STATES } from '../health.ts';
import { hrefOf } from '../route.ts';
import type { Filters } from './use-pages.ts';

/** Typing is not answered letter by letter. */
const PAUSE_MS = 250;

/** Search and filters. They stand in the address, so that it can be kept and sent; typing does not fill the history. */
export function FilterBar({ filters, secondaries }: { filters: Filters; secondaries: readonly string[] }) {
  const [search, setSearch] = useState(filters.search ?? '');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => setSearch(filters.search ?? ''), [filters.search]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const go = (change: Filters, replace = false) => {
    clearTimeout(timer.current);
    const href = hrefOf({ page: 'zones', ...withoutEmpty({ ...filters, search, ...change }) });
    if (replace) location.replace(href);
    else location.hash = href;
  };
  return (
    <search>
      <form
        class="filters"
        onSubmit={(event) => {
          event.preventDefault();
          go({});
        }}
      >
        <label>
          <span>Zone</span>
          <input
            type="search"
            placeholder="part of the name"
            value={search}
            spellcheck={false}
            maxLength={255}
            onInput={(event) => {
              const { value } = event.currentTarget;
              setSearch(value);
              clearTimeout(timer.current);
              timer.current = setTimeout(() => go({ search: value }, true), PAUSE_MS);
            }}
          />
        </label>
        <label>
          <span>Health</span>
          <select value={filters.health ?? ''} onChange={(event) => go({ health: event.currentTarget.value })}>
            <option value="">all</option>
            {STATES.map((state) => (
              <option key={state} value={state}>
                {lookOf(state).word}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>Secondary</span>
          <select value={filters.secondary ?? ''} onChange={(event) => go({ secondary: event.currentTarget.value })}>
            <option value="">all</option>
            {secondaries.map((id) => (
              <option key={id} value={id}>
                {id}
              </option>
            ))}
          </select>
        </label>
        {filters.search || filters.health || filters.secondary ? (
          <a class="clear" href={hrefOf({ page: 'zones' })}>
            Show all
          </a>
        ) : null}
      </form>
    </search>
  );
}

function withoutEmpty(filters: Filters): { search?: string; health?: string; secondary?: string } {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value));
}
