import { useEffect, useRef } from 'preact/hooks';
import { ActivityPage } from './activity/activity-page.tsx';
import { OverviewPage } from './overview/overview-page.tsx';
import { Announcer } from './parts/announcer.tsx';
import { LinkMark } from './parts/link-mark.tsx';
import { Notice } from './parts/notice.tsx';
import { ThemeSwitch } from './parts/theme-switch.tsx';
import { hrefOf, type Route } from './route.ts';
import { useRoute } from './use/use-route.ts';
import { ZonePage } from './zone/zone-page.tsx';
import { ZonesPage } from './zones/zones-page.tsx';

const PAGES = [
  { page: 'overview', word: 'Overview' },
  { page: 'zones', word: 'Zones' },
  { page: 'activity', word: 'Activity' },
] as const;

/** Header, navigation and the page of the address. */
export function Shell({ onForget }: { onForget: (() => void) | undefined }) {
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const key = route.page === 'zone' ? `zone ${route.zone}` : route.page;
  const shown = useRef(key);
  useEffect(() => {
    document.title = `${titleOf(route)} · Zonewire`;
    if (shown.current === key) return;
    shown.current = key;
    // Another page: who works by keyboard or screen reader goes on at its start.
    main.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [key]);
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <header class="top">
        <a class="brand" href={hrefOf({ page: 'overview' })}>
          zonewire
        </a>
        <nav aria-label="Pages">
          {PAGES.map(({ page, word }) => {
            const here = route.page === page || (page === 'zones' && route.page === 'zone');
            return (
              <a key={page} href={hrefOf({ page })} aria-current={here ? 'page' : undefined}>
                {word}
              </a>
            );
          })}
        </nav>
        <div class="top-end">
          <LinkMark />
          <ThemeSwitch />
          {onForget === undefined ? null : (
            <button type="button" onClick={onForget}>
              Forget token
            </button>
          )}
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        <Page key={key} route={route} />
      </main>
      <Announcer />
    </>
  );
}

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case 'overview':
      return <OverviewPage />;
    case 'zones':
      return <ZonesPage search={route.search} health={route.health} secondary={route.secondary} />;
    case 'zone':
      return <ZonePage zone={route.zone} />;
    case 'activity':
      return <ActivityPage />;
    case 'lost':
      return (
        <Notice title="There is no such page">
          The address names none of this console's pages. <a href={hrefOf({ page: 'overview' })}>To the overview</a>
        </Notice>
      );
  }
}

function titleOf(route: Route): string {
  if (route.page === 'zone') return route.zone;
  return PAGES.find(({ page }) => page === route.page)?.word ?? 'No such page';
}
