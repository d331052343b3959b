import type { Clock } from '@zonewire/nameserver';

/**
 * What `asked` resolves with, or `otherwise` when it rejects or takes longer than `ms`: a Redis that is silent holds up nothing.
 * `missed` is told which of the two.
 */
export async function inTime<T>(
  clock: Clock,
  ms: number,
  asked: Promise<T>,
  otherwise: T,
  missed: (why: 'late' | 'failed') => void = () => {},
): Promise<T> {
  let timer: unknown;
  const tooLate = new Promise<T>((resolve) => {
    timer = clock.setTimeout(() => {
      missed('late');
      resolve(otherwise);
    }, ms);
  });
  try {
    return await Promise.race([asked, tooLate]);
  } catch {
    missed('failed');
    return otherwise;
  } finally {
    clock.clearTimeout(timer);
  }
}
