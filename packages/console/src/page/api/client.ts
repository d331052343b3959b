import { ApiFailure, failureOf } from './failure.ts';

/** What the pages ask the node with. */
export interface Client {
  /** @throws ApiFailure, or the signal's reason when it was aborted */
  get<T>(path: string, signal?: AbortSignal): Promise<T>;
  /** The open answer of a stream. @throws as `get` */
  open(path: string, signal: AbortSignal, headers?: Readonly<Record<string, string>>): Promise<Response>;
}

/** `onDenied` hears of every answer that says the token is missing or wrong. */
export function createClient(token: string | undefined, onDenied: (wrong: boolean) => void): Client {
  const credentials: Record<string, string> = token === undefined ? {} : { 'X-API-Key': token };
  async function open(
    path: string,
    signal?: AbortSignal,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    let response: Response;
    try {
      const init = { headers: { ...credentials, ...headers }, cache: 'no-store', credentials: 'omit' } as const;
      response = await fetch(path, { ...init, ...(signal ? { signal } : {}) });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new ApiFailure({ kind: 'away' });
    }
    if (response.ok) return response;
    const failure = failureOf(response.status, await response.text().catch(() => ''));
    if (failure.kind === 'denied') onDenied(failure.wrong);
    throw new ApiFailure(failure);
  }
  return {
    open,
    async get<T>(path: string, signal?: AbortSignal): Promise<T> {
      const response = await open(path, signal);
      try {
        return (await response.json()) as T;
      } catch (error) {
        if (signal?.aborted) throw error;
        throw new ApiFailure({ kind: 'away' });
      }
    },
  };
}

/** The zone as one segment of a path: `=XX` is the octet XX; browsers would shorten a lone dot, and `/` ends a segment. */
export function zonePath(zone: string, rest = ''): string {
  const segment = zone === '.' ? '=2E' : encodeURIComponent(zone.replaceAll('=', '=3D').replaceAll('/', '=2F'));
  return `/api/v1/zones/${segment}${rest}`;
}

/** `?a=1&b=2` of what is given. */
export function query(values: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}`;
}
