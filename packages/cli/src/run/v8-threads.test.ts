import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { V8_NICE } from './v8-threads.ts';

it('the threads of V8, and no others of the process, are nicer than it is', () => {
  const program = `
    import { readdirSync } from 'node:fs';
    import { getPriority } from 'node:os';
    import { putV8ThreadsBehind, v8Threads } from ${JSON.stringify(import.meta.resolve('./v8-threads.ts'))};
    const niceOf = (thread) => getPriority(Number(thread));
    const all = readdirSync('/proc/self/task').map(Number);
    const before = Math.max(...all.map(niceOf));
    putV8ThreadsBehind();
    const others = all.filter((thread) => !v8Threads().includes(thread));
    console.log(JSON.stringify({ before, v8: v8Threads().map(niceOf), others: others.map(niceOf) }));
  `;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  const { before, v8, others } = JSON.parse(output);
  expect(v8.length).toBeGreaterThan(0);
  expect(new Set(v8)).toEqual(new Set([before + V8_NICE]));
  expect(others.length).toBeGreaterThan(0);
  expect(others.every((nice: number) => nice === before)).toBe(true);
});
