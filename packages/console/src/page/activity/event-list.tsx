import { useState } from 'preact/hooks';
import type { NodeEvent } from '../contract.ts';
import { eventTone, eventWords } from '../event-words.ts';
import { Section } from '../parts/section.tsx';
import { Time } from '../parts/time.tsx';
import { hrefOf } from '../route.ts';
import { useEvent } from '../use/use-event.ts';
import { useLinkState } from '../use/use-link-state.ts';

const KEPT = 100;

interface Seen {
  readonly key: number;
  readonly at: number;
  readonly event: NodeEvent;
}

let keys = 0;

/** What has happened since the page was opened, newest first. */
export function EventList({ zone }: { zone?: string }) {
  const [seen, setSeen] = useState<readonly Seen[]>([]);
  const [held, setHeld] = useState(false);
  const link = useLinkState();
  useEvent((event) => {
    if (held || (zone !== undefined && event.zone !== zone)) return;
    const one = { key: keys++, at: event.at ?? Date.now(), event };
    setSeen((before) => [one, ...before].slice(0, KEPT));
  });
  const hold = (
    <div class="choice">
      <button type="button" aria-pressed={held} onClick={() => setHeld(!held)}>
        Hold
      </button>
    </div>
  );
  return (
    <Section title="Events" aside={hold}>
      {seen.length === 0 ? (
        <p class="muted">
          {link === 'polling'
            ? 'This node gives no events.'
            : held
              ? 'Held: nothing is added.'
              : 'None since this page was opened.'}
        </p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
        <ol class="events" aria-label="Events, newest first" tabIndex={0}>
          {seen.map(({ key, at, event }) => (
            <li key={key} class={`edge-${eventTone(event)}`}>
              <Time at={at} />
              {zone === undefined && event.zone !== undefined ? (
                <a href={hrefOf({ page: 'zone', zone: event.zone })}>{event.zone}</a>
              ) : null}
              <span>{eventWords(event)}</span>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}
