import { fromNow, local, utc } from '../format.ts';
import { useNow } from '../use/use-now.ts';

/** A time as the browser's zone has it, with UTC on hover; `relative`: "3 s ago". */
export function Time({ at, relative }: { at: number; relative?: boolean }) {
  const now = useNow(relative ? 1_000 : 60_000);
  return (
    <time dateTime={new Date(at).toISOString()} title={utc(at)}>
      {relative ? fromNow(at, now) : local(at, now)}
    </time>
  );
}
