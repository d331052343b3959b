import type { Clock, TimerHandle } from '../ports.ts';

/** Resolves when all of `promises` have settled, or after `ms`. */
export async function settled(promises: Iterable<Promise<unknown>>, clock: Clock, ms: number): Promise<void> {
  const all = [...promises];
  if (all.length === 0) return;
  let timer: TimerHandle;
  const late = new Promise<void>((resolve) => {
    timer = clock.setTimeout(resolve, ms);
  });
  await Promise.race([Promise.allSettled(all), late]);
  clock.clearTimeout(timer);
}
