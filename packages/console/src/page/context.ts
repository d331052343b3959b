import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Client } from './api/client.ts';
import type { EventStream } from './live/event-stream.ts';

/** What every page works with: the way to the node and its events. */
export interface Link {
  readonly client: Client;
  readonly stream: EventStream;
}

export const LinkContext = createContext<Link | undefined>(undefined);

export function useLink(): Link {
  return useContext(LinkContext)!;
}
