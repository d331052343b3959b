import type { Clock } from '@zonewire/nameserver';

/** Work in the background: ms of it between two pauses, and the pause as a multiple of the work. A tenth of a core at most. */
export const SLICES = { work: 4, pause: 9 } as const;

export interface SlicePorts {
  readonly clock: Pick<Clock, 'setTimeout'>;
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number;
  /** Looked at after each pause. */
  readonly isWanted: () => boolean;
}

/** Carries `steps` on in small slices, so that no answer waits. Undefined: it was not wanted any more. `worked`: ms since the last pause. */
export async function inSlices<T>(
  steps: Generator<void, T, void>,
  { clock, elapsed, isWanted }: SlicePorts,
): Promise<{ readonly value: T; readonly worked: number } | undefined> {
  let began = elapsed();
  for (;;) {
    const step = steps.next();
    const worked = elapsed() - began;
    if (step.done) return { value: step.value, worked };
    if (worked < SLICES.work) continue;
    await pauseAfter(worked, clock);
    if (!isWanted()) return undefined;
    began = elapsed();
  }
}

export function pauseAfter(worked: number, clock: Pick<Clock, 'setTimeout'>): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimeout(resolve, Math.ceil(worked * SLICES.pause));
  });
}
