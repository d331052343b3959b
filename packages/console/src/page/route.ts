/** The pages, as they stand behind the # of the address. */
export type Route =
  | { readonly page: 'overview' }
  | { readonly page: 'zones'; readonly search?: string; readonly health?: string; readonly secondary?: string }
  | { readonly page: 'zone'; readonly zone: string }
  | { readonly page: 'activity' }
  | { readonly page: 'lost'; readonly hash: string };

/** `#/zones?health=behind` -> the page that it names; what is not understood is `lost`. */
export function routeOf(hash: string): Route {
  const [path, query = ''] = hash.replace(/^#/, '').split('?');
  const parts = path.split('/').filter((part) => part !== '');
  if (parts.length === 0) return { page: 'overview' };
  if (parts.length === 1 && parts[0] === 'activity') return { page: 'activity' };
  if (parts.length === 1 && parts[0] === 'zones') return { page: 'zones', ...filtersOf(new URLSearchParams(query)) };
  if (parts.length === 2 && parts[0] === 'zone') {
    const zone = decoded(parts[1]);
    if (zone !== undefined) return { page: 'zone', zone };
  }
  return { page: 'lost', hash };
}

export function hrefOf(route: Exclude<Route, { page: 'lost' }>): string {
  switch (route.page) {
    case 'overview':
      return '#/';
    case 'activity':
      return '#/activity';
    case 'zone':
      return `#/zone/${encodeURIComponent(route.zone)}`;
    case 'zones': {
      const { page: _, ...filters } = route;
      const given = Object.entries(filters).filter(([, value]) => value !== undefined && value !== '');
      return given.length === 0 ? '#/zones' : `#/zones?${new URLSearchParams(given as [string, string][])}`;
    }
  }
}

function filtersOf(query: URLSearchParams) {
  const given = (key: string) => {
    const value = query.get(key);
    return value ? { [key]: value } : {};
  };
  return { ...given('search'), ...given('health'), ...given('secondary') };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
