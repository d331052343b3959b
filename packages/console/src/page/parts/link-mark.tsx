import type { LinkState } from '../live/event-stream.ts';
import { useLinkState } from '../use/use-link-state.ts';

const WORDS: Readonly<Record<LinkState, { word: string; says: string; path: string }>> = {
  live: { word: 'live', says: 'The node tells of every change at once.', path: 'M6 2a4 4 0 1 0 0 8a4 4 0 1 0 0-8Z' },
  connecting: { word: 'connecting', says: 'The connection is being made.', path: 'M6 2a4 4 0 0 1 4 4h-4Z' },
  polling: {
    word: 'polling',
    says: 'The node gives no events: it is asked every 3 seconds.',
    path: 'M2 2h3v8h-3ZM7 2h3v8h-3Z',
  },
  away: { word: 'node away', says: 'The node does not answer; it is tried again.', path: 'M6 1L11.3 10.5H.7Z' },
};

/** Whether what is shown is live, in the header. */
export function LinkMark() {
  const state = useLinkState();
  const { word, says, path } = WORDS[state];
  return (
    <span class={`link-mark link-${state}`} role="status" title={says}>
      <svg class="mark" viewBox="0 0 12 12" aria-hidden="true">
        <path d={path} />
      </svg>
      <span>{word}</span>
    </span>
  );
}
