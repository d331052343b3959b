import { useEffect, useRef, useState } from 'preact/hooks';
import { lookOf } from '../health.ts';
import { useEvent } from '../use/use-event.ts';

/** A screen reader is not told faster than it speaks. */
const PAUSE_MS = 3_000;

/** Says changes of health to those who do not see them: the newest, and how many more there were. */
export function Announcer() {
  const [text, setText] = useState('');
  const waiting = useRef<string[]>([]);
  useEvent((event) => {
    if (event.kind === 'health')
      waiting.current.push(`${event.zone} at ${event.secondary} is now ${lookOf(event.to.state).word}`);
  });
  useEffect(() => {
    const timer = setInterval(() => {
      const news = waiting.current;
      if (news.length === 0) return;
      waiting.current = [];
      setText(`${news.at(-1)}${news.length > 1 ? `, and ${news.length - 1} more changes` : ''}`);
    }, PAUSE_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <p class="hidden" aria-live="polite">
      {text}
    </p>
  );
}
