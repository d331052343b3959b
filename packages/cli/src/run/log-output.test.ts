import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@zonewire/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lineOutput, WRITTEN_WITHIN_MS } from './log-output.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zonewire-log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('lines come in order, together, soon after', async () => {
  const path = join(folder, 'log');
  const out = lineOutput({ fd: openSync(path, 'w') });
  out.write('one\n');
  out.write('two\n');
  expect(readFileSync(path, 'utf8')).toBe('');
  await eventually('both lines', () => readFileSync(path, 'utf8') === 'one\ntwo\n');
  out.write('three\n');
  await eventually('the third', () => readFileSync(path, 'utf8') === 'one\ntwo\nthree\n');
});

it('a line that comes while another is being written does not wait for a third', async () => {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const block = Buffer.alloc(1 << 20);
  // Full: what is written now takes until somebody reads.
  for (let written = 0; written >= 0; ) {
    try {
      written = writeSync(fd, block, 0, 4096);
    } catch {
      written = -1;
    }
  }
  const out = lineOutput({ fd });
  out.write('one\n');
  await sleep(5 * WRITTEN_WITHIN_MS);
  out.write('two\n');
  await sleep(5 * WRITTEN_WITHIN_MS);
  let text = '';
  await eventually('both lines', () => {
    try {
      text += block.toString('utf8', 0, readSync(fd, block));
    } catch {
      // Nothing there yet.
    }
    return text.replaceAll('\0', '') === 'one\ntwo\n';
  });
  closeSync(fd);
});

it('a reader that sleeps: what waits is bounded; when it reads again, the log says how much is missing', async () => {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const lineOf = (json: string) => `shown: ${json}`;
  const out = lineOutput({ fd, waitingOctets: 100_000, lineOf });
  const line = `${'x'.repeat(999)}\n`;
  for (let i = 0; i < 1_000; i++) out.write(line);
  const block = Buffer.alloc(1 << 20);
  let text = '';
  await eventually('the warning', () => {
    try {
      text += block.toString('utf8', 0, readSync(fd, block));
    } catch {
      // Nothing there yet.
    }
    return text.includes('dropped');
  });
  const kept = text.split('\n').filter((one) => `${one}\n` === line).length;
  const warning = text.split('\n').find((one) => one.includes('dropped'))!;
  const { dropped } = JSON.parse(warning.replace(/^shown: /, ''));
  expect(warning).toMatch(/^shown: /);
  expect(kept + dropped).toBe(1_000);
  expect(kept).toBeLessThan(300);
  closeSync(fd);
});

/** A process whose log nobody reads is told to end, with much to write still. Gives how long its end took, ms. */
async function endsInto(stdout: 'pipe' | number, gone = () => {}): Promise<number> {
  const module = new URL('./log-output.ts', import.meta.url).href;
  // More than a pipe holds.
  const script = `
    const { lineOutput } = await import('${module}');
    const out = lineOutput();
    const line = 'x'.repeat(999) + '\\n';
    for (let i = 0; i < 1_000; i++) out.write(line);
    process.once('SIGTERM', () => { out.write(line); process.exit(0); });
    setInterval(() => {}, 1_000);
    process.stderr.write('wrote');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', stdout, 'pipe'] });
  child.stdout?.pause();
  await once(child.stderr!, 'data');
  gone();
  await sleep(10 * WRITTEN_WITHIN_MS);
  const began = performance.now();
  child.kill('SIGTERM');
  try {
    expect(await once(child, 'exit', { signal: AbortSignal.timeout(10_000) })).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
  }
  return performance.now() - began;
}

it('a reader that sleeps does not keep the process from its end: a socket', async () => {
  expect(await endsInto('pipe')).toBeLessThan(5_000);
}, 20_000);

it('nor a pipe, nor a reader that goes away', async () => {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY);
  expect(await endsInto(writer)).toBeLessThan(5_000);
  expect(await endsInto(writer, () => closeSync(reader))).toBeLessThan(5_000);
  closeSync(writer);
}, 40_000);
