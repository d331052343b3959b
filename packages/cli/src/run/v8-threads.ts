import { readdirSync, readFileSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';

/**
 * V8 has four threads that mark garbage and compile beside the main thread. Where they have no processor of their own they take four
 * fifths of its: at 500 changes a second each collection of the old generation was a stall of 40 to 80 ms. So much nicer than the
 * process, all four get less than a third of it. Not less: it waits for them at the end of a collection, and they for whoever else wants
 * the processor. p99 of `npm run bench -- sustained`, medians in turn: 90 ms without, 55 with 5, 45 with 10, 184 with 19.
 */
export const V8_NICE = 10;

/** Lets the threads of V8 step behind all others of this process, where the system has threads with names (Linux). To be called once. */
export function putV8ThreadsBehind(): void {
  const nice = Math.min(constants.priority.PRIORITY_LOW, getPriority() + V8_NICE);
  for (const thread of v8Threads()) {
    try {
      setPriority(thread, nice);
    } catch {
      // A container may forbid it: then all is as before.
    }
  }
}

/** Their thread ids. */
export function v8Threads(): number[] {
  try {
    const threads = readdirSync('/proc/self/task');
    return threads.filter((id) => nameOf(id).endsWith('V8Worker')).map(Number);
  } catch {
    return [];
  }
}

/** Empty: it has ended meanwhile. */
function nameOf(thread: string): string {
  try {
    return readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}
